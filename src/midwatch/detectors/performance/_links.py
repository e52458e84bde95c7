"""performance: connections between pods that became late or lossy, and the one end that all of them share.

Method: the fewest culprits explain most. Every workload and every node is tried: what part of all bad connections
touch it, and what part of the connections that touch it are bad. A node answers only for those that leave it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from midwatch.detectors.common import MAX_FACTS
from midwatch.detectors.performance._service_map import ServiceMap
from midwatch.domain.finding import Claim, Fact, Finding, Severity
from midwatch.domain.kube.pods import Pod
from midwatch.domain.observation import Call, Change
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_LATE = 5.0
"""Milliseconds that a round trip must have become longer."""
_LOST = 0.3
"""Segments that must be sent again each second more than usual."""
_GROWN = 2.0
_ENOUGH = 0.5
_FEW = 2


@dataclass(frozen=True, slots=True)
class SharedEnd:
    """The workload or node that explains the bad connections; `score` from 0 to 1: how well."""

    ref: Ref
    lossy: bool
    score: float
    bad: tuple[Call, ...]
    affected: frozenset[Ref]

    def finding(self) -> Finding:
        """What is said about it."""
        causes = ("network-loss", "network-delay") if self.lossy else ("network-delay", "network-loss")
        if self.ref.kind == "Node":
            causes = tuple(f"node-{each}" for each in causes)
        word = Text("lose packets", "丢包") if self.lossy else Text("became slow", "变慢")
        return Finding(
            "performance/shared-end",
            self.ref,
            Text(
                f"{len(self.bad)} connections {word.en}, and what they share is {self.ref}",
                f"{len(self.bad)} 条连接{word.zh},它们的共同一端是 {self.ref}",
            ),
            Severity.ERROR,
            claims=(
                Claim(causes[0], self.ref, round(0.5 + 0.45 * self.score, 3)),
                Claim(causes[1], self.ref, 0.3),
            ),
            facts=tuple(_fact(each, self.lossy) for each in self.bad[: 2 * MAX_FACTS]),
            affected=tuple(sorted(self.affected - {self.ref})),
        )


def shared_end(services: ServiceMap) -> SharedEnd | None:
    """The end that bad connections share, if one explains most of them."""
    links = [each for each in services.calls if each.rtt is not None or each.resent is not None]
    late = [each for each in links if _left(each.rtt, _LATE)]
    lossy = [each for each in links if _left(each.resent, _LOST)]
    bad, is_loss = (lossy, True) if len(lossy) > len(late) else (late, False)
    if len(bad) < _FEW:
        return None
    touching, hurt = _by_end(services, links), _by_end(services, bad)
    ends = [_end(ref, found, touching[ref], bad, is_loss, services) for ref, found in sorted(hurt.items())]
    best = max(ends, key=lambda each: each.score)
    return best if best.score >= _ENOUGH else None


def _left(change: Change | None, least: float) -> bool:
    if change is None:
        return False
    return change.current - change.normal >= least and change.current >= _GROWN * change.normal


def _by_end(services: ServiceMap, links: Sequence[Call]) -> dict[Ref, list[Call]]:
    """Connections by each workload and node that may be to blame for them."""
    found: dict[Ref, list[Call]] = defaultdict(list)
    for link in links:
        for each in dict.fromkeys(_ends(services, link)):
            found[each].append(link)
    return found


def _ends(services: ServiceMap, link: Call) -> Iterator[Ref]:
    yield services.workload(link.caller)
    yield services.workload(link.callee)
    nodes = [_node(services, each) for each in (link.caller, link.callee)]
    if nodes[0] != nodes[1]:
        yield from (Ref("Node", "", each) for each in nodes if each)


def _node(services: ServiceMap, ref: Ref) -> str:
    pod = services.inventory.get(Pod, ref.namespace, ref.name)
    return pod.spec.node_name if pod is not None else ""


def _end(
    ref: Ref,
    hurt: Sequence[Call],
    touching: Sequence[Call],
    bad: Sequence[Call],
    lossy: bool,
    services: ServiceMap,
) -> SharedEnd:
    score = len(hurt) / len(bad) * len(hurt) / len(touching)
    affected = frozenset(services.workload(end) for each in hurt for end in (each.caller, each.callee))
    return SharedEnd(ref, lossy, score, tuple(hurt), affected)


def _fact(link: Call, lossy: bool) -> Fact:
    change, unit = (link.resent, " segments/s sent again") if lossy else (link.rtt, " ms a round trip")
    change = change or Change(0.0, 0.0)
    value = f"{change.current:.4g}{unit} to {link.callee}, usually {change.normal:.4g}"
    return Fact(link.caller, "connection", value, None, link.source)
