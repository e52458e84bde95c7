"""The bench measures every phase in processes of its own, and compares with the decoding of the same bytes."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from midwatch.cli.root import midwatch
from midwatch.errors import UsageError
from midwatch.evals.bench.measure import PHASES, measure_decoding, measure_phases, measure_whole
from midwatch.evals.bench.recording import make, read_about, read_source
from midwatch.evals.bench.report import Bench, bench_of, page
from midwatch.evals.bench.suite import VARIANTS, Failed, Measured, run_bench
from midwatch.evals.scale import FAULTS


def _measured(pods: int, factor: float = 1.0, **more: object) -> Measured:
    phases = dict.fromkeys(PHASES, 0.1 * factor)
    found = Measured(
        pods, "healthy", pods * 5, pods * 8000, 0, 0.2 * factor, phases, 1.0 * factor, 1.1 * factor,
        int(1e8 * factor), "healthy", True,
    )  # fmt: skip
    return msgspec.structs.replace(found, **more)


def test_the_command_measures_in_processes_of_its_own() -> None:
    arguments = ["bench", "--pods", "60", "--faults", "healthy", "--repeat", "1", "-o", "json"]
    result = CliRunner().invoke(midwatch, arguments)
    assert result.exit_code == 0, result.output
    found = msgspec.json.decode(result.stdout, type=Bench)
    assert [each.measured.pods for each in found.rows] == [60]
    for row in found.rows:
        assert row.measured.right
        assert row.measured.phases.keys() == set(PHASES)
        assert row.measured.decoding > 0
        assert row.measured.peak > 10_000_000
        assert {"decoding", *PHASES, "detection + ranking", "diagnosis"} == row.ratios.keys()
        assert all(math.isfinite(each) and each >= 0 for each in (*row.ratios.values(), *row.growth.values()))
    assert found.bounds == {"every answer right": True}


@pytest.mark.parametrize("fault", VARIANTS)
def test_every_variant_is_made_measured_and_answered(tmp_path: Path, fault: str) -> None:
    about = make(tmp_path, 120, 0, fault)
    assert about == read_about(tmp_path)
    assert about.bytes == sum(len(each) for each in read_source(tmp_path).pages.values())
    assert bool(about.cause) == (fault in FAULTS and fault != "noise")
    assert measure_decoding(tmp_path).seconds > 0
    assert measure_phases(tmp_path).seconds.keys() == set(PHASES)
    whole = measure_whole(tmp_path)
    assert whole.right, whole.answer
    assert whole.peak > 0


def test_growth_is_the_cost_of_a_pod_relative_to_the_smallest_cluster() -> None:
    found = bench_of([_measured(1000), _measured(10_000, 20.0)])
    assert found.rows[0].growth["detection"] == 1.0
    assert found.rows[1].growth["detection"] == 2.0
    assert found.rows[1].growth["memory"] == 2.0
    assert found.rows[1].ratios["detection + ranking"] == 1.0
    assert found.rows[1].ratios["diagnosis"] == 5.0


def test_bounds_tell_what_does_not_hold() -> None:
    slow = bench_of([_measured(10_000, decoding=0.01, seconds=6.0, peak=2 * 1024**3, right=False)])
    assert list(slow.bounds.values()) == [False] * 4
    assert page(slow, markdown=False).count("DOES NOT HOLD: ") == 4
    assert "WRONG: healthy" in page(slow, markdown=False)
    assert all(bench_of([_measured(10_000)]).bounds.values())
    assert all(bench_of([_measured(1000), _measured(5000, 5.0)]).bounds.values())
    assert list(bench_of([_measured(1000), _measured(5000, 10.0)]).bounds.values()) == [False, True]


@pytest.mark.parametrize("markdown", [False, True])
def test_growth_is_printed_only_where_there_are_two_sizes(markdown: bool) -> None:
    assert "linear = 1.0" not in page(bench_of([_measured(1000)]), markdown=markdown)
    assert "linear = 1.0" in page(bench_of([_measured(1000), _measured(5000, 5.0)]), markdown=markdown)


def test_impossible_requests_are_refused() -> None:
    for sizes, faults in (([10], ["healthy"]), ([], ["healthy"]), ([100], ["flood"])):
        with pytest.raises(UsageError):
            run_bench(sizes, faults, seed=0, repeat=1, progress=print)
    assert isinstance(CliRunner().invoke(midwatch, ["bench", "--pods", "many"]).exception, UsageError)


def test_a_step_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("midwatch.evals.bench.suite.sys.executable", "/bin/false")
    with pytest.raises(Failed, match="ended with 1"):
        run_bench([60], ["healthy"], seed=0, repeat=1, progress=print)
