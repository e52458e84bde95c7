"""One look at a pod: report its status, then bring it closer to what it should be.

Source: kubernetes/pkg/kubelet/kubelet.go (SyncPod), kubernetes/pkg/kubelet/kuberuntime/kuberuntime_manager.go
(SyncPod, computePodActions, doBackOff).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from midwatch.lab.core.objects import seconds, spec, status
from midwatch.lab.kubelet.conditions import has_started
from midwatch.lab.kubelet.containers import start_container
from midwatch.lab.kubelet.credentials import credentials
from midwatch.lab.kubelet.durations import go_duration
from midwatch.lab.kubelet.failure import StartFailed, SyncFailed
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.killing import kill_container
from midwatch.lab.kubelet.mounting import mount_all
from midwatch.lab.kubelet.podspec import Role, full_name, host_network
from midwatch.lab.kubelet.restarts import should_restart
from midwatch.lab.kubelet.sandbox import ensure_sandbox, network_problem
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.kubelet.status import publish
from midwatch.lab.kubelet.together import together

_DEADLINE = "Pod was active on the node longer than the specified deadline"


def sync(host: Host, tenant: Tenant) -> Generator[float, None, None]:
    """Look at a pod; yields the seconds it must wait. Raises `SyncFailed` when another attempt is due."""
    if _past_deadline(host, tenant):
        tenant.verdict = "DeadlineExceeded", _DEADLINE
        host.event(tenant, "Normal", "DeadlineExceeded", _DEADLINE)
        host.poke(tenant.uid, 0.0)
        return
    publish(host, tenant)
    if status(tenant.obj).get("phase") in ("Succeeded", "Failed"):
        tenant.terminating = True
        host.poke(tenant.uid, 0.0)
        return
    problem = network_problem(host)
    if problem and not host_network(tenant.obj):
        host.event(tenant, "Warning", "NetworkNotReady", f"network is not ready: {problem}")
        raise SyncFailed(2.0)
    if tenant.volumes is None:
        tenant.volumes = yield from mount_all(host, tenant)
    if all(each.running and not each.kill for each in tenant.of(Role.SIDECAR, Role.APP)):
        return
    yield from _containers(host, tenant)


def _past_deadline(host: Host, tenant: Tenant) -> bool:
    """Source: kubernetes/pkg/kubelet/active_deadline.go."""
    limit = spec(tenant.obj).get("activeDeadlineSeconds")
    begun = status(tenant.obj).get("startTime")
    if limit is None or begun is None:
        return False
    left = seconds(begun) + limit - host.now
    if left > 0:
        host.poke(tenant.uid, left + 0.1)
    return left <= 0


def _containers(host: Host, tenant: Tenant) -> Generator[float, None, None]:
    """Kill what failed its probes, start what should run."""
    yield from ensure_sandbox(host, tenant)
    if _is_done(tenant):
        yield from _stop_sidecars(host, tenant)
        return
    doomed = [each for each in tenant.alive if each.kill]
    before = {each.name: each.finished for each in doomed}
    yield from together([kill_container(host, tenant, each, _why(each)) for each in doomed])
    due = _due(tenant)
    if not due:
        return
    accounts = credentials(host, tenant)
    failed = False
    for slot in due:
        failed |= yield from _start(host, tenant, slot, before.get(slot.name, slot.finished), accounts)
    if failed:
        raise SyncFailed
    host.poke(tenant.uid, host.random.uniform(0.4, 1.2))


def _why(slot: Slot) -> str:
    return f"Container {slot.name} failed {slot.kill} probe, will be restarted"


def _is_done(tenant: Tenant) -> bool:
    """Whether all containers proper have ended for good."""
    apps = tenant.of(Role.APP)
    return bool(apps) and all(not each.running and not should_restart(tenant, each) for each in apps)


def _stop_sidecars(host: Host, tenant: Tenant) -> Generator[float, None, None]:
    for each in reversed(tenant.of(Role.SIDECAR)):
        if each.running:
            yield from kill_container(host, tenant, each)


def _due(tenant: Tenant) -> list[Slot]:
    """What is to be started now: the next init container, or all others that do not run."""
    apps = tenant.of(Role.APP)
    due: list[Slot] = []
    for slot in tenant.of(Role.INIT, Role.SIDECAR):
        if slot.role is Role.SIDECAR:
            if not slot.running:
                due.append(slot)
            if not slot.started and not has_started(apps):
                return due
        elif not has_started(apps) and slot.exit_code != 0:
            return [*due, slot] if not slot.running and should_restart(tenant, slot) else due
    return [*due, *(each for each in apps if not each.running and should_restart(tenant, each))]


def _start(
    host: Host, tenant: Tenant, slot: Slot, ended: float, accounts: Mapping[str, tuple[str, str]]
) -> Generator[float, None, bool]:
    """Start one container unless it must wait; returns whether that failed."""
    if slot.state is not None and ended:
        if slot.crashes.waits(ended, host.now):
            _back_off(host, tenant, slot)
            return True
        slot.crashes.next(ended, host.now)
    elif slot.state is not None:
        slot.crashes.next(host.now, host.now)
    try:
        yield from start_container(host, tenant, slot, accounts)
    except StartFailed as error:
        slot.waiting = error.reason, error.message
        return True
    return False


def _back_off(host: Host, tenant: Tenant, slot: Slot) -> None:
    """Source: kubernetes/pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff)."""
    name = full_name(tenant.obj)
    host.event(
        tenant, "Warning", "BackOff", f"Back-off restarting failed container {slot.name} in pod {name}", slot
    )
    wait = go_duration(slot.crashes.delay)
    slot.waiting = "CrashLoopBackOff", f"back-off {wait} restarting failed container={slot.name} pod={name}"
