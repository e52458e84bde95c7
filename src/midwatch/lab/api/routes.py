"""Which handler answers what."""

from __future__ import annotations

from collections.abc import Mapping

from midwatch.lab.api.aggregation import service_of, unavailable
from midwatch.lab.api.call import Call, Handler, Reply
from midwatch.lab.api.deleting import delete_collection, delete_object
from midwatch.lab.api.eviction import create_eviction
from midwatch.lab.api.logs import pod_log
from midwatch.lab.api.patching import patch_object
from midwatch.lab.api.podwrites import bind, connect, finalize
from midwatch.lab.api.reading import get_object, list_objects
from midwatch.lab.api.resources import Resource, find
from midwatch.lab.api.reviews import REVIEWS, issue_token, review
from midwatch.lab.api.scaling import get_scale, patch_scale, update_scale
from midwatch.lab.api.usage import NODE_METRICS, POD_METRICS, get_use, list_use
from midwatch.lab.api.watching import watch_objects
from midwatch.lab.api.writing import create_object, update_object
from midwatch.lab.core.errors import ApiError

_OBJECTS: Mapping[str, Handler] = {
    "get": get_object,
    "list": list_objects,
    "watch": watch_objects,
    "create": create_object,
    "update": update_object,
    "patch": patch_object,
    "delete": delete_object,
    "deletecollection": delete_collection,
}
_CHANGED: Mapping[str, Handler] = {"get": get_object, "update": update_object, "patch": patch_object}
_STREAMS: Mapping[str, Handler] = {"get": connect, "create": connect}
_BELOW: Mapping[str, Mapping[str, Handler]] = {
    "status": _CHANGED,
    "approval": _CHANGED,
    "scale": {"get": get_scale, "update": update_scale, "patch": patch_scale},
    "log": {"get": pod_log},
    "eviction": {"create": create_eviction},
    "binding": {"create": bind},
    "finalize": {"update": finalize},
    "token": {"create": issue_token},
    "exec": _STREAMS,
    "attach": _STREAMS,
    "portforward": _STREAMS,
}
_IMPLIED = {"exec": "exec", "attach": "exec", "portforward": "exec"}
_REVIEWS = {(each.group, each.version, each.plural): Resource(each, each) for each in REVIEWS}
_USES = {(each.group, each.version, each.plural): Resource(each, each) for each in (NODE_METRICS, POD_METRICS)}
_USE: Mapping[str, Handler] = {"get": get_use, "list": list_use}


def unknown() -> ApiError:
    """404: nothing is served there."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def _not_allowed() -> ApiError:
    why = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", why)


def respond(call: Call) -> Reply:
    """The answer to a request about objects; raises `ApiError`."""
    target = call.target
    path = target.group, target.version, target.resource
    service = service_of(call.env, target.group, target.version)
    if service is not None:
        return unavailable(call.env, service) or _with(_USE, call, _USES.get(path))
    if path in _REVIEWS:
        return _with({"create": review}, call, _REVIEWS[path])
    resource = find(call.env.kinds, *path)
    if resource is None or (target.namespace and not resource.kind.namespaced and target.resource != "namespaces"):
        raise unknown()
    return _with(_handlers(resource, target.subresource), call, resource)


def _handlers(resource: Resource, below: str) -> Mapping[str, Handler]:
    if not below:
        return _OBJECTS
    if _IMPLIED.get(below, below) not in resource.kind.subresources:
        raise unknown()
    return _BELOW.get(below, {})


def _with(handlers: Mapping[str, Handler], call: Call, resource: Resource | None) -> Reply:
    if resource is None:
        raise unknown()
    handler = handlers.get(call.verb)
    if handler is None or not _fits(call, resource):
        raise _not_allowed()
    return handler(call, resource)


def _fits(call: Call, resource: Resource) -> bool:
    """Whether what the verb needs is in the path: no name to create at, a namespace to write into."""
    target = call.target
    if call.verb == "create":
        nowhere = resource.kind.namespaced and not target.namespace
        return not nowhere and bool(target.name) == bool(target.subresource)
    return bool(target.name) or call.verb in ("list", "watch", "deletecollection")
