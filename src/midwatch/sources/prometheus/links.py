"""TCP connections between pods as agents on nodes measure them: round trips and what is sent again.

Source: docs.coroot.com/metrics/node-agent (container_net_latency_seconds, container_net_tcp_retransmits_total).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from statistics import median

from midwatch.domain.observation import Call, Change
from midwatch.domain.resource import Ref
from midwatch.sources.prometheus.api import Api, Row

MOST = 20_000
"""Connections that are read at most: beyond it only those that changed."""

LATENCY, RESENT, PODS = "container_net_latency_seconds", "container_net_tcp_retransmits_total", "kube_pod_info"
_BY = "container_id, actual_destination"
_NOW, _PAST = "5m", "3h"
_QUESTIONS = {
    LATENCY: (
        f"1000 * max by ({_BY}) (avg_over_time({LATENCY}[{_NOW}]))",
        f"1000 * max by ({_BY}) (quantile_over_time(0.25, {LATENCY}[{_PAST}]))",
    ),
    RESENT: (f"sum by ({_BY}) (rate({RESENT}[{_NOW}]))", f"sum by ({_BY}) (rate({RESENT}[{_PAST}]))"),
}
"""By metric: its value now, and what it usually is, in milliseconds and in segments each second."""

_SAMPLES = f"max by ({_BY}) (count_over_time({LATENCY}[{_PAST}]))"
_OLD = 0.6
"""Part of the most samples that a connection must have: what is usual for a new one, others tell."""

_End = tuple[str, str]


def can_tell(names: frozenset[str]) -> bool:
    """Whether connections between pods are measured."""
    return {LATENCY, RESENT, PODS} <= names


async def read_links(api: Api, source: str) -> list[Call]:
    """Every connection between two pods, in order; none when there are too many. Raises `CannotAsk`."""
    count = await api.instant(f"count(count by ({_BY}) ({LATENCY}))")
    if not count or count[0].values[0][1] > MOST:
        return []
    pods = _by_address(await api.instant('max by (namespace, pod, pod_ip) (kube_pod_info{host_network!="true"})'))
    samples = _values(await api.instant(_SAMPLES))
    most = max(samples.values(), default=0.0)
    old = frozenset(end for end, number in samples.items() if number >= _OLD * most)
    late = await _changes(api, LATENCY, old)
    resent = await _changes(api, RESENT, old)
    found: dict[tuple[Ref, Ref], Call] = {}
    for end in sorted(late.keys() | resent.keys()):
        caller, callee = _pod(end[0]), pods.get(end[1].partition(":")[0])
        if caller is not None and callee is not None and caller != callee:
            found[caller, callee] = Call(caller, callee, f"{source} {LATENCY}", late.get(end), resent.get(end))
    return [found[each] for each in sorted(found)]


async def _changes(api: Api, metric: str, old: Set[_End]) -> Mapping[_End, Change]:
    now, usual = [_values(await api.instant(each)) for each in _QUESTIONS[metric]]
    known = {end: value for end, value in usual.items() if end in old}
    typical = median(known.values()) if known else 0.0
    return {end: Change(known.get(end, min(typical, value)), value) for end, value in now.items()}


def _values(rows: Sequence[Row]) -> Mapping[_End, float]:
    ends = ((each.metric.get("container_id", ""), each.metric.get("actual_destination", "")) for each in rows)
    return {end: float(f"{row.values[0][1]:.4g}") for end, row in zip(ends, rows, strict=True) if end[1]}


def _by_address(rows: Sequence[Row]) -> Mapping[str, Ref]:
    labels = [each.metric for each in rows]
    return {each.get("pod_ip", ""): Ref("Pod", each.get("namespace", ""), each.get("pod", "")) for each in labels}


def _pod(container_id: str) -> Ref | None:
    """`/k8s/<namespace>/<pod>/<container>`."""
    parts = container_id.split("/")
    return Ref("Pod", parts[2], parts[3]) if len(parts) == 5 and parts[1] == "k8s" else None
