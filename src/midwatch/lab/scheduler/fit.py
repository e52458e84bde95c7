"""Whether a node has the resources and ports, and how well it would be filled.

Source: kubernetes/pkg/scheduler/framework/plugins/{noderesources,nodeports}.
"""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.lab.scheduler.node_state import Judgement, NodeState
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.template import Template

_PORTS = Rejection("NodePorts", ("node(s) didn't have free ports for the requested pod ports",), final=False)
_ORDER = {"cpu": 0, "memory": 1, "ephemeral-storage": 2}
_ANY = "0.0.0.0"  # noqa: S104 - not an address to bind to
_JUDGEMENTS_MOST = 2048


def judge(template: Template, node: NodeState) -> Judgement:
    """Whether and how well a node suits, remembered until the node changes."""
    known = node.judgements.get(template.number)
    if known is not None and known.generation == node.generation:
        return known
    if len(node.judgements) > _JUDGEMENTS_MOST:
        node.judgements.clear()
    rejection = ports(template, node) or fit(template, node)
    found = Judgement(node.generation, rejection, 0 if rejection else _score(template, node))
    node.judgements[template.number] = found
    return found


def ports(template: Template, node: NodeState) -> Rejection | None:
    """Whether the host ports are free."""
    if template.ports and any(count and _clash(port, template) for port, count in node.ports.items()):
        return _PORTS
    return None


def _clash(used: tuple[str, str, int], template: Template) -> bool:
    return any(
        used[0] == protocol and used[2] == number and (used[1] == address or _ANY in (used[1], address))
        for protocol, address, number in template.ports
    )


def fit(template: Template, node: NodeState, extra: Iterable[Pod] = ()) -> Rejection | None:
    """Whether the resources suffice, with `extra` pods beside those on the node."""
    more = list(extra)
    reasons: list[str] = []
    final = False
    if len(node.pods) + len(more) + 1 > node.allocatable.get("pods", 0):
        reasons.append("Too many pods")
    for name, amount in template.requests.items():
        have = node.allocatable.get(name, 0)
        used = node.requested.get(name, 0) + sum(each.template.requests.get(name, 0) for each in more)
        if amount > have - used:
            reasons.append(f"Insufficient {name}")
            final = final or amount > have
    if not reasons:
        return None
    reasons.sort(
        key=lambda each: _ORDER.get(each.removeprefix("Insufficient "), 3 if each != "Too many pods" else -1)
    )
    return Rejection("NodeResourcesFit", tuple(reasons), final=final)


def _score(template: Template, node: NodeState) -> int:
    """LeastAllocated and BalancedAllocation, each of 0 to 100 with weight 1."""
    cpu, memory = node.allocatable.get("cpu", 0), node.allocatable.get("memory", 0)
    if not cpu or not memory:
        return 0
    free = _share(cpu - node.scored_cpu - template.scored[0], cpu)
    free += _share(memory - node.scored_memory - template.scored[1], memory)
    wanted = template.requests
    used = (node.requested.get("cpu", 0) + wanted.get("cpu", 0)) / cpu
    filled = (node.requested.get("memory", 0) + wanted.get("memory", 0)) / memory
    deviation = abs(min(used, 1.0) - min(filled, 1.0)) / 2
    return int(free * 50) + int((1 - deviation) * 100)


def _share(free: int, all_: int) -> float:
    return max(free, 0) / all_
