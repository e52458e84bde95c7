"""Pods: the STATUS column back to phase, conditions and container statuses (printPod in printers.go).

STATUS is the phase, overridden by the first reason that explains the pod. READY counts a pod's containers,
which have no status before a node has taken the pod. A table names no container: a pod's statuses come back
nameless, as many as READY counts. RESTARTS is a sum; it is put on the status that carries the reason (or the
first), which keeps the sum right.
"""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.get.rows import columns, doomed
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import before
from midwatch.sources.kubectl_text.values import dig, fraction, integer, put, text

_PHASES = frozenset({"Running", "Pending", "Succeeded", "Failed", "Unknown"})
_TERMINATED = frozenset(
    {"Completed", "Error", "OOMKilled", "ContainerCannotRun", "DeadlineExceeded", "StartError"}
)
_POD_REASONS = frozenset({
    "Evicted", "NodeAffinity", "NodeShutdown", "Shutdown", "Terminated", "UnexpectedAdmissionError", "Preempting",
    "OutOfcpu", "OutOfmemory", "OutOfpods", "OutOfephemeral-storage", "TopologyAffinityError",
})  # fmt: skip
_WITHOUT_STATUSES = _POD_REASONS | {"Pending", "SchedulingGated"}
_OF_THE_POD = _PHASES | _POD_REASONS | {"Terminating", "NotReady", "SchedulingGated"}
_EXIT = re.compile(r"(ExitCode|Signal):(\d{1,6})")
_INIT_PROGRESS = re.compile(r"(\d{1,4})/(\d{1,4})")
_MOST = 200
_AGO = re.compile(r"\((\S+) ago\)")


def pod(row: Row, made: Obj, reader: Reader) -> None:
    """A pod's row, plain or wide."""
    status = row("STATUS").strip()
    ready = fraction(row("READY"))
    restarts = integer(row("RESTARTS")) or 0
    if status.startswith("Init:"):
        _initialising(made, status.removeprefix("Init:"), restarts)
    else:
        _say(made, status, restarts, reader)
    if ready and status not in _WITHOUT_STATUSES:
        _containers(made, ready, status, restarts, _ended(row, reader))
        _readiness(made, ready, status)
    _WIDE(row, made, reader)
    _scheduling(row, made)


_WIDE = columns(
    {
        "IP": ("status.podIP", text),
        "NODE": ("spec.nodeName", text),
        "NOMINATED NODE": ("status.nominatedNodeName", text),
    }
)


def _say(made: Obj, status: str, restarts: int, reader: Reader) -> None:
    if status == "Terminating":
        doomed(made, reader)
    elif status in _POD_REASONS:
        put(made, "status.phase", "Failed")
        put(made, "status.reason", status)
    else:
        phase = _phase(status, restarts)
        if phase:
            put(made, "status.phase", phase)


def _phase(status: str, restarts: int) -> str | None:
    """The phase that kubelet's getPhase gives to a pod in this state, None where two are possible."""
    if status in _PHASES:
        return status
    if status == "Completed":
        return "Succeeded"
    if status in ("NotReady", "CrashLoopBackOff"):
        return "Running"
    if status in _TERMINATED or _EXIT.fullmatch(status) or not status:
        return None
    return "Running" if restarts else "Pending"


def _initialising(made: Obj, detail: str, restarts: int) -> None:
    put(made, "status.phase", "Pending")
    _condition(made, "Initialized", "False")
    progress = _INIT_PROGRESS.fullmatch(detail)
    done, total = (int(progress[1]), int(progress[2])) if progress else (0, 1)
    statuses: list[JSON] = [_finished() for _ in range(min(done, _MOST))]
    statuses += [_waiting() for _ in range(min(total, _MOST) - done)]
    if not progress:
        statuses[0] = {**_waiting(), "restartCount": restarts, "state": _state(detail)}
    put(made, "status.initContainerStatuses", statuses)


def _finished() -> Obj:
    return {"name": "", "ready": True, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}


def _running() -> Obj:
    return {"name": "", "ready": True, "state": {"running": {}}}


def _waiting() -> Obj:
    return {"name": "", "ready": False}


def _containers(made: Obj, ready: tuple[int, int], status: str, restarts: int, ended: str | None) -> None:
    up, total = ready[0], min(ready[1], _MOST)
    statuses: list[Obj] = [_running() for _ in range(min(up, total))]
    statuses += [_waiting() for _ in range(total - len(statuses))]
    if not statuses or status.startswith("Init:"):
        return
    bearer = statuses[-1] if up < total else statuses[0]
    bearer["restartCount"] = restarts
    if ended:
        bearer["lastState"] = {"terminated": {"finishedAt": ended}}
    if up < total and _explains(status):
        bearer["state"] = _state(status)
    put(made, "status.containerStatuses", list[JSON](statuses))


def _explains(status: str) -> bool:
    """Whether a status is one container's reason, not the whole pod's."""
    return bool(status) and status not in _OF_THE_POD


def _state(reason: str) -> Obj:
    coded = _EXIT.fullmatch(reason)
    if coded:
        return {"terminated": {"exitCode" if coded[1] == "ExitCode" else "signal": int(coded[2])}}
    if reason in _TERMINATED:
        code: Obj = {"exitCode": 0} if reason == "Completed" else {}
        return {"terminated": {"reason": reason, **code}}
    return {"waiting": {"reason": reason}}


def _ended(row: Row, reader: Reader) -> str | None:
    ago = _AGO.search(row("RESTARTS"))
    return before(reader.now, ago[1]) if ago else None


def _readiness(made: Obj, ready: tuple[int, int], status: str) -> None:
    """All containers ready does not make the pod ready: its node may be gone, or a readiness gate be shut."""
    if ready[0] < ready[1]:
        _condition(made, "Ready", "False")
        _condition(made, "ContainersReady", "False")
    elif status == "Running" and ready[1]:
        _condition(made, "ContainersReady", "True")


def _scheduling(row: Row, made: Obj) -> None:
    """A node proves the scheduler's work; none proves nothing, as the scheduler may not even have tried."""
    if text(row("NODE")):
        _condition(made, "PodScheduled", "True")


def _condition(made: Obj, kind: str, status: str) -> None:
    known = dig(made, "status", "conditions")
    conditions: list[JSON] = known if isinstance(known, list) else []
    put(made, "status.conditions", [*conditions, {"type": kind, "status": status}])
