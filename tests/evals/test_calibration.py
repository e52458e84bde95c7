"""Bins, the calibration error and the reliability diagram say what the pairs say."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cases.builders.write import MANIFESTS
from midwatch.cli.root import midwatch
from midwatch.errors import UsageError
from midwatch.evals.calibration import (
    Calibration,
    calibration_of,
    expected_calibration_error,
    page,
    reliability,
)
from midwatch.evals.diagram import diagram
from midwatch.evals.suites import calibrate

PAIRS = [(0.95, True), (0.93, True), (0.91, False), (0.55, True), (0.52, False), (1.0, True)]


def test_bins_hold_their_answers_and_empty_ones_are_left_out() -> None:
    low, high = reliability(PAIRS)
    assert (low.low, low.high, low.count, low.accuracy) == (0.5, 0.6, 2, 0.5)
    assert (high.low, high.high, high.count, high.accuracy) == (0.9, 1.0, 4, 0.75)
    assert low.confidence == pytest.approx(0.535)


def test_the_error_weighs_bins_by_their_size() -> None:
    expected = (2 * abs(0.535 - 0.5) + 4 * abs(0.9475 - 0.75)) / 6
    assert expected_calibration_error(PAIRS) == pytest.approx(expected)
    assert expected_calibration_error([]) == 0.0
    assert expected_calibration_error([(1.0, True)] * 9) == 0.0


def test_the_page_has_a_headline_and_a_row_for_each_bin() -> None:
    told = page(calibration_of({"mine": PAIRS}), markdown=True)
    assert "### mine: 6 answers, 66.7% right" in told
    assert "| 0.9 to 1.0 | 4 " in told


def test_the_diagram_is_well_formed_light_and_labelled() -> None:
    root = ET.fromstring(diagram(calibration_of({"mine": PAIRS, "<theirs>": PAIRS[:3]})))
    words = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"stated confidence", "first answers that are right", "0%", "100%"} <= set(words)
    assert [each for each in words if each.startswith("<theirs> (3 answers")]
    assert "4" in words
    background = next(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert background.get("fill") == "#ffffff"


def test_a_diagram_of_nothing_is_still_a_picture() -> None:
    ET.fromstring(diagram(calibration_of({"none": []})))


def test_the_command_measures_manifests_and_draws(tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    shutil.copytree(MANIFESTS / "image-not-found", suite / "image-not-found")
    (suite / "spoilt").mkdir()
    shutil.copy(MANIFESTS / "baseline.yaml", suite)
    picture = tmp_path / "deep" / "picture.svg"
    arguments = ["eval", "calibration", "--manifests", str(suite), "-f", str(picture), "-o", "json", "--jobs", "1"]
    result = CliRunner().invoke(midwatch, arguments)
    assert result.exit_code == 1
    assert "skipped spoilt:" in result.stderr
    (found,) = msgspec.json.decode(result.stdout, type=list[Calibration])
    assert (found.suite, found.answers, found.accuracy) == ("manifests", 1, 1.0)
    assert picture.read_text(encoding="utf-8") == diagram([found])


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(UsageError, match="give --cases"):
        calibrate(None, None, 1)
