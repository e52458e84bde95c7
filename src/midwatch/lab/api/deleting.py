"""DELETE of one object or of many.

Source: k8s.io/apiserver/pkg/endpoints/handlers/delete.go, k8s.io/apimachinery/pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.api.body import decoded
from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.reading import selected
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.views import View, shown
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, name_of, namespace_of, uid_of

_POLICIES = ("Foreground", "Background", "Orphan")
# Deleting one of these answers with the object (ReturnDeletedObject), of others with a Status.
_RETURNED = frozenset({
    "pods", "services", "persistentvolumes", "persistentvolumeclaims", "podtemplates", "resourcequotas",
    "serviceaccounts", "storageclasses", "volumeattachments", "csidrivers", "csinodes",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """How to delete."""

    propagation: str = ""
    grace: int | None = None
    uid: str = ""
    version: str = ""
    dry_run: bool = False


def options_of(call: Call, body: Obj) -> Options:
    """The options of a request: those in its body, and those in its query. Raises `ApiError` 400, 422."""
    preconditions: Obj = body.get("preconditions") or {}
    return Options(
        _propagation(call, body),
        _grace(call, body),
        preconditions.get("uid") or "",
        preconditions.get("resourceVersion") or "",
        call.dry_run or "All" in (body.get("dryRun") or ()),
    )


def _propagation(call: Call, body: Obj) -> str:
    policy: str = body.get("propagationPolicy") or call.query.get("propagationPolicy", "")
    orphan: bool | None = body.get("orphanDependents")
    if not policy and orphan is not None:
        return "Orphan" if orphan else "Background"
    if policy and policy not in _POLICIES:
        supported = ", ".join(f'"{each}"' for each in _POLICIES)
        message = f'Unsupported value: "{policy}": supported values: {supported}'
        cause = {"reason": "FieldValueNotSupported", "message": message, "field": "propagationPolicy"}
        details = {"group": "meta.k8s.io", "kind": "DeleteOptions", "causes": [cause]}
        why = f'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: {message}'
        raise ApiError(422, "Invalid", why, details=details)
    return policy


def _grace(call: Call, body: Obj) -> int | None:
    found = body.get("gracePeriodSeconds")
    text = call.query.get("gracePeriodSeconds", "") if found is None else str(found)
    try:
        return int(text) if text else None
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _body(call: Call) -> Obj:
    if not call.body.strip():
        return {}
    return decoded(call.body, call.headers.get("content-type", ""), "DeleteOptions")


def removed(call: Call, kind: Kind, obj: Obj, options: Options) -> Obj:
    """Delete one object; returns its last state."""
    return call.env.registry.delete(
        kind,
        namespace_of(obj),
        name_of(obj),
        user=call.user,
        propagation=options.propagation,
        grace=options.grace,
        uid=options.uid,
        version=options.version,
        dry_run=options.dry_run,
    )


def delete_object(call: Call, resource: Resource) -> Reply:
    """Delete one object; the answer is the object while it lingers, else mostly a Status."""
    kind, target = resource.stored, call.target
    options = options_of(call, _body(call))
    namespace = target.namespace if kind.namespaced else ""
    last = removed(call, kind, call.env.store.demand(kind, namespace, target.name), options)
    now = call.env.store.get(kind, namespace, target.name)
    lingers = now is not None and uid_of(now) == uid_of(last) and not options.dry_run
    if lingers or kind.plural in _RETURNED:
        return shown(call, resource, last)
    return Answer(_success(resource.kind, last))


def _success(kind: Kind, obj: Obj) -> Obj:
    group = {"group": kind.group} if kind.group else {}
    details = {"name": name_of(obj), **group, "kind": kind.plural, "uid": uid_of(obj)}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def delete_collection(call: Call, resource: Resource) -> Reply:
    """Delete all that is selected."""
    kind, wanted, options = resource.stored, selected(call, resource), options_of(call, _body(call))
    namespace = call.target.namespace if kind.namespaced else ""
    found = [each for each in call.env.store.list(kind, namespace) if wanted.matches(each)]
    last = [removed(call, kind, each, options) for each in found]
    view = View(call, resource)
    head, field, items = view.list({"resourceVersion": str(call.env.store.revision)}, last)
    return Answer({**head, field: list(items)}, media=view.accepted.media)
