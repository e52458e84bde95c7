"""Whatever a cluster contains, no rule breaks, and every finding is well-formed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.causes.catalogue import CATALOGUE
from midwatch.causes.rank import conclude
from midwatch.detectors.registry import correlate, detect, read
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.finding import Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.decode import decode_object
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.observation import (
    Call,
    ComponentStatus,
    ConnectionCheck,
    LogDigest,
    LogTemplate,
    Measure,
    Observation,
    Signal,
)
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import build_graph
from tests.knowledge.arbitrary import arbitrary_inventory

LINES = (
    "ERROR dial tcp 10.96.0.1:5432: connect: connection refused",
    "java.net.UnknownHostException: web.default.svc.cluster.local",
    "Access denied for user 'a'@'b'",
    "panic: \x00\ud800 {}[]((((",
    ":" * 5000,
    "",
)
SEEDS = st.integers(0, 2**32)


def listed(seed: int) -> Inventory:
    """Arbitrary objects of which every kind was listed, so that absence counts."""
    states = {each.kind: EvidenceState.OBSERVED for each in RESOURCE_TYPES}
    return replace(arbitrary_inventory(seed, 60), states=states)


def observations(seed: int) -> list[Observation]:
    """Arbitrary answers about objects that exist or not."""
    rng = random.Random(seed)
    refs = [
        Ref(kind, space, name)
        for kind in ("Pod", "Service", "Deployment", "Node", "")
        for space in ("", "default")
        for name in "abc"
    ]
    numbers = (None, 0.0, -1.0, 1e30, float("inf"), float("nan"), 0.2, 900.0)
    found: list[Observation] = []
    for _ in range(30):
        one, other = rng.choice(refs), rng.choice(refs)
        lines = tuple(LogTemplate(line, rng.choice((0, 1, 10**9)), line) for line in rng.sample(LINES, 3))
        found.extend(
            (
                LogDigest(one, rng.choice("abc"), rng.random() < 0.5, rng.choice((0, 5, 10**6)), lines),
                ComponentStatus(
                    rng.choice("abc"),
                    rng.choice(("kubelet", "containerd", "")),
                    rng.choice((None, True, False)),
                    rng.choice(LINES),
                ),
                ConnectionCheck(one, rng.choice((-1, 0, 80)), rng.random() < 0.5, rng.choice(LINES)),
                Signal(one, rng.choice(list(Measure)), rng.choice(numbers), rng.choice(numbers), "", ""),
                Call(one, other),
            )
        )
    return found


def broke(name: str, error: Exception) -> None:
    raise AssertionError(f"{name} broke") from error


def is_well_formed(finding: Finding) -> bool:
    return (
        "/" in finding.rule
        and bool(finding.message.en.strip())
        and bool(finding.message.zh.strip())
        and all(0 < claim.strength <= 1 and claim.cause in CATALOGUE for claim in finding.claims)
    )


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_detector_breaks_on_any_objects(seed: int) -> None:
    for inventory in (arbitrary_inventory(seed, 60), listed(seed)):
        for finding in detect(inventory, broke):
            assert is_well_formed(finding), finding


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_reader_breaks_on_any_observation(seed: int) -> None:
    inventory, seen = listed(seed), observations(seed)
    found = list(read(inventory, seen, broke))
    signals = [each for each in seen if isinstance(each, Signal)]
    calls = [each for each in seen if isinstance(each, Call)]
    found.extend(correlate(inventory, signals, calls, broke))
    assert all(is_well_formed(each) for each in found)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_conclusion_is_reached_from_any_findings(seed: int) -> None:
    inventory = listed(seed)
    findings = [*detect(inventory, broke), *read(inventory, observations(seed), broke)]
    conclusion = conclude(inventory, build_graph(inventory), findings)
    assert 0 <= conclusion.faults <= len(conclusion.hypotheses)
    assert all(0 <= each.confidence <= 0.99 for each in conclusion.hypotheses)


@pytest.mark.parametrize("kind", [each.kind for each in RESOURCE_TYPES])
@pytest.mark.parametrize("odd", [None, 7, "text", [], {}, [None], {"a": None}, True])
def test_an_object_with_odd_parts_is_read_as_far_as_it_makes_sense(kind: str, odd: object) -> None:
    raw = {"kind": kind, "metadata": {"name": "a", "labels": odd}, "spec": odd, "status": odd, "data": odd}
    found = decode_object(raw)  # type: ignore[arg-type]
    assert [each.name for each in found.objects] == ["a"]
