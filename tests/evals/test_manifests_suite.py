"""The committed cases go through the whole engine; what cannot be read is told, skipped and counted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from cases.builders.write import MANIFESTS
from midwatch.cli.root import midwatch
from midwatch.errors import UsageError
from midwatch.evals.case import BrokenCase, CaseBroken
from midwatch.evals.manifests.case import BASELINE, find_cases, load_case
from midwatch.evals.manifests.report import page
from midwatch.evals.manifests.scores import Scores, scores_of
from midwatch.evals.manifests.suite import CaseResult, run_case, run_folder
from tests.evals.committed import NAMES, case_of

GOOD = ("image-not-found", "secret-missing")


@pytest.mark.parametrize("name", NAMES)
def test_the_first_answer_is_right_and_the_repaired_twin_raises_no_alarm(name: str) -> None:
    found = run_case(case_of(name))
    assert found.repaired_right, f"the repaired twin is called {found.repaired}: {found.repaired_answer}"
    assert found.verdict == found.expected_verdict
    assert found.hit1, [str(each) for each in found.answers]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two good cases on the shared baseline."""
    for name in GOOD:
        shutil.copytree(MANIFESTS / name, tmp_path / name)
    shutil.copy(MANIFESTS / BASELINE, tmp_path)
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(midwatch, ["eval", "manifests", *arguments])


def test_the_command_prints_scores_as_json(suite: Path) -> None:
    result = _run(str(suite), "-o", "json", "--jobs", "1")
    assert result.exit_code == 0
    scores = msgspec.json.decode(result.stdout, type=Scores)
    assert [each.id for each in scores.cases] == list(GOOD)
    assert (scores.all.cases, scores.all.a1, scores.all.a3, scores.all.false_alarms) == (2, 1.0, 1.0, 0)
    assert [each.name for each in scores.families] == ["configuration", "images"]
    assert scores.median_seconds > 0


def test_several_processes_give_the_same_answers(suite: Path) -> None:
    one, two = (
        msgspec.json.decode(_run(str(suite), "-o", "json", "--jobs", jobs).stdout, type=Scores) for jobs in "12"
    )
    assert [each.answers for each in one.cases] == [each.answers for each in two.cases]


@pytest.mark.parametrize("output", ["text", "markdown"])
def test_the_page_names_families_and_no_confusion_where_there_is_none(suite: Path, output: str) -> None:
    result = _run(str(suite), "-o", output, "--jobs", "1")
    assert "A@1 1.000" in result.stdout
    assert "images" in result.stdout
    assert "our first answer" not in result.stdout


def test_a_wrong_answer_is_listed_with_what_was_true(suite: Path) -> None:
    path = suite / GOOD[0] / "expected.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("cause: image-not-found", "cause: oom-killed"))
    scores = scores_of([run_folder(each) for each in find_cases(suite)])
    assert scores.all.a1 == 0.5
    assert scores.all.culprit == 1.0
    (confusion,) = scores.confusions
    assert confusion.truth.startswith("oom-killed Deployment ")
    assert confusion.answer.startswith("image-not-found Deployment ")
    assert confusion.truth in page(scores, markdown=True)


def test_an_alarm_on_a_repaired_twin_is_counted(suite: Path) -> None:
    folder = suite / GOOD[0]
    (folder / "repaired.yaml").write_bytes((folder / "broken.yaml").read_bytes())
    scores = scores_of([run_folder(each) for each in find_cases(suite)])
    assert scores.all.false_alarms == 1
    assert [each.case for each in scores.false_alarms] == [GOOD[0]]


SPOILT = {
    "not YAML": ("broken.yaml", r"(?s).*", "a: [", "broken.yaml: line"),
    "no object": ("repaired.yaml", r"(?s).*", "just text", "document 1 is no object"),
    "no name": ("repaired.yaml", r"(?s).*", "kind: Pod", "document 1 is no object"),
    "nothing expected": ("expected.yaml", r"(?s).*", "", "Expected `object`"),
    "missing field": ("expected.yaml", r"title: .*", "", "missing required field `title`"),
    "unknown field": ("expected.yaml", r"title: ", "titel: ", "unknown field `titel`"),
    "unknown cause": ("expected.yaml", r"cause: .*", "cause: no-such-cause", "no cause 'no-such-cause'"),
    "unknown verdict": ("expected.yaml", r"verdict: .*", "verdict: sick", "'sick'"),
}


@pytest.mark.parametrize(("file", "pattern", "spoilt", "why"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_case_is_refused_with_its_file_and_what_is_wrong(
    suite: Path, file: str, pattern: str, spoilt: str, why: str
) -> None:
    path = suite / GOOD[0] / file
    path.write_text(re.sub(pattern, spoilt, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    with pytest.raises(CaseBroken) as refused:
        load_case(suite / GOOD[0])
    assert str(path) in str(refused.value)
    assert why in str(refused.value)


@pytest.mark.parametrize("file", ["expected.yaml", "broken.yaml", "repaired.yaml"])
def test_a_case_that_cannot_be_read_is_told_skipped_and_counted(suite: Path, file: str) -> None:
    (suite / GOOD[0] / file).unlink()
    result = _run(str(suite), "-o", "json", "--jobs", "1")
    assert result.exit_code == 1
    scores = msgspec.json.decode(result.stdout, type=Scores)
    assert [each.id for each in scores.cases] == [GOOD[1]]
    (broken,) = scores.broken
    assert broken.id == GOOD[0]
    assert "cannot be read: No such file" in broken.why


def test_the_page_says_how_many_cases_could_not_be_read() -> None:
    told = page(scores_of([BrokenCase("x", "no `kind`")]), markdown=False)
    assert "skipped x: no `kind`" in told
    assert "1 cases could not be read" in told


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no baseline\.yaml"):
        find_cases(tmp_path)
    (tmp_path / BASELINE).touch()
    with pytest.raises(UsageError, match="no case in"):
        find_cases(tmp_path)


def test_a_verdict_without_a_fault_gives_no_answers() -> None:
    found = run_case(case_of("image-not-found"))
    assert found.answers
    assert msgspec.structs.replace(found, answers=()).confidence == 0.0
    assert isinstance(found, CaseResult)
