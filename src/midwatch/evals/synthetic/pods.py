"""Pods with the status that the scheduler and the kubelet give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from midwatch.evals.synthetic.containers import Run, container_status
from midwatch.evals.synthetic.values import (
    Obj,
    annotations_of,
    condition,
    labels_of,
    meta,
    part,
    parts,
    stamp,
    suffix,
)

_BOOT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Place:
    """A node, as its pods see it; `index` is its place among the nodes."""

    name: str
    ip: str
    zone: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """How one pod fares: where it is, and each container in the order of the template.

    `ready_at` is the last change of its readiness; `unschedulable` the scheduler's message while it has no place;
    `phase`, `reason` and `message` override what follows from the containers (`Failed`, `Evicted` ...).
    """

    created: datetime
    place: Place | None = None
    ip: str = ""
    runs: tuple[Run, ...] = ()
    inits: tuple[Run, ...] = ()
    ready_at: datetime | None = None
    unschedulable: str = ""
    phase: str = ""
    reason: str = ""
    message: str = ""
    deleted: datetime | None = None

    @property
    def ready(self) -> bool:
        """Whether it receives traffic."""
        return bool(self.runs) and all(run.ready for run in self.runs) and self.phase in ("", "Running")


def template(
    labels: Mapping[str, str],
    containers: Sequence[Obj],
    *,
    account: str = "default",
    annotations: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
    **more: object,
) -> Obj:
    """A pod template; `more` and `extra` are further API fields of the pod (`volumes`, `affinity` ...)."""
    head: Obj = {"labels": dict(labels)}
    if annotations:
        head["annotations"] = dict(annotations)
    spec: Obj = {**(extra or {}), **more, "containers": list(containers)}
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    if account != "default":
        spec["serviceAccountName"] = account
    return {"metadata": head, "spec": spec}


def admitted(found: Obj) -> Obj:
    """The template as admission and the API's defaults complete it in each pod."""
    spec = part(found, "spec")
    volume = f"kube-api-access-{suffix(5, str(labels_of(found)))}"
    mount: Obj = {"name": volume, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True}
    no_context: Obj = {}
    completed: Obj = {
        "serviceAccountName": "default",
        "priority": 0,
        "securityContext": no_context,
        **spec,
        "volumes": [*parts(spec, "volumes"), _token_volume(volume)],
        "containers": [_completed(each, mount) for each in parts(spec, "containers")],
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
        "tolerations": [*parts(spec, "tolerations"), *_EVICTION_TOLERATIONS],
    }
    return found | {"spec": completed}


def _completed(each: Obj, mount: Obj) -> Obj:
    return each | {
        "volumeMounts": [*parts(each, "volumeMounts"), mount],
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }


def _token_volume(name: str) -> Obj:
    token: Obj = {"expirationSeconds": 3607, "path": "token"}
    root: Obj = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    field: Obj = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources = [{"serviceAccountToken": token}, {"configMap": root}, {"downwardAPI": {"items": [field]}}]
    return {"name": name, "projected": {"defaultMode": 420, "sources": sources}}


_EVICTION_TOLERATIONS: tuple[Obj, ...] = tuple(
    {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for key in ("not-ready", "unreachable")
)


def pod(
    found: Obj, name: str, namespace: str, life: Life, *, owner: Obj | None = None, generate_name: str = ""
) -> Obj:
    """One pod made of a template."""
    head = meta(
        name,
        namespace,
        created=life.created,
        labels=labels_of(found),
        annotations=annotations_of(found),
        owner=owner,
        generate_name=generate_name,
        kind="Pod",
    )
    if life.deleted is not None:
        head |= {"deletionTimestamp": stamp(life.deleted), "deletionGracePeriodSeconds": 30}
    spec = part(found, "spec")
    if life.place is not None:
        spec = spec | {"nodeName": life.place.name}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": head,
        "spec": spec,
        "status": pod_status(spec, life, f"{name}_{namespace}({head['uid']})"),
    }


def pod_status(spec: Obj, life: Life, long_name: str) -> Obj:
    """The status of a pod. `long_name` is `<name>_<namespace>(<uid>)`."""
    found: Obj = {"phase": phase_of(life), "conditions": _conditions(spec, life)}
    found |= {key: value for key, value in (("reason", life.reason), ("message", life.message)) if value}
    found["qosClass"] = _qos(spec)
    if life.place is None:
        return found
    found |= {"hostIP": life.place.ip, "hostIPs": [{"ip": life.place.ip}]}
    if life.ip:
        found |= {"podIP": life.ip, "podIPs": [{"ip": life.ip}]}
    found["startTime"] = stamp(life.created)
    for key, runs, specs in (
        ("initContainerStatuses", life.inits, parts(spec, "initContainers")),
        ("containerStatuses", life.runs, parts(spec, "containers")),
    ):
        if runs:
            found[key] = [container_status(each, run, long_name) for each, run in zip(specs, runs, strict=True)]
    return found


def phase_of(life: Life) -> str:
    """The phase that the kubelet derives (pkg/kubelet/kubelet_pods.go, getPhase)."""
    if life.phase:
        return life.phase
    if life.place is None or not life.runs or not all(_passed(run) for run in life.inits):
        return "Pending"
    return "Pending" if any("waiting" in run.state and not run.last for run in life.runs) else "Running"


def _passed(run: Run) -> bool:
    return run.ready


def _conditions(spec: Obj, life: Life) -> list[Obj]:
    if life.place is None:
        return [_pod_condition("PodScheduled", False, life.created, "Unschedulable", life.unschedulable)]
    if life.reason == "Evicted":
        return [_pod_condition("PodScheduled", True, life.created)]
    booted, changed = life.created + _BOOT, life.ready_at or life.created + _BOOT
    done = life.phase in ("Succeeded", "Failed")
    reason, message = (
        ("PodCompleted", "")
        if life.phase == "Succeeded"
        else ("PodFailed", "")
        if done
        else (
            "ContainersNotReady",
            _unready("containers with unready status", spec, "containers", life.runs),
        )
    )
    pending = not all(_passed(run) for run in life.inits)
    initialized = (
        _pod_condition(
            "Initialized", False, life.created, "ContainersNotInitialized",
            _unready("containers with incomplete status", spec, "initContainers", life.inits),
        )
        if pending
        else _pod_condition("Initialized", True, booted, "PodCompleted" if life.phase == "Succeeded" else "")
    )  # fmt: skip
    sandbox = bool(life.ip) and not done
    return [
        _pod_condition("PodReadyToStartContainers", sandbox, changed if done else booted),
        initialized,
        _ready_condition("Ready", life, changed, reason, message),
        _ready_condition("ContainersReady", life, changed, reason, message),
        _pod_condition("PodScheduled", True, life.created),
    ]


def _ready_condition(kind: str, life: Life, at: datetime, reason: str, message: str) -> Obj:
    return _pod_condition(kind, True, at) if life.ready else _pod_condition(kind, False, at, reason, message)


def _pod_condition(kind: str, good: bool, at: datetime, reason: str = "", message: str = "") -> Obj:
    return condition(kind, "True" if good else "False", at, reason, message, lastProbeTime=None)


def _unready(what: str, spec: Obj, key: str, runs: Sequence[Run]) -> str:
    names = [str(each["name"]) for each, run in zip(parts(spec, key), runs, strict=False) if not run.ready]
    return f"{what}: [{' '.join(names)}]"


def _qos(spec: Obj) -> str:
    kinds = [_container_qos(part(each, "resources")) for each in parts(spec, "containers")]
    if all(each == "Guaranteed" for each in kinds):
        return "Guaranteed"
    return "BestEffort" if all(each == "BestEffort" for each in kinds) else "Burstable"


def _container_qos(resources: Obj) -> str:
    limits, requests = resources.get("limits"), resources.get("requests")
    if not limits and not requests:
        return "BestEffort"
    return "Guaranteed" if limits == requests else "Burstable"


def long_name(found: Obj) -> str:
    """`<name>_<namespace>(<uid>)`, as the kubelet calls a pod in messages."""
    head = part(found, "metadata")
    return f"{head['name']}_{head['namespace']}({head['uid']})"
