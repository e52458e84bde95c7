"""PATCH: JSON patches, merge patches, strategic merge patches and server-side apply.

Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
import yaml

from midwatch.lab.api.body import media_of, unsupported
from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.jsonpatch import PatchFailed, json_patch
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.sent import check_kind, placed, validation
from midwatch.lab.api.storing import stored, tracked
from midwatch.lab.api.views import negotiated
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema import apply, decode, json_merge, strategic_merge

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_MOST = 10_000  # maxJSONPatchOperations


def patch_object(call: Call, resource: Resource) -> Reply:
    """Change an object, or its status, by a patch."""
    negotiated(call)
    media = media_of(call.headers.get("content-type", ""))
    if media == APPLY_PATCH:
        return _apply(call, resource)
    target, store = call.target, call.env.store
    change = patcher(media, call.body, resource.kind)
    old = store.demand(resource.stored, target.namespace if resource.stored.namespaced else "", target.name)
    changed = placed(call, resource.kind, change(resource.shown(old)))
    known, warnings = decode(resource.kind, changed, validation(call))
    new = tracked(call, resource.stored, old, resource.taken(known))
    return stored(call, resource, old, new, warnings)


def patcher(media: str, body: bytes, kind: Kind) -> Callable[[Obj], Obj]:
    """What a patch does to an object; raises `ApiError` 400, 413 or 415."""
    if media == JSON_PATCH:
        return _json_patcher(body)
    if media == MERGE_PATCH:
        patch = _patch_body(body)
        return lambda obj: json_merge(obj, patch)
    if media == STRATEGIC_PATCH and not kind.custom:
        patch = _patch_body(body)
        return lambda obj: strategic_merge(kind, obj, patch)
    known = [JSON_PATCH, MERGE_PATCH, *([] if kind.custom else [STRATEGIC_PATCH]), APPLY_PATCH]
    raise unsupported(", ".join(known))


def _patch_body(body: bytes) -> Obj:
    found: Any = None
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise bad_request(f"error decoding patch: {error}") from error
    if not isinstance(found, dict):
        raise bad_request(
            "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    return cast("Obj", found)


def _json_patcher(body: bytes) -> Callable[[Obj], Obj]:
    try:
        operations = msgspec.json.decode(body, type=list[dict[str, Any]])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise bad_request(f"error decoding patch: {error}") from error
    if len(operations) > _MOST:
        why = f"The allowed maximum operations in a JSON patch is {_MOST}, got {len(operations)}"
        raise ApiError(413, "RequestEntityTooLarge", f"Request entity too large: {why}")

    def change(obj: Obj) -> Obj:
        try:
            return json_patch(obj, operations)
        except PatchFailed as error:
            details = {"causes": [{"message": str(error)}]}
            raise ApiError(
                422, "Invalid", "the server rejected our request due to an error in our request", details=details
            ) from error

    return change


def _apply(call: Call, resource: Resource) -> Reply:
    """Server-side apply, which creates what does not exist."""
    kind, target, env = resource.stored, call.target, call.env
    applied, warnings = _applied(call, resource)
    namespace = target.namespace if kind.namespaced else ""
    old = env.store.get(kind, namespace, target.name)
    wanted = apply(
        kind, old, applied, call.query["fieldManager"], call.flag("force"), env.clock.now, target.subresource
    )
    return stored(call, resource, old, wanted, warnings)


def _applied(call: Call, resource: Resource) -> tuple[Obj, list[str]]:
    found: Any = None
    try:
        found = yaml.safe_load(call.body)
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding YAML: {error}") from error
    if not isinstance(found, dict):
        raise bad_request("error decoding YAML: the object is no map")
    obj = cast("Obj", found)
    check_kind(resource.kind, obj, call.body)
    known, warnings = decode(resource.kind, obj, validation(call))
    return resource.taken(placed(call, resource.kind, known)), warnings
