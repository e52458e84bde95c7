"""kube_pod_*. Source: kube-state-metrics/internal/store/pod.go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.objects import Obj, controller_of, meta, spec, status
from midwatch.lab.telemetry.kube_state.series import About, Sample, amounts, moment, one_of

_PHASES = ("Pending", "Succeeded", "Failed", "Unknown", "Running")
_STATES = ("waiting", "running", "terminated")


def pod_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a pod."""
    about = About(found, "pod")
    head, body, now = meta(found), spec(found), status(found)
    uid = str(head.get("uid") or "")
    yield from _info(about, found, uid)
    yield from one_of(about, "kube_pod_status_phase", "phase", _PHASES, str(now.get("phase")), uid=uid)
    conditions: Sequence[Obj] = now.get("conditions") or ()
    for each in conditions:
        if each["type"] in ("Ready", "PodScheduled"):
            name = "kube_pod_status_ready" if each["type"] == "Ready" else "kube_pod_status_scheduled"
            statuses = ("true", "false", "unknown")
            yield from one_of(about, name, "condition", statuses, str(each["status"]).lower(), uid=uid)
        if each.get("reason") == "Unschedulable":
            yield from about.sample("kube_pod_status_unschedulable", 1, uid=uid)
    if now.get("reason"):
        yield from about.sample("kube_pod_status_reason", 1, uid=uid, reason=str(now["reason"]))
    for each in body.get("containers") or ():
        yield from _resources(about, each, uid, str(body.get("nodeName") or ""))
    for prefix, group in (
        ("kube_pod_init_container", "initContainerStatuses"),
        ("kube_pod_container", "containerStatuses"),
    ):
        for each in now.get(group) or ():
            yield from _container(about, prefix, each, uid)


def _info(about: About, found: Obj, uid: str) -> Iterator[Sample]:
    owner = controller_of(found) or {}
    now = status(found)
    kind, name = str(owner.get("kind") or ""), str(owner.get("name") or "")
    yield from about.sample(
        "kube_pod_info",
        1,
        uid=uid,
        node=str(spec(found).get("nodeName") or ""),
        host_ip=str(now.get("hostIP") or ""),
        pod_ip=str(now.get("podIP") or ""),
        host_network=str(bool(spec(found).get("hostNetwork"))).lower(),
        created_by_kind=kind,
        created_by_name=name,
    )
    yield from about.sample(
        "kube_pod_owner", 1, uid=uid, owner_kind=kind, owner_name=name, owner_is_controller="true" if owner else ""
    )
    yield from about.sample("kube_pod_created", moment(meta(found).get("creationTimestamp")), uid=uid)
    yield from about.sample("kube_pod_start_time", moment(now.get("startTime")), uid=uid)
    yield from about.sample("kube_pod_deletion_timestamp", moment(meta(found).get("deletionTimestamp")), uid=uid)


def _resources(about: About, container: Obj, uid: str, node: str) -> Iterator[Sample]:
    resources: Obj = container.get("resources") or {}
    more = {"container": str(container["name"]), "uid": uid, "node": node}
    yield from amounts(about, "kube_pod_container_resource_requests", resources.get("requests") or {}, **more)
    yield from amounts(about, "kube_pod_container_resource_limits", resources.get("limits") or {}, **more)


def _container(about: About, prefix: str, found: Obj, uid: str) -> Iterator[Sample]:
    more = {"container": str(found["name"]), "uid": uid}
    yield from about.sample(
        f"{prefix}_info",
        1,
        **more,
        image=str(found.get("image") or ""),
        image_id=str(found.get("imageID") or ""),
        container_id=str(found.get("containerID") or ""),
    )
    yield from about.sample(f"{prefix}_status_restarts_total", found.get("restartCount", 0), **more)
    yield from about.sample(f"{prefix}_status_ready", bool(found.get("ready")), **more)
    state: Obj = found.get("state") or {}
    for each in _STATES:
        yield from about.sample(f"{prefix}_status_{each}", each in state, **more)
        detail: Obj = state.get(each) or {}
        reason = detail.get("reason")
        if reason:
            yield from about.sample(f"{prefix}_status_{each}_reason", 1, **more, reason=str(reason))
    before: Obj = found.get("lastState") or {}
    last: Obj = before.get("terminated") or {}
    if last:
        reason = str(last.get("reason") or "Error")
        yield from about.sample(f"{prefix}_status_last_terminated_reason", 1, **more, reason=reason)
        yield from about.sample(f"{prefix}_status_last_terminated_exitcode", last.get("exitCode"), **more)
