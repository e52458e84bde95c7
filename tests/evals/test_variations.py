"""Variations of recorded cases: each changes what it says and nothing else, and is scored by its property."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from click.testing import CliRunner

from midwatch.cli.eval import command
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.finding import Fact
from midwatch.domain.observation import ComponentStatus, ConnectionCheck, Measure, Signal
from midwatch.domain.resource import Ref
from midwatch.evals.cloudopsbench.case import Case, Truth, load_case
from midwatch.evals.cloudopsbench.source import CaseSource
from midwatch.evals.variations.ablate import ablated
from midwatch.evals.variations.belongings import transplanted
from midwatch.evals.variations.deny import Denying
from midwatch.evals.variations.merge import fits, merged, pairs_of
from midwatch.evals.variations.remove import evidence_removed
from midwatch.evals.variations.rename import Renaming, renamed
from midwatch.evals.variations.repair import repaired
from midwatch.evals.variations.report import page
from midwatch.evals.variations.scores import scores_of
from midwatch.evals.variations.shift import Shift, moved
from midwatch.evals.variations.shuffle import shuffled
from midwatch.evals.variations.suite import KINDS, Job, jobs_of, run_jobs
from midwatch.evals.variations.trial import Seen, Trial, is_truth, see
from midwatch.evals.variations.world import World, record, ref_of
from midwatch.sources.kubectl_text import Obj
from tests.evals.recorded import write_cases

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    write_cases(folder)
    return folder


@pytest.fixture(scope="module")
def image(root: Path) -> Case:
    return load_case(root / "bakery" / "0001")


@pytest.fixture(scope="module")
def selector(root: Path) -> Case:
    return load_case(root / "bakery" / "0002")


def seen(case: Case) -> Seen:
    return asyncio.run(see(CaseSource(case)))


def world_of(case: Case) -> World:
    return asyncio.run(record(CaseSource(case)))


def told(case: Case) -> list[str]:
    return [json.dumps([each.arguments, each.answer]) for each in case.answers] + [
        case.truth.object,
        case.namespace,
    ]


def without_names(objects: tuple[Obj, ...]) -> set[str]:
    """Events have names of their own, which are made from their text."""
    kept = [{**each, "metadata": {}} if each["kind"] == "Event" else each for each in objects]
    return {msgspec.json.encode(each, order="sorted").decode() for each in kept}


def test_the_cases_are_answered_right_as_they_are(image: Case, selector: Case) -> None:
    assert all(is_truth(each, seen(each).ranked[:1]) for each in (image, selector))


def test_a_renamed_case_holds_no_old_name_in_any_spelling(selector: Case) -> None:
    text = re.sub(r"[-_]", "", " ".join(told(renamed(selector, Random(1))))).lower()
    assert [name for name in ("tillservice", "oven", "bakery", "mill01") if name in text] == []


def test_a_renamed_case_tells_the_same_objects(image: Case) -> None:
    names = Renaming(["till-service", "oven"], ["bakery", "mill-01"], Random(1))
    case = renamed(image, Random(1))
    texts = [names(msgspec.json.encode(each).decode()) for each in world_of(image).objects]
    expected = tuple(msgspec.json.decode(each) for each in texts)
    assert without_names(world_of(case).objects) == without_names(expected)


def test_a_renamed_case_is_answered_under_the_new_name(image: Case, selector: Case) -> None:
    cases = [renamed(each, Random(7)) for each in (image, selector)]
    assert all(is_truth(each, seen(each).ranked[:1]) for each in cases)
    assert cases[0].truth.object != image.truth.object


def test_names_are_renamed_at_their_borders_in_their_spelling() -> None:
    names = Renaming(["till-service", "till-service-two"], ["mill-01", "master"], Random(1))
    plain, other = names("till-service"), names("till-service-two")
    assert not other.startswith(plain)
    assert names("till-service-7c9d8b5f6f-m4v8q") == f"{plain}-7c9d8b5f6f-m4v8q"
    assert names("TILL_SERVICE_ADDR") == f"{plain.replace('-', '_').upper()}_ADDR"
    assert names("TillService") == "".join(each.capitalize() for each in plain.split("-"))
    assert names("distill-services2") == "distill-services2"
    assert names("node-role.kubernetes.io/master") == "node-role.kubernetes.io/master"


def test_a_misspelled_name_stays_misspelled() -> None:
    names = Renaming(["cartservice"], [], Random(1))
    new = names("cartservice")
    assert names("cartservices") == f"{new}s"
    assert names("cartservic") == new[:-1]
    assert names("cartservcie") == f"{new[:-2]}{new[-1]}{new[-2]}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Fri, 28 Nov 2025 23:43:56 +0800", "Sun, 30 Nov 2025 00:43:56 +0800"),
        ("since Fri 2025-11-28 23:45:57 CST; 26min ago", "since Sun 2025-11-30 00:45:57 CST; 26min ago"),
        ("2025-11-28T23:43:57.69866364Z", "2025-11-30T00:43:57.69866364Z"),
        ("1:M 28 Nov 2025 23:43:59.287 * Ready", "1:M 30 Nov 2025 00:43:59.287 * Ready"),
        ("[28/Nov/2025:23:05:42 +0800]", "[30/Nov/2025:00:05:42 +0800]"),
        (
            "Nov 28 23:59:54 mill-01 kubelet: E1128 23:59:54.47",
            "Nov 30 00:59:54 mill-01 kubelet: E1130 00:59:54.47",
        ),
        ('{"time":1764315917042}', '{"time":1764405917042}'),
        ('{"timestamp": 1764315907.776607}', '{"timestamp": 1764405907.776607}'),
        (
            "5m14s 10.1.0.7:8080 sha256:1764315917aa 2025-13-45",
            "5m14s 10.1.0.7:8080 sha256:1764315917aa 2025-13-45",
        ),
    ],
)
def test_stamps_of_every_layout_move_and_nothing_else(before: str, after: str) -> None:
    assert Shift(timedelta(days=1, hours=1), 2025)(before) == after


def test_a_moved_case_is_answered_the_same(image: Case) -> None:
    later = moved(image, timedelta(days=100, seconds=77))
    assert seen(later).ranked == seen(image).ranked
    assert CaseSource(later).now - CaseSource(image).now == timedelta(days=100, seconds=77)


def test_a_shuffled_case_tells_the_same_in_another_order(image: Case) -> None:
    case = shuffled(image, Random(3))
    assert [each.arguments for each in case.answers] != [each.arguments for each in image.answers]
    assert without_names(world_of(case).objects) == without_names(world_of(image).objects)
    assert seen(case).ranked == seen(image).ranked


def test_removed_facts_are_gone_from_objects_events_logs_and_observations() -> None:
    pod = Ref("Pod", "bakery", "oven-6d5f8c7b9d-x7k2p")
    service = Ref("Service", "bakery", "oven")
    spec: Obj = {"nodeSelector": {"disk": "ssd"}, "nodeName": "mill-01"}
    template: Obj = {"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}}
    objects: tuple[Obj, ...] = (
        {"kind": "Pod", "metadata": {"namespace": "bakery", "name": pod.name}, "spec": spec},
        {"kind": "Deployment", "metadata": {"namespace": "bakery", "name": "oven"}, "spec": template},
        {
            "kind": "Service",
            "metadata": {"namespace": "bakery", "name": "oven"},
            "spec": {"ports": [{"port": 80}]},
        },
        {
            "kind": "Event",
            "metadata": {"name": "e"},
            "reason": "Failed",
            "involvedObject": {"kind": "Pod", "namespace": "bakery", "name": pod.name},
        },
    )
    observations = (
        ComponentStatus("mill-01", "kubelet", False, "dead"),
        ConnectionCheck(service, 80, False, "refused"),
        Signal(service, Measure.LATENCY, 1.0, 9.0, "ms", "slow"),
        Signal(service, Measure.CPU, 1.0, 2.0, "", "busy"),
    )
    world = World("test", NOW, objects, observations, {pod.name: "all is well\nERROR took 12 s\nERROR took 13 s"})
    facts = [
        Fact(pod, ".spec.nodeSelector", "{}"),
        Fact(pod, "event Failed", "no"),
        Fact(pod, "log server", "ERROR took 12 s"),
        Fact(Ref("Node", "", "mill-01"), "service kubelet", "dead"),
        Fact(service, "connection to port 80", "refused"),
        Fact(service, "signal latency", "slow"),
        Fact(Ref("Secret", "bakery", "gone"), ".metadata.name", "missing"),
    ]
    rest = ablated(world, facts, ("Node",))
    assert [ref_of(each).kind for each in rest.world.objects] == ["Pod", "Deployment", "Service"]
    assert rest.world.objects[0]["spec"] == {"nodeName": "mill-01"}
    assert rest.world.objects[1]["spec"] == {"template": {"spec": {}}}
    assert rest.world.observations == observations[3:]
    assert rest.world.logs == {pod.name: "all is well"}
    assert rest.denied == {"secrets", "nodes"}


def test_without_its_evidence_the_truth_is_less_sure_and_nothing_else_is_sure(image: Case, selector: Case) -> None:
    for case in (image, selector):
        made = asyncio.run(evidence_removed(case, world_of(case), seen(case)))
        assert made is not None
        assert (made.satisfied, made.confidently_wrong) == (True, False), made.note


def test_a_repaired_case_has_no_fault(image: Case, selector: Case) -> None:
    made = asyncio.run(repaired(image, world_of(image), [selector]))
    assert made is not None
    assert made.satisfied, made.note


def test_nothing_can_be_repaired_without_a_case_in_which_it_works(image: Case) -> None:
    assert asyncio.run(repaired(image, world_of(image), [image])) is None


def test_both_faults_of_a_merged_case_are_found(image: Case, selector: Case) -> None:
    made = asyncio.run(merged(image, world_of(image), selector))
    assert made.satisfied, made.note


def test_an_application_without_claims_moves_no_volume(image: Case) -> None:
    volume: Obj = {"kind": "PersistentVolume", "metadata": {"name": "crumbs"}}
    into = world_of(image)
    giver = replace(into, objects=(*into.objects, volume))
    assert volume in giver.objects
    assert volume not in transplanted(into, giver, "bakery", "oven").objects


def test_only_faults_of_different_applications_are_merged() -> None:
    app = Truth("Startup_Fault", "app/oven", "incorrect_image_reference")
    node = Truth("Infrastructure_Fault", "node/mill-01", "kubelet_unavailable")
    cordon = Truth("Scheduling_Fault", "app/till", "node_cordon_mismatch")
    narrow = Truth("Scheduling_Fault", "app/oven", "node_selector_mismatch")
    assert fits(app, cordon)
    assert not fits(app, node)
    assert not fits(app, narrow)
    assert not fits(cordon, narrow)
    assert sorted(pairs_of([app, node, cordon, narrow], ["one"] * 4, 9, Random(1))) == [(0, 2), (2, 0)]


def test_what_is_denied_is_told_and_never_healthy(image: Case) -> None:
    found = asyncio.run(see(Denying(CaseSource(image), frozenset(("pods",)))))
    assert any(each.state == "denied" and each.what == "pods" for each in found.found.diagnosis.unchecked)
    assert found.verdict is not Verdict.HEALTHY


def test_every_variation_gets_a_row(root: Path) -> None:
    jobs = jobs_of(sorted(root.glob("*/*")), KINDS, seed=1, pairs=1)
    scores = scores_of(run_jobs(jobs, 1), 1)
    assert [each.kind for each in scores.rows] == ["original", *KINDS]
    assert {each.kind: each.violations for each in scores.rows if each.violations} == {}


def test_the_same_seed_makes_the_same_trials_in_any_order(root: Path) -> None:
    folders = sorted(root.glob("*/*"))
    jobs = [Job(each, ("renamed", "shuffled", "denied"), 5) for each in folders]
    assert set(run_jobs(jobs, 1)) == set(run_jobs(jobs[::-1], 1))


def test_violations_are_listed_with_what_was_said_instead() -> None:
    bad = Trial("repaired", "0009", False, False, False, False, "oven -> fault: oven 0.90")
    fine = Trial("repaired", "0008", False, False, False, True, "oven -> healthy")
    text = page(scores_of([bad, fine], 1), markdown=True)
    assert "| 0009 | oven -> fault: oven 0.90 |" in text
    assert "0008" not in text
    assert "50.0%" in text


def test_the_command_fails_when_a_case_is_broken(tmp_path: Path) -> None:
    write_cases(tmp_path)
    (tmp_path / "bakery" / "0002" / "tool_cache.json").write_text("[]")
    done = CliRunner().invoke(
        command, ["variations", "--cases", str(tmp_path), "--kinds", "shifted", "--jobs", "1"]
    )
    assert done.exit_code == 1
    assert "skipped 0002" in done.output
    assert "shifted    1" in done.output


def test_the_command_names_the_kinds_it_knows(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["variations", "--cases", str(tmp_path), "--kinds", "upside-down"])
    assert done.exit_code == 2
    assert "upside-down: choose from renamed, shifted" in done.output
