"""Logs of containers.

Source: kubernetes/pkg/registry/core/pod/strategy.go (LogLocation), kubernetes/pkg/kubelet/kubelet_pods.go
(validateContainerLogStatus), kubernetes/pkg/apis/core/validation/validation.go (ValidatePodLogOptions).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from midwatch.lab.api.call import Answer, Call, Reply, Stream
from midwatch.lab.api.logoptions import LogOptions, log_options
from midwatch.lab.api.resources import Resource
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.objects import Obj, condition_of, name_of, namespace_of, part, spec, status, uid_of
from midwatch.lab.core.runtime import Line, Phase

_TEXT = "text/plain"
_POLL = 0.1
_LISTS = ("initContainers", "containers", "ephemeralContainers")
_STATUSES = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")


def pod_log(call: Call, resource: Resource) -> Reply:
    """What a container of a pod wrote; raises `ApiError` 400 without one, 500 when its node is silent."""
    env, target = call.env, call.target
    pod = env.store.demand(resource.stored, target.namespace, target.name)
    options = log_options(call.query)
    container = _container(pod, options.container)
    if not spec(pod).get("nodeName"):
        return Answer("", media=_TEXT)
    _check_node(env, pod)
    previous = _previous(pod, container, wanted=options.previous)
    if options.follow and not previous:
        return Stream(_followed(env, uid_of(pod), container, options), _TEXT)
    lines = env.runtime.lines(uid_of(pod), container, previous=previous) or []
    return Answer(options.text(lines, env.clock.now), media=_TEXT)


def _names(pod: Obj, field: str) -> list[str]:
    found: Sequence[Obj] = spec(pod).get(field) or ()
    return [each["name"] for each in found]


def _container(pod: Obj, wanted: str) -> str:
    """The container that is meant; the only one when none is named."""
    name, own = name_of(pod), _names(pod, "containers")
    if wanted:
        if not any(wanted in _names(pod, each) for each in _LISTS):
            raise bad_request(f"container {wanted} is not valid for pod {name}")
        return wanted
    if len(own) == 1:
        return own[0]
    if not own:
        raise bad_request(f"a container name must be specified for pod {name}")
    why = f"a container name must be specified for pod {name}, choose one of: [{' '.join(own)}]"
    if init := _names(pod, "initContainers"):
        why += f" or one of the init containers: [{' '.join(init)}]"
    raise bad_request(why)


def _check_node(env: Env, pod: Obj) -> None:
    """The API server asks the node's kubelet, which must exist and answer."""
    node_name = spec(pod)["nodeName"]
    node = env.store.get(NODE, "", node_name)
    if node is None:
        raise ApiError(
            404, "NotFound", f'nodes "{node_name}" not found', details={"name": node_name, "kind": "nodes"}
        )
    silent = (condition_of(node, "Ready") or {}).get("status") == "Unknown"
    if silent or not env.components.running(f"kubelet/{node_name}"):
        addresses: Sequence[Obj] = status(node).get("addresses") or ()
        ip = next((each["address"] for each in addresses if each.get("type") == "InternalIP"), node_name)
        path = f"/containerLogs/{namespace_of(pod)}/{name_of(pod)}"
        reason = "i/o timeout" if silent else "connect: connection refused"
        raise ApiError(500, "InternalError", f'Get "https://{ip}:10250{path}": dial tcp {ip}:10250: {reason}')


def _status(pod: Obj, container: str) -> Obj | None:
    for field in _STATUSES:
        found: Sequence[Obj] = status(pod).get(field) or ()
        for each in found:
            if each.get("name") == container:
                return each
    return None


def _previous(pod: Obj, container: str, *, wanted: bool) -> bool:
    """Whether to read the run before the current one; raises `ApiError` 400 when there is nothing to read."""
    found, where = _status(pod, container), f'container "{container}" in pod "{name_of(pod)}"'
    if found is None:
        raise bad_request(f"{where} is not available")
    last = bool(part(found, "lastState", "terminated").get("containerID"))
    if wanted:
        if not last:
            raise bad_request(f"previous terminated {where} not found")
        return True
    state: Obj = found.get("state") or {}
    if "running" in state or part(state, "terminated").get("containerID"):
        return False
    if last:
        return False
    if "terminated" in state:
        raise bad_request(f"{where} is terminated")
    raise bad_request(f"{where} is waiting to start{_waiting(state)}")


def _waiting(state: Obj) -> str:
    match part(state, "waiting").get("reason"):
        case None:
            return " - no logs yet"
        case "ErrImagePull":
            return ": image can't be pulled"
        case "ImagePullBackOff":
            return ": trying and failing to pull image"
        case reason:
            return f": {reason}"


async def _followed(env: Env, uid: str, container: str, options: LogOptions) -> AsyncGenerator[bytes, None]:
    """Lines as they are written, until the container's run ends or the client leaves."""
    run = env.runtime.current_run(uid, container)
    lines = env.runtime.lines(uid, container) or []
    yield options.text(lines, env.clock.now).encode()
    last: Line | None = lines[-1] if lines else None
    while env.runtime.current_run(uid, container) == run and _runs(env, uid, container):
        await asyncio.sleep(_POLL)
        lines = env.runtime.lines(uid, container) or []
        fresh = _after(lines, last)
        if fresh:
            last = fresh[-1]
            yield options.plain(fresh).encode()


def _runs(env: Env, uid: str, container: str) -> bool:
    process = env.runtime.processes.get((uid, container))
    return process is not None and process.phase is not Phase.EXITED


def _after(lines: list[Line], last: Line | None) -> list[Line]:
    """The lines after one that was sent already (the very same object)."""
    for order in range(len(lines) - 1, -1, -1):
        if lines[order] is last:
            return lines[order + 1 :]
    return lines
