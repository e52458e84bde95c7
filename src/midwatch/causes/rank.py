"""The conclusion: ranked hypotheses, how many of them are independent faults, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from midwatch.causes.belief import Belief, Key, believe
from midwatch.causes.explain import explain, root_of
from midwatch.causes.focus import concerns
from midwatch.causes.refine import refine
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.hypothesis import Change, Hypothesis
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import Graph

FAULT = 0.35
"""Belief from which a hypothesis is called a fault; below it the verdict is inconclusive."""
_SECOND_FAULT = 0.45
_PATH_TARGETS = 20
_RADIUS = 25
_CHANGE_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`hypotheses` ranked, of which the `faults` first are independent root causes."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...]
    faults: int


def conclude(
    inventory: Inventory,
    graph: Graph,
    findings: Sequence[Finding],
    changes: Sequence[Change] = (),
    *,
    focus: frozenset[Ref] = frozenset(),
    complete: bool = True,
    recent: timedelta = timedelta(hours=1),
) -> Conclusion:
    """Weigh all findings. `complete` is false when something essential could not be read: then never healthy.

    `focus` are the objects a question names: hypotheses about them come first and only they count as faults.
    """
    beliefs = refine(believe(findings), graph)
    parents = explain(beliefs, graph)
    roots = [each for key, each in beliefs.items() if key not in parents]
    ranked, faults = _independent_first(sorted(roots, key=_order))
    hypotheses = [_hypothesis(each, beliefs, parents, graph, changes, inventory.now) for each in ranked]
    if focus:
        hypotheses, faults = _focused(hypotheses, faults, focus)
    failing = any(each.failing for each in beliefs.values())
    verdict = _verdict(faults, failing, findings, inventory.now, complete, recent)
    return Conclusion(verdict, tuple(hypotheses), faults)


def _focused(hypotheses: Sequence[Hypothesis], faults: int, focus: frozenset[Ref]) -> tuple[list[Hypothesis], int]:
    """Those the question is about first; when none is, everything stays as it was."""
    about = [concerns(each, focus) for each in hypotheses]
    if not any(about[:faults]):
        return list(hypotheses), faults
    order = sorted(
        range(len(hypotheses)), key=lambda index: (not (index < faults and about[index]), not about[index])
    )
    return [hypotheses[index] for index in order], sum(about[:faults])


def _order(belief: Belief) -> tuple[int, float, Key]:
    """What fails now comes first, then what degrades, then what waits; by belief."""
    standing = 0 if belief.failing else 1 if belief.active else 2
    return standing, -belief.confidence, belief.key


def _independent_first(roots: Sequence[Belief]) -> tuple[list[Belief], int]:
    """Independent faults first, then alternatives to them, both in rank order."""
    faults: list[Belief] = []
    rest: list[Belief] = []
    for belief in roots:
        if _is_fault(belief, bool(faults)) and not any(_alternatives(belief, each) for each in faults):
            faults.append(belief)
        else:
            rest.append(belief)
    return faults + rest, len(faults)


def _is_fault(belief: Belief, second: bool) -> bool:
    needed = _SECOND_FAULT if second or not belief.failing else FAULT
    return belief.active and belief.confidence >= needed


def _alternatives(one: Belief, other: Belief) -> bool:
    """Two readings of one symptom: the same culprit, or claims of the same finding."""
    return one.culprit == other.culprit or any(each in other.supporting for each in one.supporting)


def _hypothesis(
    belief: Belief,
    beliefs: Mapping[Key, Belief],
    parents: Mapping[Key, Key],
    graph: Graph,
    changes: Sequence[Change],
    now: datetime,
) -> Hypothesis:
    explained = [key for key in parents if root_of(key, parents) == belief.key]
    radius = tuple(graph.blast_radius(belief.culprit))[:_RADIUS]
    return Hypothesis(
        cause=belief.cause,
        culprit=belief.culprit,
        confidence=round(belief.confidence, 3),
        supporting=tuple(belief.supporting),
        against=tuple(belief.against),
        path=_path(belief, [beliefs[key] for key in explained], graph),
        explains=tuple(dict.fromkeys([*belief.absorbed, *_consequences(explained, beliefs)])),
        blast_radius=radius,
        change=_guilty_change(belief, graph, changes, now),
    )


def _consequences(explained: Iterable[Key], beliefs: Mapping[Key, Belief]) -> Iterator[Key]:
    """Consequences, each with the more general readings of it."""
    for key in explained:
        yield key
        yield from beliefs[key].absorbed


def _path(belief: Belief, explained: Iterable[Belief], graph: Graph) -> tuple[Ref, ...]:
    """From the culprit to the farthest object that suffers from it."""
    targets = [each.culprit for each in explained if each.culprit != belief.culprit]
    targets = targets or [ref for each in belief.supporting for ref in each.affected]
    paths = [graph.path(belief.culprit, target) for target in targets[:_PATH_TARGETS]]
    found = [tuple(path) for path in paths if path]
    return max(found, key=lambda path: (len(path), path), default=(belief.culprit,))


def _guilty_change(belief: Belief, graph: Graph, changes: Sequence[Change], now: datetime) -> Change | None:
    """The newest change of the culprit, or of what it directly needs, before the first symptom."""
    near = {belief.culprit, *graph.dependencies(belief.culprit, hops=1)}
    until = (belief.since or now) + timedelta(minutes=2)
    fitting = [
        each
        for each in changes
        if each.subject in near and (each.at is None or until - _CHANGE_WINDOW <= each.at <= until)
    ]
    return max(
        fitting,
        key=lambda each: (
            bool(each.fields),
            each.subject == belief.culprit,
            each.at.timestamp() if each.at else 0.0,
        ),
        default=None,
    )


def _verdict(
    faults: int,
    failing: bool,
    findings: Sequence[Finding],
    now: datetime,
    complete: bool,
    recent: timedelta,
) -> Verdict:
    if faults:
        return Verdict.FAULT
    if not complete or failing or _unclaimed_errors(findings):
        return Verdict.INCONCLUSIVE
    if any(_recovered_lately(each, now, recent) for each in findings):
        return Verdict.RECOVERED
    return Verdict.HEALTHY


def _unclaimed_errors(findings: Sequence[Finding]) -> bool:
    return any(
        each.severity is Severity.ERROR and each.status is Status.ACTIVE and not each.claims for each in findings
    )


def _recovered_lately(finding: Finding, now: datetime, recent: timedelta) -> bool:
    if finding.status is not Status.RECOVERED or finding.severity is Severity.INFO:
        return False
    times = [each.at for each in finding.facts if each.at] + ([finding.since] if finding.since else [])
    return not times or now - max(times) <= recent
