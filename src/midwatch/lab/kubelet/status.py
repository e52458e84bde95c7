"""The status of a pod as its kubelet reports it.

Source: kubernetes/pkg/kubelet/kubelet_pods.go (generateAPIPodStatus, convertToAPIContainerStatuses, getPhase).
"""

from __future__ import annotations

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, parts, spec, status
from midwatch.lab.kubelet.conditions import pod_conditions
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import Role, qos_class, restart_policy
from midwatch.lab.kubelet.pulls import canonical
from midwatch.lab.kubelet.restarts import should_restart
from midwatch.lab.kubelet.state import Slot, Tenant


def pod_status(host: Host, tenant: Tenant) -> Obj:
    """The whole status. A verdict (eviction, deadline) fails the pod whatever its containers do."""
    states = {each.name: _state(tenant, each) for each in tenant.slots.values()}
    phase = "Failed" if tenant.verdict else _phase(tenant, states)
    old: str = status(tenant.obj).get("phase") or ""
    if old in ("Failed", "Succeeded"):
        phase = old
    ready = {each.name: _is_ready(each) for each in tenant.slots.values()}
    found: Obj = {
        "observedGeneration": tenant.obj["metadata"].get("generation") or 1,
        "phase": phase,
        "conditions": pod_conditions(tenant, phase, ready, host.now),
        "hostIP": host.ip,
        "hostIPs": [{"ip": host.ip}],
        "startTime": status(tenant.obj).get("startTime") or tenant.accepted,
        "qosClass": status(tenant.obj).get("qosClass") or qos_class(tenant.obj),
    }
    if tenant.ip:
        found |= {"podIP": tenant.ip, "podIPs": [{"ip": tenant.ip}]}
    if tenant.verdict:
        found |= {"reason": tenant.verdict[0], "message": tenant.verdict[1]}
    found |= {key: value for key, value in status(tenant.obj).items() if key in ("resize", "nominatedNodeName")}
    if inits := tenant.of(Role.INIT, Role.SIDECAR):
        found["initContainerStatuses"] = [_status(each, states, ready) for each in inits]
    found["containerStatuses"] = [_status(each, states, ready) for each in tenant.of(Role.APP)]
    return found


def _state(tenant: Tenant, slot: Slot) -> tuple[Obj, Obj]:
    """State and last state. A container that failed to start waits; what it last did is its last state."""
    current, last = slot.state, slot.last or {}
    if slot.waiting is not None and not slot.running and should_restart(tenant, slot):
        reason, message = slot.waiting
        ended = current if current and "terminated" in current else last
        return {"waiting": {"reason": reason, **({"message": message} if message else {})}}, ended
    if current is None:
        many = bool(tenant.of(Role.INIT, Role.SIDECAR))
        return {"waiting": {"reason": "PodInitializing" if many else "ContainerCreating"}}, last
    return current, last


def _is_ready(slot: Slot) -> bool:
    if slot.role is Role.INIT:
        return slot.exit_code == 0
    return slot.running and slot.ready


def _status(slot: Slot, states: dict[str, tuple[Obj, Obj]], ready: dict[str, bool]) -> Obj:
    state, last = states[slot.name]
    image: str = slot.spec.get("image") or ""
    found: Obj = {
        "name": slot.name,
        "state": state,
        "lastState": last,
        "ready": ready[slot.name],
        "restartCount": slot.restarts,
        "image": canonical(image) if slot.container_id else image,
        "imageID": slot.image_id if slot.container_id else "",
        "started": slot.running and slot.started,
    }
    if slot.container_id:
        found["containerID"] = slot.container_id
    if slot.running:
        resources: Obj = slot.spec.get("resources") or {}
        found["resources"] = resources
        if resources.get("requests"):
            found["allocatedResources"] = resources["requests"]
    mounts = [_mount(each) for each in parts(slot.spec, "volumeMounts")]
    return found | ({"volumeMounts": mounts} if mounts else {})


def _mount(found: Obj) -> Obj:
    shown: Obj = {"name": found["name"], "mountPath": found["mountPath"]}
    return shown | ({"readOnly": True, "recursiveReadOnly": "Disabled"} if found.get("readOnly") else {})


def _phase(tenant: Tenant, states: dict[str, tuple[Obj, Obj]]) -> str:
    policy = restart_policy(tenant.obj)
    pending, failed = _initialization(tenant, policy)
    if failed and policy == "Never":
        return "Failed"
    waiting = running = stopped = succeeded = 0
    for slot in tenant.of(Role.APP):
        state, last = states[slot.name]
        if "running" in state:
            running += 1
        elif "terminated" in state:
            stopped += 1
            succeeded += state["terminated"]["exitCode"] == 0
        elif last:
            stopped += 1
        else:
            waiting += 1
    if pending and not running and not stopped:
        return "Pending"
    if waiting:
        return "Pending"
    if running:
        return "Running"
    return _stopped_phase(tenant, policy, stopped, succeeded)


def _stopped_phase(tenant: Tenant, policy: str, stopped: int, succeeded: int) -> str:
    """All its containers have stopped. A pod that is being stopped ends for good, whatever its restart policy."""
    if any(each.running for each in tenant.of(Role.SIDECAR)) and not tenant.finished:
        return "Running"
    if policy == "Always" and not tenant.finished:
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    if policy == "Never" or tenant.finished:
        return "Failed"
    return "Running"


def _initialization(tenant: Tenant, policy: str) -> tuple[int, int]:
    """How many init containers are still to do, and how many failed."""
    pending = failed = 0
    for slot in tenant.of(Role.INIT, Role.SIDECAR):
        if slot.role is Role.SIDECAR:
            pending += not slot.started
        elif slot.exit_code is None:
            pending += 1
        elif slot.exit_code:
            pending += policy != "Never"
            failed += policy == "Never"
    return pending, failed


def publish(host: Host, tenant: Tenant, found: Obj | None = None) -> None:
    """Write the status unless it is what the API has; later when the API does not answer."""
    if not host.api_answers:
        host.poke(tenant.uid, 5.0)
        return
    wanted = found if found is not None else pod_status(host, tenant)
    if spec(tenant.obj).get("nodeName") == host.name and wanted != tenant.obj.get("status"):
        tenant.obj = host.env.registry.update_status(POD, {**tenant.obj, "status": wanted})
