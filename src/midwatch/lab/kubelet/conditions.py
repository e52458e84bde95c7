"""Conditions of a pod. Source: kubernetes/pkg/kubelet/{status/generate,kubelet_pods}.go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from midwatch.lab.core.objects import Obj, condition_of, parts, spec, stamp, status
from midwatch.lab.kubelet.podspec import Role
from midwatch.lab.kubelet.state import Slot, Tenant


def pod_conditions(tenant: Tenant, phase: str, ready: dict[str, bool], at: float) -> list[Obj]:
    """The kubelet's conditions in its order, then those of others. `ready` is by container."""
    sandbox = _condition("PodReadyToStartContainers", bool(tenant.sandbox))
    initialized = _initialized(tenant, phase, ready)
    containers = _containers_ready(tenant, phase, ready)
    scheduled = _condition("PodScheduled", True)
    wanted = [sandbox, initialized, _ready(tenant, containers), containers, scheduled]
    if tenant.disrupted:
        wanted.append(_disrupted(tenant))
    generation: int = tenant.obj["metadata"].get("generation") or 1
    own = [_dated(tenant, each, generation, at) for each in wanted]
    mine = {each["type"] for each in own}
    others = [each for each in parts(status(tenant.obj), "conditions") if each["type"] not in mine]
    return [*own, *others]


def _condition(kind: str, holds: bool, reason: str = "", message: str = "") -> Obj:
    found: Obj = {"type": kind, "status": "True" if holds else "False"}
    return found | ({"reason": reason} if reason else {}) | ({"message": message} if message else {})


def _dated(tenant: Tenant, wanted: Obj, generation: int, at: float) -> Obj:
    old = condition_of(tenant.obj, wanted["type"])
    if old is not None and old.get("status") == wanted["status"]:
        since = old.get("lastTransitionTime")
    else:
        since = stamp(at)
    return {**wanted, "observedGeneration": generation, "lastProbeTime": None, "lastTransitionTime": since}


def _disrupted(tenant: Tenant) -> Obj:
    return _condition("DisruptionTarget", True, "TerminationByKubelet", tenant.disrupted)


def _named(kind: str, names: Sequence[str]) -> str:
    return f"containers with {kind} status: [{' '.join(names)}]"


def _initialized(tenant: Tenant, phase: str, ready: dict[str, bool]) -> Obj:
    if phase == "Succeeded":
        return _condition("Initialized", True, "PodCompleted")
    unfinished = [each.name for each in tenant.of(Role.INIT, Role.SIDECAR) if not _done(each, ready)]
    if unfinished and not has_started(tenant.of(Role.APP)):
        return _condition("Initialized", False, "ContainersNotInitialized", _named("incomplete", unfinished))
    return _condition("Initialized", True)


def has_started(slots: Iterable[Slot]) -> bool:
    """Whether one of these containers has ever run."""
    return any(each.state is not None for each in slots)


def _done(slot: Slot, ready: dict[str, bool]) -> bool:
    return slot.started if slot.role is Role.SIDECAR else ready[slot.name]


def _containers_ready(tenant: Tenant, phase: str, ready: dict[str, bool]) -> Obj:
    if phase == "Succeeded":
        return _condition("ContainersReady", False, "PodCompleted")
    if phase == "Failed":
        return _condition("ContainersReady", False, "PodFailed")
    unready = [each.name for each in tenant.of(Role.SIDECAR, Role.APP) if not ready[each.name]]
    if unready:
        return _condition("ContainersReady", False, "ContainersNotReady", _named("unready", unready))
    return _condition("ContainersReady", True)


def _ready(tenant: Tenant, containers: Obj) -> Obj:
    if containers["status"] != "True":
        return {**containers, "type": "Ready"}
    missing: list[str] = []
    for gate in parts(spec(tenant.obj), "readinessGates"):
        kind = gate["conditionType"]
        found = condition_of(tenant.obj, kind)
        if found is None:
            missing.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif found.get("status") != "True":
            missing.append(f'the status of pod readiness gate "{kind}" is not "True", but {found.get("status")}')
    if missing:
        return _condition("Ready", False, "ReadinessGatesNotReady", ", ".join(missing))
    return _condition("Ready", True)
