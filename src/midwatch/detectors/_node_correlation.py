"""performance: whether anomalies of several services are one anomaly of the node that they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from midwatch.detectors._profiles import Profile, signal_fact
from midwatch.detectors._service_map import ServiceMap
from midwatch.detectors.common import MAX_FACTS
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_MIN_ROOTS = 2
_BLIND_ROOTS = 3
_BLIND = 0.75
"""Without calls nobody knows who only suffers: it takes more anomalies, and counts less."""

_MAJORITY = 0.6
_LOSSY = 0.3


@dataclass(frozen=True, slots=True)
class Suspect:
    """A node whose network explains the anomalies of `services`, which run on it."""

    node: Ref
    services: frozenset[Ref]
    affected: tuple[Ref, ...]
    profiles: tuple[Profile, ...]
    strength: float
    lossy: bool
    share: float
    blind: bool = False

    def finding(self) -> Finding:
        """What is said about the node."""
        cause, other = ("node-network-delay", "node-network-loss")[:: -1 if self.lossy else 1]
        word = Text("loss", "丢包") if self.lossy else Text("delay", "延迟")
        names = ", ".join(sorted(each.name for each in self.services)[:4])
        rest = Text("and the rest talks to it", "其余异常服务与其通信")
        if self.blind:
            rest = Text("and who calls whom is unknown", "而服务间的调用关系未知")
        return Finding(
            "performance/shared-node",
            self.node,
            Text(
                f"{self.share:.0%} of the anomalous services ({names}) run on node {self.node.name}, "
                f"{rest.en}: network {word.en} there explains them together",
                f"{self.share:.0%} 的异常服务({names})运行在节点 {self.node.name} 上,{rest.zh}:"
                f"该节点的网络{word.zh}可以共同解释这些异常",
            ),
            Severity.ERROR,
            claims=(
                Claim(cause, self.node, round(self.strength, 3)),
                Claim(other, self.node, round(self.strength * 0.6, 3)),
            ),
            facts=tuple(signal_fact(each.signals[0]) for each in self.profiles[: 2 * MAX_FACTS]),
            affected=self.affected,
        )


def suspect_nodes(services: ServiceMap, found: Mapping[Ref, Profile], roots: Sequence[Ref]) -> tuple[Suspect, ...]:
    """At most one node: the one whose network explains most, if it explains enough."""
    anomalous = [ref for ref, each in found.items() if ref.kind != "Node" and each.is_anomalous]
    if services.is_blind:
        roots = [] if any(_is_busy(found[ref]) for ref in anomalous) else anomalous
    names = dict.fromkeys(name for ref in roots for name in sorted(services.nodes(ref)))
    suspects = [each for name in names if (each := _suspect(services, found, roots, anomalous, name))]
    best = max(suspects, key=lambda each: each.strength, default=None)
    if best is None and not any(found[ref].latency >= _LOSSY for ref in anomalous):
        best = _by_node_signals(services, found)
    return (best,) if best else ()


def _suspect(
    services: ServiceMap, found: Mapping[Ref, Profile], roots: Sequence[Ref], anomalous: Sequence[Ref], name: str
) -> Suspect | None:
    """A node is suspected when it carries most of the anomalies that no call explains, and at least two."""
    here = [ref for ref in anomalous if services.nodes(ref) == frozenset((name,)) and not _is_busy(found[ref])]
    roots_here = [ref for ref in roots if ref in here]
    if len(roots_here) < (_BLIND_ROOTS if services.is_blind else _MIN_ROOTS) or len(roots_here) < _MAJORITY * len(
        roots
    ):
        return None
    away = [ref for ref in anomalous if ref not in here]
    if not services.is_blind and any(not _talks_to(services, ref, name) for ref in away):
        return None
    population = _population(services, found, name)
    share, coverage = len(here) / len(anomalous), len(here) / max(len(population), 1)
    strength = 0.3 + 0.25 * coverage + 0.25 * share + 0.1 * _has_network_signals(found)
    node = Ref("Node", "", name)
    return Suspect(
        node,
        frozenset(here),
        (*here, *away),
        tuple(found[ref] for ref in (*roots_here, *here)),
        min(0.85, strength * _doubts(services, found, roots_here, name)),
        _is_lossy(found, here, node),
        share,
        services.is_blind,
    )


def _is_busy(found: Profile) -> bool:
    return found.saturation >= 0.4


def _talks_to(services: ServiceMap, ref: Ref, node: str) -> bool:
    if node in services.nodes(ref):
        return True
    return any(node in services.nodes(each) for each in services.neighbours.get(ref, ()))


def _population(services: ServiceMap, found: Mapping[Ref, Profile], name: str) -> set[Ref]:
    """Workloads on a node that take part: they have signals, or call somebody, or are called."""
    known = {ref for ref in found if ref.kind != "Node"} | set(services.neighbours)
    return {ref for ref in known if name in services.nodes(ref)}


def _has_network_signals(found: Mapping[Ref, Profile]) -> bool:
    return any(ref.kind == "Node" and (each.loss or each.rtt) for ref, each in found.items())


def _doubts(services: ServiceMap, found: Mapping[Ref, Profile], roots: Sequence[Ref], name: str) -> float:
    """Less than 1 when something else explains as much: one common callee, sick pods, a cluster of one node."""
    factor = _BLIND if services.is_blind else 1.0
    common = frozenset[Ref].intersection(*(services.reachable(each) for each in roots))
    if common:
        factor *= 0.6
    if any(services.is_unwell(each) for each in roots):
        factor *= 0.5
    elsewhere = any(services.nodes(ref) - {name} for ref in (*found, *services.neighbours))
    return factor if elsewhere else factor * 0.6


def _is_lossy(found: Mapping[Ref, Profile], here: Sequence[Ref], node: Ref) -> bool:
    """Loss shows in retransmissions of the node itself, in errors and missing answers; delay in latency.

    Peers of a slow node retransmit a little too, in vain, so only what the node itself sends again counts.
    """
    late = sum(max(found[each].latency, found[each].rtt) for each in here) / len(here)
    failing = sum(0.5 * found[each].errors + 0.5 * found[each].vanished for each in here) / len(here)
    resent = max(found[each].loss for each in here)
    own = found.get(node)
    return max(failing, resent, 1.5 * own.loss if own else 0.0) > late


def _by_node_signals(services: ServiceMap, found: Mapping[Ref, Profile]) -> Suspect | None:
    """A node that retransmits, and on which more services lose traffic than elsewhere."""
    lossy = [each for ref, each in found.items() if ref.kind == "Node" and each.loss >= _LOSSY]
    worst = max(lossy, key=lambda each: each.loss, default=None)
    if worst is None:
        return None
    dropping = [ref for ref, each in found.items() if ref.kind != "Node" and each.drop >= _LOSSY]
    here = [ref for ref in dropping if services.nodes(ref) == frozenset((worst.ref.name,))]
    coverage = len(here) / max(len(_population(services, found, worst.ref.name)), 1)
    if len(here) < _MIN_ROOTS or coverage < 0.5 or coverage <= max(_elsewhere(services, found, dropping, worst)):
        return None
    strength = 0.4 + 0.3 * coverage
    profiles = (worst, *(found[ref] for ref in here))
    return Suspect(worst.ref, frozenset(here), tuple(here), profiles, strength, True, len(here) / len(dropping))


def _elsewhere(
    services: ServiceMap, found: Mapping[Ref, Profile], dropping: Sequence[Ref], worst: Profile
) -> Iterator[float]:
    """Share of services that lose traffic, for each other node."""
    yield 0.0
    others = {name for ref in found for name in services.nodes(ref)} - {worst.ref.name}
    for name in sorted(others):
        here = [ref for ref in dropping if services.nodes(ref) == frozenset((name,))]
        yield len(here) / max(len(_population(services, found, name)), 1)
