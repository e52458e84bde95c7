"""What is kept of a process that ended. Source: containerd/internal/cri/server/events.go (handleContainerExit)."""

from __future__ import annotations

from midwatch.lab.core.objects import Obj, stamp
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.state import Slot, Tenant

_LINES, _BYTES = (
    80,
    2048,
)  # kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go (MaxContainerTerminationMessage)


def record_exit(host: Host, tenant: Tenant, slot: Slot, process: Process, code: int, reason: str) -> None:
    """A process is gone: its container is terminated, its ports are closed, the kubelet will notice."""
    process.phase, process.listening = Phase.EXITED, frozenset()
    process.cpu = process.memory = 0.0
    ended: Obj = {
        "exitCode": code,
        "reason": "OOMKilled" if reason == "OOMKilled" else "Error" if code else "Completed",
        "startedAt": stamp(process.started),
        "finishedAt": stamp(host.now),
        "containerID": slot.container_id,
    }
    message = _message(host, slot, process, code)
    if message:
        ended["message"] = message
    slot.state, slot.finished = {"terminated": ended}, host.now
    slot.started = slot.ready = False
    if slot.prober is not None:
        slot.prober.stop()
    host.poke(tenant.uid, host.random.uniform(0.3, 1.1))


def _message(host: Host, slot: Slot, process: Process, code: int) -> str:
    """The end of the log, for containers that ask for it."""
    if not code or slot.spec.get("terminationMessagePolicy") != "FallbackToLogsOnError":
        return ""
    lines = host.env.runtime.lines(process.pod_uid, process.container) or []
    return "".join(f"{each.text}\n" for each in lines[-_LINES:])[-_BYTES:]
