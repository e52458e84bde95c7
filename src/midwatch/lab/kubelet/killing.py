"""Stopping a container: pre-stop hook, SIGTERM, and after the grace period SIGKILL.

Source: kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer).
"""

from __future__ import annotations

from collections.abc import Generator

from midwatch.lab.core.objects import Obj, part, spec
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.kubelet.hooks import run_hook
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.world.programs import LogStyle

_MINIMUM = 2.0  # minimumGracePeriodInSeconds
_CLEAN = frozenset({LogStyle.NGINX, LogStyle.POSTGRES, LogStyle.REDIS, LogStyle.RABBITMQ, LogStyle.KLOG})
_HUNG = 30.0  # notes["latency"], in seconds, of a process that answers nothing at all any more


def kill_container(
    host: Host, tenant: Tenant, slot: Slot, message: str = "", grace: float | None = None
) -> Generator[float, None, None]:
    """Stop it and wait until it is gone. `message` is the event's; the grace period is the pod's unless given."""
    host.event(tenant, "Normal", "Killing", message or f"Stopping container {slot.name}", slot)
    left = _grace(tenant, slot) if grace is None else grace
    hook: Obj | None = part(slot.spec, "lifecycle").get("preStop")
    process = slot.process
    if hook and left > 0 and process is not None:
        left = yield from _pre_stop(host, tenant, slot, hook, left)
    if process is None or process.phase is Phase.EXITED:
        return
    code, seconds = answer_to_term(process)
    left = max(left, _MINIMUM if grace is None else 0.0)
    if seconds > left:
        code, seconds = 137, left
    yield seconds
    host.env.runtime.end(process, code, "Error" if code else "Completed")


def _grace(tenant: Tenant, slot: Slot) -> float:
    """Seconds. A liveness or start-up probe may have a grace period of its own."""
    for name in ("livenessProbe", "startupProbe"):
        own = part(slot.spec, name).get("terminationGracePeriodSeconds")
        if own is not None and name.removesuffix("Probe") in slot.kill:
            return float(own)
    if tenant.grace is not None:
        return tenant.grace
    found = spec(tenant.obj).get("terminationGracePeriodSeconds")
    return 30.0 if found is None else float(found)


def _pre_stop(host: Host, tenant: Tenant, slot: Slot, hook: Obj, left: float) -> Generator[float, None, float]:
    """Run the hook within the grace period; returns what is left of that."""
    begun = host.now
    if slot.build is None:
        return left
    running = run_hook(host, tenant, slot, hook, slot.build)
    failure = ""
    while True:
        try:
            pause = next(running)
        except StopIteration as done:
            failure = done.value or ""
            break
        spent = host.now - begun
        if spent + pause > left:
            yield max(0.0, left - spent)
            failure = "PreStopHook did not complete in the grace period"
            break
        yield pause
    if failure:
        host.event(tenant, "Warning", "FailedPreStopHook", "PreStopHook failed", slot)
    return left - (host.now - begun)


def answer_to_term(process: Process) -> tuple[int, float]:
    """The exit code and the seconds it takes: servers close in order, other programs just die of the signal."""
    if process.notes.get("latency", 0.0) >= _HUNG:
        return 137, float("inf")
    if process.program.style in _CLEAN:
        return 0, 0.6
    return 143, 0.8 if process.program.style is LogStyle.JAVA else 0.3
