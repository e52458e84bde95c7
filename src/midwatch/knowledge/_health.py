"""How an object looks at a glance, for drawings. The verdict is made of findings, never of this."""

from __future__ import annotations

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.containers import ContainerStatus
from midwatch.domain.kube.meta import Condition, KubeObject
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim
from midwatch.domain.kube.workloads import DaemonSet, Deployment, Job, StatefulSet
from midwatch.render.picture import State

Look = tuple[State, str]
"""A state, and a few words that say why."""

_FINE: Look = (State.OK, "")
_UNBOUND = frozenset({"Pending", "Lost", "Failed"})


def look(inventory: Inventory, found: KubeObject) -> Look:
    """State and remark of an object; kinds that tell nothing of themselves are fine."""
    if found.metadata.deletion_timestamp is not None and not isinstance(found, Pod):
        return State.WARN, "terminating"
    match found:
        case Pod():
            return _pod(found)
        case Service():
            return _service(inventory, found)
        case Node():
            return _node(found)
        case PersistentVolumeClaim() | PersistentVolume():
            return _FINE if found.status.phase not in _UNBOUND else (State.ERROR, found.status.phase.lower())
        case _:
            return _workload(found)


def _workload(found: KubeObject) -> Look:
    match found:
        case Deployment() | StatefulSet():
            return _replicas(
                found.status.ready_replicas, 1 if found.spec.replicas is None else found.spec.replicas
            )
        case DaemonSet():
            return _replicas(found.status.number_ready, found.status.desired_number_scheduled)
        case Job():
            return _failed(found, "") if _is(found.status.conditions, "Failed", "True") else _FINE
        case _:
            return _FINE


def _replicas(ready: int, wanted: int) -> Look:
    detail = f"{ready}/{wanted} ready"
    if wanted and not ready:
        return State.ERROR, detail
    return (State.WARN if ready < wanted else State.OK), detail


def _pod(pod: Pod) -> Look:
    status = pod.status
    if status.phase == "Succeeded":
        return State.OK, "succeeded"
    if status.phase == "Failed":
        return _failed(pod, status.reason)
    if pod.metadata.deletion_timestamp is not None:
        return State.WARN, "terminating"
    reasons = [_trouble(each) for each in (*status.init_container_statuses, *status.container_statuses)]
    if any(reasons):
        return State.ERROR, max(reasons)
    if status.phase == "Pending":
        return (
            (State.WARN, "unschedulable")
            if _is(status.conditions, "PodScheduled", "False")
            else (State.WARN, "pending")
        )
    if _is(status.conditions, "Ready", "False"):
        return State.WARN, "not ready"
    return (State.OK, "") if status.phase == "Running" else (State.UNKNOWN, status.phase.lower())


def _failed(found: KubeObject, reason: str) -> Look:
    """What ended in failure; where a controller makes another one it is only left over."""
    return (State.WARN if found.metadata.owner_references else State.ERROR), reason or "failed"


def _trouble(status: ContainerStatus) -> str:
    """Why a container does not run, when that is more than starting."""
    waiting = status.state.waiting
    if waiting is not None and waiting.reason not in ("", "ContainerCreating", "PodInitializing"):
        return waiting.reason
    ended = status.state.terminated
    return ended.reason or "terminated" if ended is not None and ended.exit_code else ""


def _service(inventory: Inventory, service: Service) -> Look:
    if not service.spec.selector or not inventory.knows(Pod, service.namespace):
        return _FINE
    pods = inventory.select_labels(service.namespace, service.spec.selector)
    return _FINE if any(_serves(each) for each in pods) else (State.ERROR, "no ready pods")


def _serves(pod: Pod) -> bool:
    return pod.status.phase == "Running" and _pod(pod)[0] is State.OK


def _node(node: Node) -> Look:
    conditions = node.status.conditions
    if any(each.type == "Ready" and each.status != "True" for each in conditions):
        return State.ERROR, "not ready"
    pressed = next(
        (each.type for each in conditions if each.type.endswith("Pressure") and each.status == "True"), ""
    )
    if pressed:
        return State.WARN, pressed
    return (State.WARN, "cordoned") if node.spec.unschedulable else _FINE


def _is(conditions: tuple[Condition, ...], kind: str, status: str) -> bool:
    return any(each.type == kind and each.status == status for each in conditions)
