"""performance: whether anomalies of several services are one anomaly of the node that they share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from midwatch.detectors.common import MAX_FACTS
from midwatch.detectors.performance._profiles import Profile, signal_fact
from midwatch.detectors.performance._service_map import ServiceMap
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.observation import Measure
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_TAIL = re.compile(r"p9[0-9]")
_MEDIAN = re.compile(r"p50|median|average|mean")
_MAX = 500
_MIN_ROOTS = 2
_BLIND_ROOTS = 3
_BLIND = 0.75
"""Without calls nobody knows who only suffers: it takes more anomalies, and counts less."""

_MAJORITY = 0.6
_LOSSY = 0.3
_CLEAR = 0.8
_MUCH_MORE = 1.5
_NEARLY_ALL = 0.8


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

    @property
    def tails(self) -> bool:
        """Whether only the slowest requests are late: a loss now and then does that as well as a delay."""
        signals = [one for each in self.profiles for one in each.signals if one.measure is Measure.LATENCY]
        return (
            bool(signals)
            and all(_TAIL.search(one.detail[:_MAX]) for one in signals)
            and not any(_MEDIAN.search(one.detail[:_MAX]) for one in signals)
        )

    def finding(self) -> Finding:
        """What is said about the node."""
        cause, other = ("node-network-delay", "node-network-loss")[:: -1 if self.lossy else 1]
        word = Text("loss", "丢包") if self.lossy else Text("delay", "延迟")
        names = ", ".join(sorted(each.name for each in self.services)[:4]) or "none"
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
                Claim(cause, self.node, round(self.strength * (0.9 if self.tails else 1.0), 3)),
                Claim(other, self.node, round(self.strength * (0.85 if self.tails else 0.6), 3)),
            ),
            facts=tuple(signal_fact(each.signals[0]) for each in self.profiles[: 2 * MAX_FACTS]),
            affected=self.affected,
        )


def suspect_nodes(services: ServiceMap, found: Mapping[Ref, Profile], roots: Sequence[Ref]) -> tuple[Suspect, ...]:
    """At most one node: the one whose network explains most, if it explains enough."""
    anomalous = [ref for ref, each in found.items() if ref.kind != "Node" and each.is_anomalous]
    if services.is_blind:
        roots = [] if any(_is_busy(found[ref]) for ref in anomalous) else anomalous
    names = _homes(services, roots)
    suspects = [each for name in names if (each := _suspect(services, found, roots, anomalous, name))]
    best = max(suspects, key=lambda each: each.strength, default=None)
    lossiest = _lossiest(found)
    if lossiest is not None and (best is None or best.node != lossiest.ref):
        best = _of_lossiest(services, found, lossiest) or best
    if best is None:
        late = any(found[ref].latency >= _LOSSY for ref in anomalous)
        best = _either_end(services, found, roots, anomalous) if late else _by_node_signals(services, found)
    return (best,) if best else ()


def _lossiest(found: Mapping[Ref, Profile]) -> Profile | None:
    """The node that retransmits clearly, and clearly more than any other: peers answer loss with a part of it."""
    nodes = sorted(
        (each for ref, each in found.items() if ref.kind == "Node"), key=lambda each: each.resent, reverse=True
    )
    if not nodes or nodes[0].loss < _CLEAR:
        return None
    return nodes[0] if len(nodes) == 1 or nodes[0].resent >= _MUCH_MORE * nodes[1].resent else None


def _of_lossiest(services: ServiceMap, found: Mapping[Ref, Profile], worst: Profile) -> Suspect | None:
    """Everything that suffers runs on the node that retransmits most, or talks to it."""
    name = worst.ref.name
    suffers = [ref for ref, each in found.items() if ref.kind != "Node" and _suffers(each)]
    near = [ref for ref in suffers if _talks_to(services, ref, name)]
    if len(near) < _NEARLY_ALL * len(suffers) or any(_is_busy(found[ref]) for ref in suffers):
        return None
    here = [ref for ref in suffers if services.nodes(ref) == frozenset((name,))]
    coverage = len(here) / max(len(_population(services, found, name)), 1)
    share = len(here) / len(suffers) if suffers else 0.0
    profiles = (worst, *(found[ref] for ref in here))
    peers = [ref for ref, each in found.items() if ref.kind == "Node" and each.loss and ref != worst.ref]
    strength = 0.45 + 0.3 * coverage
    return Suspect(worst.ref, frozenset(here), (*suffers, *peers), profiles, strength, True, share)


def _suffers(found: Profile) -> bool:
    return found.is_anomalous or found.drop >= _LOSSY


def _either_end(
    services: ServiceMap, found: Mapping[Ref, Profile], roots: Sequence[Ref], anomalous: Sequence[Ref]
) -> Suspect | None:
    """Unexplained anomalies on several nodes that all talk to one: a bad link shows at both of its ends."""
    if services.is_blind or len(roots) < _MIN_ROOTS or any(_is_busy(found[ref]) for ref in anomalous):
        return None
    ends = [each for name in _homes(services, roots) if (each := _end(services, found, anomalous, name))]
    return max(ends, key=lambda each: each.strength, default=None)


def _homes(services: ServiceMap, workloads: Sequence[Ref]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for ref in workloads for name in sorted(services.nodes(ref))))


def _end(
    services: ServiceMap, found: Mapping[Ref, Profile], anomalous: Sequence[Ref], name: str
) -> Suspect | None:
    here = [ref for ref in anomalous if services.nodes(ref) == frozenset((name,))]
    if len(here) < _MIN_ROOTS or any(not _talks_to(services, ref, name) for ref in anomalous):
        return None
    node, share = Ref("Node", "", name), len(here) / len(anomalous)
    coverage = len(here) / max(len(_population(services, found, name)), 1)
    strength = 0.3 + 0.15 * share + 0.15 * coverage
    profiles = tuple(found[ref] for ref in here)
    return Suspect(
        node, frozenset(here), tuple(anomalous), profiles, strength, _is_lossy(found, here, node), share
    )


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
    dropping = [ref for ref, each in found.items() if ref.kind != "Node" and each.drop >= _LOSSY]
    if worst is None:
        return _by_drops(services, found, dropping)
    here = [ref for ref in dropping if services.nodes(ref) == frozenset((worst.ref.name,))]
    coverage = len(here) / max(len(_population(services, found, worst.ref.name)), 1)
    if len(here) < _MIN_ROOTS or coverage < 0.5 or coverage <= max(_elsewhere(services, found, dropping, worst)):
        return None
    strength = 0.4 + 0.3 * coverage
    profiles = (worst, *(found[ref] for ref in here))
    return Suspect(worst.ref, frozenset(here), tuple(here), profiles, strength, True, len(here) / len(dropping))


def _by_drops(services: ServiceMap, found: Mapping[Ref, Profile], dropping: Sequence[Ref]) -> Suspect | None:
    """Services of one node lose traffic that their callers elsewhere still send."""
    names = _homes(services, dropping)
    if len(dropping) < _BLIND_ROOTS or len(names) != 1 or services.is_blind:
        return None
    population = _population(services, found, names[0])
    if len(dropping) < 0.5 * len(population) or not any(
        services.nodes(ref) - {names[0]} for ref in services.neighbours
    ):
        return None
    profiles = tuple(found[ref] for ref in dropping)
    node = Ref("Node", "", names[0])
    return Suspect(node, frozenset(dropping), tuple(dropping), profiles, 0.45, True, 1.0)


def _elsewhere(
    services: ServiceMap, found: Mapping[Ref, Profile], dropping: Sequence[Ref], worst: Profile
) -> Iterator[float]:
    """Share of services that lose traffic, for each other node."""
    yield 0.0
    others = {name for ref in found for name in services.nodes(ref)} - {worst.ref.name}
    for name in sorted(others):
        here = [ref for ref in dropping if services.nodes(ref) == frozenset((name,))]
        yield len(here) / max(len(_population(services, found, name)), 1)
