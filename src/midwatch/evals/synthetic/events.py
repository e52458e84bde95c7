"""Events, worded as the components of Kubernetes 1.32 word them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from midwatch.evals.synthetic.values import (
    Obj,
    digest,
    name_of,
    namespace_of,
    part,
    parts,
    stamp,
    stamp_micro,
    text,
)

_KUBELET = "kubelet"
_SCHEDULER = "default-scheduler"
_SIZES = (18_204_311, 43_871_202, 71_330_854, 112_904_417)


def event(
    about: Obj,
    reason: str,
    message: str,
    *,
    last: datetime,
    first: datetime | None = None,
    count: int = 1,
    warning: bool = False,
    source: str = _KUBELET,
    container: str = "",
) -> Obj:
    """One event about an object. `container` names the container of a pod that it is about."""
    namespace, name, head = namespace_of(about), name_of(about), part(about, "metadata")
    first = last if first is None else first
    target: Obj = {"kind": about["kind"], "namespace": namespace, "name": name, "uid": head["uid"]}
    if not namespace:
        del target["namespace"]
    target |= {"apiVersion": about["apiVersion"], "resourceVersion": head["resourceVersion"]}
    if container:
        target["fieldPath"] = f"spec.containers{{{container}}}"
    unique = digest(name, reason, message, stamp(first), size=8)
    where = namespace or "default"
    created = {
        "name": f"{name}.{unique}",
        "namespace": where,
        "uid": _uid(unique),
        "creationTimestamp": stamp(first),
    }
    found: Obj = {"apiVersion": "v1", "kind": "Event", "metadata": created, "involvedObject": target}
    found |= {"reason": reason, "message": message, "type": "Warning" if warning else "Normal"}
    return found | (
        _series(first, last, count) if source == _SCHEDULER else _counted(about, source, first, last, count)
    )


def _counted(about: Obj, source: str, first: datetime, last: datetime, count: int) -> Obj:
    """How most components write: the core API with a count."""
    host = (
        ""
        if source != _KUBELET
        else name_of(about)
        if about["kind"] == "Node"
        else text(about, "spec", "nodeName")
    )
    return {
        "source": {"component": source, "host": host} if host else {"component": source},
        "firstTimestamp": stamp(first),
        "lastTimestamp": stamp(last),
        "count": count,
        "eventTime": None,
        "reportingComponent": source,
        "reportingInstance": host,
    }


def _series(first: datetime, last: datetime, count: int) -> Obj:
    """How the scheduler writes: the events.k8s.io API, where repetition makes a series."""
    source: Obj = {}
    found: Obj = {"source": source, "firstTimestamp": None, "lastTimestamp": None, "eventTime": stamp_micro(first)}
    if count > 1:
        found["series"] = {"count": count, "lastObservedTime": stamp_micro(last)}
    found["reportingComponent"] = _SCHEDULER
    return found | {"reportingInstance": f"{_SCHEDULER}-control-plane-1"}


def _uid(unique: str) -> str:
    return f"{unique[:8]}-{unique[8:12]}-4{unique[12:15]}-a{unique[:3]}-{unique[4:]}"


def scheduled(pod: Obj, at: datetime) -> Obj:
    """The scheduler found a node."""
    where = text(pod, "spec", "nodeName")
    message = f"Successfully assigned {namespace_of(pod)}/{name_of(pod)} to {where}"
    return event(pod, "Scheduled", message, last=at, source=_SCHEDULER)


def birth(pod: Obj, at: datetime, *, pulled: bool = True) -> Iterator[Obj]:
    """What happens when a pod starts: scheduled, pulled, created, started. `pulled` false: the image was there."""
    yield scheduled(pod, at)
    for each in parts(part(pod, "spec"), "containers"):
        yield from container_birth(pod, each, at + timedelta(seconds=1), pulled=pulled)


def container_birth(pod: Obj, each: Obj, at: datetime, *, pulled: bool = True, count: int = 1) -> Iterator[Obj]:
    """Pulling to Started of one container."""
    name, image = str(each["name"]), str(each["image"])
    if pulled:
        size = _SIZES[len(image) % len(_SIZES)]
        yield event(pod, "Pulling", f'Pulling image "{image}"', last=at, container=name)
        took = f'Successfully pulled image "{image}" in 1.{size % 900 + 100}s'
        message = f"{took} (1.{size % 900 + 100}s including waiting). Image size: {size} bytes."
        yield event(pod, "Pulled", message, last=at + timedelta(seconds=2), container=name)
    else:
        message = f'Container image "{image}" already present on machine'
        yield event(pod, "Pulled", message, last=at, count=count, container=name)
    then = at + timedelta(seconds=2)
    yield event(pod, "Created", f"Created container: {name}", last=then, count=count, container=name)
    yield event(pod, "Started", f"Started container {name}", last=then, count=count, container=name)


def scaled(deployment: Obj, replica_set: str, before: int, after: int, at: datetime) -> Obj:
    """A Deployment resized one of its ReplicaSets."""
    way = "up" if after > before else "down"
    message = f"Scaled {way} replica set {replica_set} from {before} to {after}"
    return event(deployment, "ScalingReplicaSet", message, last=at, source="deployment-controller")


def pod_created(owner: Obj, pod: Obj, at: datetime) -> Obj:
    """A controller created a pod."""
    kind = str(owner["kind"])
    source = {"ReplicaSet": "replicaset-controller", "DaemonSet": "daemonset-controller", "Job": "job-controller"}
    if kind == "StatefulSet":
        message = f"create Pod {name_of(pod)} in StatefulSet {name_of(owner)} successful"
        return event(owner, "SuccessfulCreate", message, last=at, source="statefulset-controller")
    return event(owner, "SuccessfulCreate", f"Created pod: {name_of(pod)}", last=at, source=source[kind])


def probe_failed(
    pod: Obj,
    container: str,
    message: str,
    *,
    last: datetime,
    first: datetime,
    count: int,
    probe: str = "Readiness",
) -> Obj:
    """A probe failed."""
    text_ = f"{probe} probe failed: {message}"
    return event(pod, "Unhealthy", text_, last=last, first=first, count=count, warning=True, container=container)


def back_off(pod: Obj, container: str, *, last: datetime, first: datetime, count: int) -> Obj:
    """A container restarts and restarts."""
    head = part(pod, "metadata")
    name = f"{head['name']}_{head['namespace']}({head['uid']})"
    message = f"Back-off restarting failed container {container} in pod {name}"
    return event(pod, "BackOff", message, last=last, first=first, count=count, warning=True, container=container)
