"""POST and PUT.

Source: k8s.io/apiserver/pkg/endpoints/handlers/{create,update}.go.
"""

from __future__ import annotations

from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.sent import object_sent
from midwatch.lab.api.storing import stored, tracked
from midwatch.lab.api.views import negotiated
from midwatch.lab.core.errors import FieldError, invalid
from midwatch.lab.core.objects import meta


def create_object(call: Call, resource: Resource) -> Reply:
    """Create an object."""
    negotiated(call)
    obj, warnings = object_sent(call, resource)
    if not meta(obj).get("name") and not meta(obj).get("generateName"):
        why = "Required value: name or generateName is required"
        raise invalid(resource.kind, "", [FieldError("metadata.name", "FieldValueRequired", why)])
    return stored(call, resource, None, tracked(call, resource.stored, None, obj), warnings)


def update_object(call: Call, resource: Resource) -> Reply:
    """Replace an object, or its status."""
    negotiated(call)
    env, target = call.env, call.target
    obj, warnings = object_sent(call, resource)
    old = env.store.demand(resource.stored, target.namespace if resource.stored.namespaced else "", target.name)
    return stored(call, resource, old, tracked(call, resource.stored, old, obj), warnings)
