"""disruption: PodDisruptionBudgets that allow no eviction, or protect nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.detectors._ages import older_than
from midwatch.detectors._deficits import is_ready
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, Node
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import PodDisruptionBudget
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_LATELY = 3600
_SETTLED = 60
_SIGNS = ("disruption budget", "PodDisruptionBudget", "prevents pod evictions")


def blocked_evictions(inventory: Inventory) -> Iterator[Finding]:
    """A budget allows no eviction although all its pods are healthy: draining their nodes can never succeed.

    Source: pkg/controller/disruption, kubernetes.io/docs/tasks/run-application/configure-pdb.
    """
    for each in inventory.all(PodDisruptionBudget):
        pods = [pod for pod in inventory.select(each.namespace, each.spec.selector) if not is_finished(pod)]
        if _never_allows(each, pods):
            yield _finding(inventory, each, pods)


def _never_allows(found: PodDisruptionBudget, pods: Sequence[Pod]) -> bool:
    """All pods are healthy and yet none may go, by the budget's own numbers."""
    expected = found.status.expected_pods or len(pods)
    healthy = found.status.current_healthy or sum(map(is_ready, pods))
    wanted = max(found.status.desired_healthy, _desired(found, expected))
    return found.status.disruptions_allowed <= 0 and healthy >= expected > 0 and wanted >= expected


def _desired(found: PodDisruptionBudget, expected: int) -> int:
    """How many pods must stay; percentages are rounded up, as the controller does."""
    if found.spec.max_unavailable is not None:
        return expected - _scaled(found.spec.max_unavailable, expected)
    return _scaled(found.spec.min_available, expected) if found.spec.min_available is not None else 0


def _scaled(value: int | str, total: int) -> int:
    digits = str(value).rstrip("%")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    return -(-number * total // 100) if str(value).endswith("%") else number


def _finding(inventory: Inventory, found: PodDisruptionBudget, pods: Sequence[Pod]) -> Finding:
    told = _told(inventory, found, pods)
    held = [pod for pod in pods if _is_cordoned(inventory, pod)]
    proof = [*told, *(fact(pod, ".spec.nodeName", f"{pod.spec.node_name} (cordoned)") for pod in held)]
    blocked = bool(proof)
    limit, path = (
        (found.spec.max_unavailable, ".spec.maxUnavailable")
        if found.spec.max_unavailable is not None
        else (found.spec.min_available, ".spec.minAvailable")
    )
    return Finding(
        "disruption/pdb-blocks-eviction",
        found.ref,
        Text(
            f"{found.ref} allows no eviction although all {len(pods)} pods are healthy ({path} {limit})",
            f"{found.ref} 不允许任何驱逐，尽管全部 {len(pods)} 个 Pod 均健康({path} {limit})",
        ),
        Severity.ERROR if blocked else Severity.WARNING,
        Status.ACTIVE if blocked else Status.LATENT,
        (Claim("pdb-blocks-eviction", found.ref, 0.9 if told else 0.6 if blocked else 0.3),),
        (fact(found, path, limit), fact(found, ".status.disruptionsAllowed", 0), *proof[:MAX_FACTS]),
        refs(held or pods[:MAX_FACTS]),
    )


def _is_cordoned(inventory: Inventory, pod: Pod) -> bool:
    node = inventory.get(Node, "", pod.spec.node_name)
    return node is not None and node.spec.unschedulable


def _told(inventory: Inventory, found: PodDisruptionBudget, pods: Sequence[Pod]) -> list[Fact]:
    """Recent events that say an eviction was refused."""
    about: list[KubeObject] = [found, *pods]
    nodes = {Ref("Node", "", pod.spec.node_name) for pod in pods if pod.spec.node_name}
    targets = [each.ref for each in about] + sorted(nodes)
    events = [event for target in targets for event in inventory.events(target) if _refuses(event)]
    return [
        event_fact(each) for each in events if not older_than(inventory, each.last_seen, _LATELY, unknown=False)
    ]


def _refuses(event: Event) -> bool:
    return event.type != "Normal" and any(sign in event.message for sign in _SIGNS)


def protects_nothing(inventory: Inventory) -> Iterator[Finding]:
    """A budget selects no pod."""
    for each in inventory.all(PodDisruptionBudget):
        known = inventory.knows(Pod, each.namespace)
        old = older_than(inventory, each.metadata.creation_timestamp, _SETTLED, unknown=True)
        if known and old and not inventory.select(each.namespace, each.spec.selector):
            yield Finding(
                "disruption/pdb-selects-nothing",
                each.ref,
                Text(f"{each.ref} selects no pods", f"{each.ref} 未选中任何 Pod"),
                Severity.INFO,
                Status.LATENT,
                (Claim("pdb-selects-nothing", each.ref, 0.3),),
                (fact(each, ".spec.selector", each.spec.selector.match_labels if each.spec.selector else "none"),),
            )


DETECTORS = (blocked_evictions, protects_nothing)
