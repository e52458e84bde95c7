"""The `scale` subresource.

Source: kubernetes/pkg/registry/apps/deployment/storage/storage.go (ScaleREST).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from midwatch.lab.api.body import decoded, media_of
from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.patching import patcher
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.sent import check_kind, placed
from midwatch.lab.api.storing import tracked
from midwatch.lab.api.tables.columns import pairs, selector
from midwatch.lab.api.tables.custom import definition_version
from midwatch.lab.api.views import shown
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, part, spec, with_meta

_SCALE = Kind("autoscaling", "v1", "Scale", "scales")
_AS_SCALE = Resource(_SCALE, _SCALE)
_KEPT = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


@dataclass(frozen=True, slots=True)
class _Paths:
    """Where a type keeps its replicas and its selector."""

    wanted: tuple[str, ...] = ("spec", "replicas")
    found: tuple[str, ...] = ("status", "replicas")
    selector: tuple[str, ...] = ()


def _paths(call: Call, kind: Kind) -> _Paths:
    """Source: k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go (ScaleREST)."""
    if not kind.custom:
        return _Paths()
    found = part(definition_version(call.env.store, kind), "subresources", "scale")
    return _Paths(
        _steps(found.get("specReplicasPath")),
        _steps(found.get("statusReplicasPath")),
        _steps(found.get("labelSelectorPath")),
    )


def _steps(path: str | None) -> tuple[str, ...]:
    return tuple((path or "").strip(".").split(".")) if path else ()


def _at(obj: Obj, path: tuple[str, ...]) -> Any:
    return part(obj, *path[:-1]).get(path[-1]) if path else None


def _set(obj: Obj, path: tuple[str, ...], value: object) -> Obj:
    first, *rest = path
    return {**obj, first: _set(part(obj, first), tuple(rest), value) if rest else value}


def scale_of(obj: Obj, paths: _Paths) -> Obj:
    """The scale of a workload."""
    chosen = part(obj, "spec", "selector")
    text = pairs(chosen) if obj["kind"] == "ReplicationController" else selector(chosen)
    if paths != _Paths():
        text = _at(obj, paths.selector) or ""
    return {
        "kind": _SCALE.kind,
        "apiVersion": _SCALE.api_version,
        "metadata": {each: meta(obj)[each] for each in _KEPT if each in meta(obj)},
        "spec": {"replicas": _at(obj, paths.wanted) or 0},
        "status": {"replicas": _at(obj, paths.found) or 0, **({"selector": text} if text else {})},
    }


def _current(call: Call, resource: Resource) -> Obj:
    return call.env.store.demand(resource.stored, call.target.namespace, call.target.name)


def get_scale(call: Call, resource: Resource) -> Reply:
    """How many replicas are wanted, and how many there are."""
    return shown(call, _AS_SCALE, scale_of(_current(call, resource), _paths(call, resource.stored)))


def update_scale(call: Call, resource: Resource) -> Reply:
    """Replace the scale."""
    wanted = decoded(call.body, call.headers.get("content-type", ""), _SCALE.kind)
    check_kind(_SCALE, wanted, call.body)
    return _scaled(call, resource, placed(call, _SCALE, wanted))


def patch_scale(call: Call, resource: Resource) -> Reply:
    """Change the scale by a patch."""
    change = patcher(media_of(call.headers.get("content-type", "")), call.body, _SCALE)
    current = scale_of(_current(call, resource), _paths(call, resource.stored))
    return _scaled(call, resource, placed(call, _SCALE, change(current)))


def _scaled(call: Call, resource: Resource, scale: Obj) -> Reply:
    kind, replicas = resource.stored, spec(scale).get("replicas", 0)
    if not isinstance(replicas, int):
        raise bad_request('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be a number')
    if replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "spec.replicas"}
        details = {"name": call.target.name, "group": "autoscaling", "kind": "Scale", "causes": [cause]}
        why = f'Scale.autoscaling "{call.target.name}" is invalid: spec.replicas: {message}'
        raise ApiError(422, "Invalid", why, details=details)
    old, paths = _current(call, resource), _paths(call, kind)
    wanted = _set(old, paths.wanted, replicas)
    version = meta(scale).get("resourceVersion")
    if version:
        wanted = with_meta(wanted, resourceVersion=version)
    wanted = tracked(call, kind, old, wanted)
    made = call.env.registry.update(kind, wanted, user=call.user, dry_run=call.dry_run)
    return shown(call, _AS_SCALE, scale_of(made, paths))
