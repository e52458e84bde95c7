"""Reading the log of a container through its kubelet.

Source: kubernetes/pkg/kubelet/kubelet_pods.go (GetKubeletContainerLogs, validateContainerLogStatus),
kubernetes/pkg/registry/core/pod/strategy.go (LogLocation).
"""

from __future__ import annotations

from collections.abc import Mapping

from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, part, parts, spec, status, uid_of
from midwatch.lab.core.runtime import Line
from midwatch.lab.kubelet.kubelet import Kubelet

_PORT = 10250
_TRYING = frozenset({"ErrImagePull", "ImagePullBackOff"})


def readable(
    env: Env, kubelets: Mapping[str, Kubelet], namespace: str, pod: str, container: str, *, previous: bool
) -> list[Line]:
    """The lines; raises `ApiError` when there are none to be had."""
    found = env.store.demand(POD, namespace, pod)
    node: str = spec(found).get("nodeName") or ""
    if not node:
        raise bad_request(f"pod {pod} does not have a host assigned")
    _reach(kubelets.get(node), node, f"containerLogs/{namespace}/{pod}/{container}")
    state = _state(found, container)
    lines = env.runtime.lines(uid_of(found), container, previous=previous)
    if previous and (lines is None or not _ran_before(found, container)):
        raise bad_request(f'previous terminated container "{container}" in pod "{pod}" not found')
    if lines is None:
        waiting: Obj = state.get("waiting") or {"reason": "ContainerCreating"}
        raise bad_request(f'container "{container}" in pod "{pod}" is waiting to start: {_why(waiting)}')
    return lines


def _reach(kubelet: Kubelet | None, node: str, path: str) -> None:
    if kubelet is not None and kubelet.host.running:
        return
    if kubelet is None:
        raise ApiError(404, "NotFound", f'nodes "{node}" not found')
    where = f"{kubelet.host.ip}:{_PORT}"
    why = "i/o timeout" if kubelet.host.down else "connect: connection refused"
    raise ApiError(500, "InternalError", f'Get "https://{where}/{path}": dial tcp {where}: {why}')


def _statuses(pod: Obj) -> list[Obj]:
    return [*parts(status(pod), "initContainerStatuses"), *parts(status(pod), "containerStatuses")]


def _state(pod: Obj, container: str) -> Obj:
    return next((part(each, "state") for each in _statuses(pod) if each["name"] == container), Obj())


def _ran_before(pod: Obj, container: str) -> bool:
    return any(each["name"] == container and each.get("lastState") for each in _statuses(pod))


def _why(waiting: Obj) -> str:
    reason: str = waiting.get("reason") or "ContainerCreating"
    return "trying and failing to pull image" if reason in _TRYING else reason
