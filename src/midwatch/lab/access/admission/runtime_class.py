"""RuntimeClass: overhead and scheduling of a pod's runtime.

Source: kubernetes/plugin/pkg/admission/runtimeclass/admission.go.
"""

from __future__ import annotations

from midwatch.lab.core.errors import ApiError, forbidden
from midwatch.lab.core.kinds import POD, RUNTIME_CLASS
from midwatch.lab.core.objects import Obj, part, spec
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Store


class RuntimeClasses:
    """Merges what a RuntimeClass says into the pod."""

    name = "RuntimeClass"

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, request: Request) -> Obj:
        """The pod with `overhead`, `nodeSelector` and `tolerations`. Raises `ApiError` 403."""
        if request.kind is not POD or request.operation != "CREATE":
            return request.obj
        body = spec(request.obj)
        name = body.get("runtimeClassName")
        if name is None and not body.get("overhead"):
            return request.obj
        if name is None:
            raise _rejected(request, "Pod Overhead set without corresponding RuntimeClass defined Overhead")
        found = self._store.get(RUNTIME_CLASS, "", name)
        if found is None:
            raise _rejected(request, f'RuntimeClass "{name}" not found')
        return {**request.obj, "spec": _scheduled(request, _with_overhead(request, body, found), found)}


def _with_overhead(request: Request, body: Obj, runtime: Obj) -> Obj:
    fixed = part(runtime, "overhead", "podFixed")
    own: Obj = body.get("overhead") or {}
    if own and own != fixed:
        if not fixed:
            raise _rejected(request, "Pod Overhead set without corresponding RuntimeClass defined Overhead")
        raise _rejected(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    return {**body, "overhead": fixed} if fixed else body


def _scheduled(request: Request, body: Obj, runtime: Obj) -> Obj:
    scheduling: Obj = runtime.get("scheduling") or {}
    if not scheduling:
        return body
    selector: Obj = dict(body.get("nodeSelector") or {})
    for key, value in part(scheduling, "nodeSelector").items():
        if selector.get(key, value) != value:
            where = f"runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = "
            raise forbidden(POD, request.name, f"conflict: {where}{selector[key]}")
        selector[key] = value
    tolerations: list[Obj] = list(body.get("tolerations") or ())
    tolerations += [each for each in scheduling.get("tolerations") or () if each not in tolerations]
    merged = {**body, **({"nodeSelector": selector} if selector else {})}
    return {**merged, **({"tolerations": tolerations} if tolerations else {})}


def _rejected(request: Request, why: str) -> ApiError:
    return forbidden(POD, request.name, f"pod rejected: {why}")
