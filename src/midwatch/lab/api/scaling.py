"""The `scale` subresource.

Source: kubernetes/pkg/registry/apps/deployment/storage/storage.go (ScaleREST).
"""

from __future__ import annotations

from midwatch.lab.api.body import decoded, media_of
from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.patching import patcher
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.sent import check_kind, placed
from midwatch.lab.api.storing import tracked
from midwatch.lab.api.tables.columns import pairs, selector
from midwatch.lab.api.views import shown
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, part, spec, status, with_meta, with_spec

_SCALE = Kind("autoscaling", "v1", "Scale", "scales")
_AS_SCALE = Resource(_SCALE, _SCALE)
_KEPT = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def scale_of(obj: Obj) -> Obj:
    """The scale of a workload."""
    chosen = part(obj, "spec", "selector")
    text = pairs(chosen) if obj["kind"] == "ReplicationController" else selector(chosen)
    return {
        "kind": _SCALE.kind,
        "apiVersion": _SCALE.api_version,
        "metadata": {each: meta(obj)[each] for each in _KEPT if each in meta(obj)},
        "spec": {"replicas": spec(obj).get("replicas", 1)},
        "status": {"replicas": status(obj).get("replicas", 0), "selector": text},
    }


def _current(call: Call, resource: Resource) -> Obj:
    return call.env.store.demand(resource.stored, call.target.namespace, call.target.name)


def get_scale(call: Call, resource: Resource) -> Reply:
    """How many replicas are wanted, and how many there are."""
    return shown(call, _AS_SCALE, scale_of(_current(call, resource)))


def update_scale(call: Call, resource: Resource) -> Reply:
    """Replace the scale."""
    wanted = decoded(call.body, call.headers.get("content-type", ""), _SCALE.kind)
    check_kind(_SCALE, wanted, call.body)
    return _scaled(call, resource, placed(call, _SCALE, wanted))


def patch_scale(call: Call, resource: Resource) -> Reply:
    """Change the scale by a patch."""
    change = patcher(media_of(call.headers.get("content-type", "")), call.body, _SCALE)
    return _scaled(call, resource, placed(call, _SCALE, change(scale_of(_current(call, resource)))))


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
    old = _current(call, resource)
    wanted = with_spec(old, replicas=replicas)
    version = meta(scale).get("resourceVersion")
    if version:
        wanted = with_meta(wanted, resourceVersion=version)
    wanted = tracked(call, kind, old, wanted)
    made = call.env.registry.update(kind, wanted, user=call.user, dry_run=call.dry_run)
    return shown(call, _AS_SCALE, scale_of(made))
