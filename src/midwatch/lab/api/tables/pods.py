"""Pods as rows: the state that people know from `kubectl get pods`.

Source: kubernetes/pkg/printers/internalversion/printers.go (printPod).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from midwatch.lab.api.ages import since
from midwatch.lab.api.tables.columns import NONE, Printer, age, columns, layout, name, pairs
from midwatch.lab.core.objects import Obj, condition_of, is_deleted, meta, part, spec, status


@dataclass
class _Tally:
    """What is counted over the containers of a pod."""

    reason: str
    ready: int = 0
    restarts: int = 0
    last: str = ""

    def restarted(self, container: Obj) -> None:
        self.restarts += container.get("restartCount") or 0
        ended: Obj = part(container, "lastState").get("terminated") or {}
        self.last = max(self.last, ended.get("finishedAt") or "")


def _state(container: Obj, key: str) -> Obj | None:
    return part(container, "state").get(key)


def _ended(ended: Obj) -> str:
    if ended.get("reason"):
        return ended["reason"]
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _condition_true(pod: Obj, kind: str) -> bool:
    return (condition_of(pod, kind) or {}).get("status") == "True"


def _sidecars(pod: Obj) -> set[str]:
    found: Sequence[Obj] = spec(pod).get("initContainers") or ()
    return {each["name"] for each in found if each.get("restartPolicy") == "Always"}


def _init_reason(order: int, container: Obj, total: int) -> str:
    if ended := _state(container, "terminated"):
        return f"Init:{_ended(ended)}"
    waiting = (_state(container, "waiting") or {}).get("reason") or ""
    if waiting and waiting != "PodInitializing":
        return f"Init:{waiting}"
    return f"Init:{order}/{total}"


def _initializing(pod: Obj, sidecars: set[str], tally: _Tally, lasting: _Tally) -> bool:
    """Go through the init containers; `lasting` counts the restarts of sidecars only."""
    containers: Sequence[Obj] = status(pod).get("initContainerStatuses") or ()
    for order, each in enumerate(containers):
        tally.restarted(each)
        sidecar = each["name"] in sidecars
        if sidecar:
            lasting.restarted(each)
        ended = _state(each, "terminated")
        if ended is not None and ended.get("exitCode", 0) == 0:
            continue
        if sidecar and each.get("started"):
            tally.ready += bool(each.get("ready"))
            continue
        tally.reason = _init_reason(order, each, len(spec(pod).get("initContainers") or ()))
        return True
    return False


def _running(pod: Obj, tally: _Tally) -> None:
    """Go through the containers, the last one first: the first one's reason wins."""
    running = False
    containers: Sequence[Obj] = status(pod).get("containerStatuses") or ()
    for each in reversed(containers):
        tally.restarted(each)
        waiting, ended = _state(each, "waiting") or {}, _state(each, "terminated")
        if waiting.get("reason"):
            tally.reason = waiting["reason"]
        elif ended is not None:
            tally.reason = _ended(ended)
        elif each.get("ready") and _state(each, "running") is not None:
            running = True
            tally.ready += 1
    if tally.reason == "Completed" and running:
        tally.reason = "Running" if _condition_true(pod, "Ready") else "NotReady"


def _first_reason(pod: Obj) -> str:
    scheduled = condition_of(pod, "PodScheduled") or {}
    if scheduled.get("reason") == "SchedulingGated":
        return "SchedulingGated"
    return status(pod).get("reason") or status(pod).get("phase") or ""


def _tally(pod: Obj, sidecars: set[str]) -> _Tally:
    tally, lasting = _Tally(_first_reason(pod)), _Tally("")
    if not _initializing(pod, sidecars, tally, lasting) or _condition_true(pod, "Initialized"):
        tally.restarts, tally.last = lasting.restarts, lasting.last
        _running(pod, tally)
    if is_deleted(pod):
        if status(pod).get("reason") == "NodeLost":
            tally.reason = "Unknown"
        elif status(pod).get("phase") not in ("Succeeded", "Failed"):
            tally.reason = "Terminating"
    return tally


def _gates(pod: Obj) -> str:
    gates: Sequence[Obj] = spec(pod).get("readinessGates") or ()
    if not gates:
        return NONE
    passed = sum(_condition_true(pod, each["conditionType"]) for each in gates)
    return f"{passed}/{len(gates)}"


def _pod(pod: Obj, now: float) -> list[Any]:
    sidecars = _sidecars(pod)
    tally = _tally(pod, sidecars)
    total = len(spec(pod).get("containers") or ()) + len(sidecars)
    restarts = str(tally.restarts)
    if tally.restarts and tally.last:
        restarts += f" ({since(tally.last, now)} ago)"
    ips: Sequence[Obj] = status(pod).get("podIPs") or ()
    return [
        name(pod),
        f"{tally.ready}/{total}",
        tally.reason,
        restarts,
        age(pod, now),
        (ips[0].get("ip") if ips else "") or NONE,
        spec(pod).get("nodeName") or NONE,
        status(pod).get("nominatedNodeName") or NONE,
        _gates(pod),
    ]


def _template(found: Obj, _: float) -> list[Any]:
    template: Obj = found.get("template") or {}
    return [name(found), *layout(spec(template).get("containers") or ()), pairs(meta(template).get("labels"))]


PRINTERS = {
    "Pod": Printer(columns("Name|Ready|Status|Restarts|Age", "IP|Node|Nominated Node|Readiness Gates"), _pod),
    "PodTemplate": Printer(columns("Name|Containers|Images|Pod Labels"), _template),
}
