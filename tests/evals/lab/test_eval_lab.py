"""`midwatch eval lab`: breaks a simulated cluster, and scores who investigates it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from midwatch.cli.root import midwatch as cli

_COMMAND = """
import json, sys
incident = json.load(sys.stdin)["incident"]
assert incident["prometheus"].startswith("http://") and open(incident["kubeconfig"]).read()
suspect = {"kind": "Deployment", "namespace": "shop", "name": "nobody", "cause": "scaled-to-zero"}
print(json.dumps({"faulty": True, "suspects": [suspect], "tokens": 12}))
"""


def _scores(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["eval", "lab", "--apps", "shop", "--jobs", "2", "-o", "json", *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_midwatch_is_scored_on_a_fault_and_on_a_quiet_run() -> None:
    found = _scores("--faults", "image-tag-missing,nothing")
    assert found["all"]["passed"] == {"detect": 1.0, "localise": 1.0, "analyse": 1.0}
    assert found["quiet"] == 1
    assert found["false_alarms"] == []
    assert found["crashes"] == []
    assert found["skipped"] == []
    broken = next(each for each in found["results"] if not each["harmless"])
    assert broken["requests"] > 20
    assert broken["seconds"] > 0
    assert broken["alerted"] is None or 0 < broken["alerted"] <= broken["simulated"]


def test_who_says_nothing_detects_nothing_and_raises_no_false_alarm() -> None:
    found = _scores("--faults", "scaled-to-zero,nothing", "--agent", "nothing")
    assert found["all"]["passed"] == {"detect": 0.0, "localise": 0.0, "analyse": 0.0, "mitigate": 0.0}
    assert found["false_alarms"] == []


def test_an_agent_that_mends_by_the_api_is_judged_by_the_state_of_the_cluster_afterwards() -> None:
    found = _scores("--faults", "scaled-to-zero", "--agent", "python:tests.evals.lab.agents:mender")
    assert found["all"]["passed"] == {"detect": 1.0, "localise": 1.0, "analyse": 1.0, "mitigate": 1.0}
    assert (found["harmed"], found["tokens"], found["steps"]) == (0, 70, 1)


def test_an_agent_that_breaks_something_healthy_while_it_mends_did_harm() -> None:
    found = _scores("--faults", "scaled-to-zero", "--agent", "python:tests.evals.lab.agents:clumsy")
    assert found["all"]["passed"]["mitigate"] == 0.0
    assert found["harmed"] == 1
    assert "Deployment shop/storefront" in found["results"][0]["harmed"]


def test_any_program_can_be_scored(tmp_path: Path) -> None:
    program = tmp_path / "agent.py"
    program.write_text(_COMMAND)
    agent = f"command:{sys.executable} {program}"
    found = _scores("--faults", "scaled-to-zero", "--tasks", "detect,localise", "--agent", agent)
    assert found["all"]["passed"] == {"detect": 1.0, "localise": 0.0}
    assert found["tokens"] == 12
    assert found["results"][0]["extra"] == ["scaled-to-zero Deployment shop/nobody"]


def test_the_same_seed_strikes_the_same_target_and_another_may_strike_elsewhere() -> None:
    arguments = ("--faults", "scaled-to-zero", "--agent", "nothing", "--tasks", "detect")
    first, second = _scores(*arguments), _scores(*arguments)
    assert [each["target"] for each in first["results"]] == [each["target"] for each in second["results"]]


def test_the_page_names_what_was_missed() -> None:
    arguments = ["eval", "lab", "--apps", "shop", "--faults", "scaled-to-zero", "--agent", "nothing"]
    done = CliRunner().invoke(cli, arguments)
    assert "detect 0.000" in done.stdout
    assert "shop/scaled-to-zero/1" in done.stdout
    assert "nothing" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--agent", "python:nowhere:agent"], "cannot be loaded"),
        (["--agent", "somebody"], "say midwatch, nothing, python:MODULE:FACTORY or command:"),
        (["--apps", "bank"], "there is no application 'bank': choose shop, freight"),
        (["--faults", "image-tag"], "there is no fault 'image-tag'"),
        (["--tasks", "guess"], "choose from detect, localise, analyse, mitigate"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_a_sentence(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(cli, ["eval", "lab", *arguments])
    assert done.exit_code != 0
    assert told in f"{done.output}{done.exception}"
