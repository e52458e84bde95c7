"""What nodes and pods use, as `metrics.k8s.io/v1beta1` (metrics-server) says it.

Source: sigs.k8s.io/metrics-server/pkg/api.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.reading import selected
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.views import View, shown
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import NODE, POD, Kind
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, spec, stamp, status, uid_of
from midwatch.lab.core.runtime import Process

GROUP, VERSION = "metrics.k8s.io", "v1beta1"
NODE_METRICS = Kind(GROUP, VERSION, "NodeMetrics", "nodes", False)
POD_METRICS = Kind(GROUP, VERSION, "PodMetrics", "pods")
_RESOLUTION = 15  # metrics-server --metric-resolution
_SYSTEM_CPU, _SYSTEM_MEMORY = 0.08, 450 * 1024 * 1024
"""What a node's own daemons use: cores and bytes."""


def _use(cpu: float, memory: float) -> Obj:
    return {"cpu": f"{round(cpu * 1e9)}n", "memory": f"{round(memory / 1024)}Ki"}


def _head(obj: Obj, now: float) -> Obj:
    name: Obj = {"name": name_of(obj), "creationTimestamp": stamp(now)}
    if namespace_of(obj):
        name["namespace"] = namespace_of(obj)
    return {**name, **({"labels": labels_of(obj)} if labels_of(obj) else {})}


def _measured(kind: Kind, obj: Obj, now: float) -> Obj:
    at = now - now % _RESOLUTION
    head = _head(obj, now)
    window = "10.0s" if kind is NODE_METRICS else f"{_RESOLUTION}.0s"
    return {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": head,
        "timestamp": stamp(at),
        "window": window,
    }


def pod_use(env: Env, pod: Obj) -> Obj | None:
    """The metrics of a pod; None as long as its containers have not run for a while."""
    names = tuple(each["name"] for each in _lasting(pod))
    processes = [each for each in env.runtime.of_pod(uid_of(pod), names) if _scraped(env, each)]
    if status(pod).get("phase") != "Running" or not processes:
        return None
    containers = [{"name": each.container, "usage": _use(each.cpu, each.memory)} for each in processes]
    return {**_measured(POD_METRICS, pod, env.clock.now), "containers": containers}


def _lasting(pod: Obj) -> Iterator[Obj]:
    """Containers, and init containers that stay."""
    yield from spec(pod).get("containers") or ()
    init: Sequence[Obj] = spec(pod).get("initContainers") or ()
    yield from (each for each in init if each.get("restartPolicy") == "Always")


def _scraped(env: Env, process: Process) -> bool:
    """Whether it runs, its kubelet answers, and it was seen twice."""
    old = env.clock.now - process.started >= _RESOLUTION
    return old and process.phase != "exited" and env.components.running(f"kubelet/{process.node}")


def node_use(env: Env, node: Obj) -> Obj | None:
    """The metrics of a node; None when its kubelet does not answer."""
    name = name_of(node)
    if not env.components.running(f"kubelet/{name}"):
        return None
    cpu, memory = _SYSTEM_CPU, float(_SYSTEM_MEMORY)
    for pod in env.store.pods_on(name):
        names = tuple(each["name"] for each in _lasting(pod))
        for process in env.runtime.of_pod(uid_of(pod), names):
            cpu, memory = cpu + process.cpu, memory + process.memory
    return {**_measured(NODE_METRICS, node, env.clock.now), "usage": _use(cpu, memory)}


def _one(env: Env, kind: Kind, obj: Obj) -> Obj | None:
    return node_use(env, obj) if kind is NODE_METRICS else pod_use(env, obj)


def get_use(call: Call, resource: Resource) -> Reply:
    """The metrics of one node or pod; raises `ApiError` 404."""
    kind, name = resource.kind, call.target.name
    space = call.target.namespace if kind.namespaced else ""
    obj = call.env.store.get(_source(kind), space, name)
    found = _one(call.env, kind, obj) if obj is not None else None
    if found is None:
        shown_name = f"{space}/{name}" if space else name
        details = {"name": shown_name, "group": GROUP, "kind": kind.kind}
        what = "nodemetrics" if kind is NODE_METRICS else "podmetrics"
        raise ApiError(404, "NotFound", f'{what}.{GROUP} "{shown_name}" not found', details=details)
    return shown(call, resource, found)


def list_use(call: Call, resource: Resource) -> Reply:
    """The metrics of all nodes or pods."""
    kind, wanted = resource.kind, selected(call, resource)
    space = call.target.namespace if kind.namespaced else ""
    items = [each for each in call.env.store.list(_source(kind), space) if wanted.matches(each)]
    measured = [each for each in (_one(call.env, kind, item) for item in items) if each is not None]
    view = View(call, resource)
    head, field, found = view.list({}, measured)
    return Answer({**head, field: list(found)}, media=view.accepted.media)


def _source(kind: Kind) -> Kind:
    return NODE if kind is NODE_METRICS else POD
