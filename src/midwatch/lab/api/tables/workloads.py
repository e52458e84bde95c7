"""Workloads as rows.

Source: kubernetes/pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midwatch.lab.api.ages import human, since
from midwatch.lab.api.tables.columns import NONE, Printer, age, columns, layout, name, pairs, selector
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    controller_of,
    is_deleted,
    meta,
    part,
    seconds,
    spec,
    status,
)

_WIDE = "Containers|Images|Selector"


def _containers(body: Obj) -> tuple[str, str]:
    template: Obj = body.get("template") or {}
    return layout(spec(template).get("containers") or ())


def _deployment(found: Obj, now: float) -> list[Any]:
    state = status(found)
    ready = f"{state.get('readyReplicas', 0)}/{spec(found).get('replicas', 1)}"
    updated, available = state.get("updatedReplicas", 0), state.get("availableReplicas", 0)
    chosen = selector(spec(found).get("selector"))
    return [name(found), ready, updated, available, age(found, now), *_containers(spec(found)), chosen]


def _replicas(found: Obj, now: float) -> list[Any]:
    state, chosen = status(found), spec(found).get("selector")
    shown = pairs(chosen) if found["kind"] == "ReplicationController" else selector(chosen)
    numbers = [spec(found).get("replicas", 1), state.get("replicas", 0), state.get("readyReplicas", 0)]
    return [name(found), *numbers, age(found, now), *_containers(spec(found)), shown]


def _stateful_set(found: Obj, now: float) -> list[Any]:
    ready = f"{status(found).get('readyReplicas', 0)}/{spec(found).get('replicas', 1)}"
    return [name(found), ready, age(found, now), *_containers(spec(found))]


_DAEMON = (
    "desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable",
)  # fmt: skip


def _daemon_set(found: Obj, now: float) -> list[Any]:
    body, state = spec(found), status(found)
    nodes = pairs(spec(part(body, "template")).get("nodeSelector"))
    numbers = [state.get(each, 0) for each in _DAEMON]
    return [name(found), *numbers, nodes, age(found, now), *_containers(body), selector(body.get("selector"))]


def _completions(found: Obj) -> str:
    done, body = status(found).get("succeeded", 0), spec(found)
    if body.get("completions") is not None:
        return f"{done}/{body['completions']}"
    several = body.get("parallelism") or 0
    return f"{done}/1 of {several}" if several > 1 else f"{done}/1"


def _job_state(found: Obj) -> str:
    def has(kind: str) -> bool:
        return (condition_of(found, kind) or {}).get("status") == "True"

    if has("Complete"):
        return "Complete"
    if has("Failed"):
        return "Failed"
    if is_deleted(found):
        return "Terminating"
    if has("Suspended"):
        return "Suspended"
    return "FailureTarget" if has("FailureTarget") else "Running"


def _duration(found: Obj, now: float) -> str:
    start, end = status(found).get("startTime"), status(found).get("completionTime")
    if not start:
        return ""
    return human((seconds(end) if end else now) - seconds(start))


def _job(found: Obj, now: float) -> list[Any]:
    head = [name(found), _job_state(found), _completions(found), _duration(found, now), age(found, now)]
    return [*head, *_containers(spec(found)), selector(spec(found).get("selector"))]


def _cron_job(found: Obj, now: float) -> list[Any]:
    body, state = spec(found), status(found)
    last = state.get("lastScheduleTime")
    job = spec(part(body, "jobTemplate"))
    return [
        name(found),
        body.get("schedule", ""),
        body.get("timeZone") or NONE,
        str(bool(body.get("suspend"))),
        len(state.get("active") or ()),
        since(last, now) if last else NONE,
        age(found, now),
        *_containers(job),
        selector(job.get("selector")),
    ]


def _revision(found: Obj, now: float) -> list[Any]:
    owner = controller_of(found)
    shown = NONE
    if owner is not None:
        group = owner["apiVersion"].rpartition("/")[0]
        kind = f"{owner['kind']}.{group}" if group else owner["kind"]
        shown = f"{kind.lower()}/{owner['name']}"
    return [name(found), shown, found.get("revision", 0), age(found, now)]


def _amount(current: Obj, target: Obj) -> str:
    """A metric's current value and its target.

    Source: kubernetes/pkg/printers/internalversion/printers.go (formatHPAMetrics).
    """
    if "averageValue" in target:
        return f"{current.get('averageValue', '<unknown>')}/{target['averageValue']}"
    if "value" in target:
        return f"{current.get('value', '<unknown>')}/{target['value']}"
    now = current.get("averageUtilization")
    share = target.get("averageUtilization")
    return f"{'<unknown>' if now is None else f'{now}%'}/{'<auto>' if share is None else f'{share}%'}"


_SOURCES = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}


def _metric(wanted: Obj, current: Obj) -> str:
    key = _SOURCES.get(wanted.get("type", ""))
    if key is None:
        return "<unknown type>"
    source, target = part(wanted, key), part(wanted, key, "target")
    text = _amount(part(current, key, "current"), target)
    if key in ("resource", "containerResource"):
        return f"{source.get('name', '')}: {text}"
    average = key in ("external", "object") and "averageValue" in target
    return f"{text} (avg)" if average else text


def _metrics(found: Obj) -> str:
    wanted: Sequence[Obj] = spec(found).get("metrics") or ()
    known: Sequence[Obj] = status(found).get("currentMetrics") or ()
    if not wanted:
        return NONE
    texts = [_metric(each, known[order] if order < len(known) else {}) for order, each in enumerate(wanted)]
    shown = ", ".join(texts[:2])
    return f"{shown} + {len(texts) - 2} more..." if len(texts) > 2 else shown


def _autoscaler(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    target = f"{body['scaleTargetRef']['kind']}/{body['scaleTargetRef']['name']}"
    least = str(body.get("minReplicas", "<unset>"))
    current = status(found).get("currentReplicas", 0)
    return [name(found), target, _metrics(found), least, body.get("maxReplicas", 0), current, age(found, now)]


def _budget(found: Obj, now: float) -> list[Any]:
    least, most = spec(found).get("minAvailable"), spec(found).get("maxUnavailable")
    bounds = ["N/A" if each is None else str(each) for each in (least, most)]
    return [name(found), *bounds, status(found).get("disruptionsAllowed", 0), age(found, now)]


def _scale(found: Obj, now: float) -> list[Any]:
    wanted, has = spec(found).get("replicas", 0), status(found).get("replicas", 0)
    return [meta(found).get("name"), wanted, has, age(found, now)]


_REPLICAS = Printer(columns("Name|Desired|Current|Ready|Age", _WIDE, "Desired|Current|Ready"), _replicas)
_COUNTS = "Desired|Current|Ready|Up-to-date|Available"
PRINTERS = {
    "Deployment": Printer(columns("Name|Ready|Up-to-date|Available|Age", _WIDE), _deployment),
    "ReplicaSet": _REPLICAS,
    "ReplicationController": _REPLICAS,
    "StatefulSet": Printer(columns("Name|Ready|Age", "Containers|Images"), _stateful_set),
    "DaemonSet": Printer(columns(f"Name|{_COUNTS}|Node Selector|Age", _WIDE, _COUNTS), _daemon_set),
    "Job": Printer(columns("Name|Status|Completions|Duration|Age", _WIDE), _job),
    "CronJob": Printer(
        columns("Name|Schedule|Timezone|Suspend|Active|Last Schedule|Age", _WIDE, "Active"), _cron_job
    ),
    "ControllerRevision": Printer(columns("Name|Controller|Revision|Age"), _revision),
    "HorizontalPodAutoscaler": Printer(
        columns("Name|Reference|Targets|MinPods|MaxPods|Replicas|Age"), _autoscaler
    ),
    "PodDisruptionBudget": Printer(
        columns("Name|Min Available|Max Unavailable|Allowed Disruptions|Age", "", "Allowed Disruptions"), _budget
    ),
    "Scale": Printer(columns("Name|Desired|Available|Age", "", "Desired|Available"), _scale),
}
