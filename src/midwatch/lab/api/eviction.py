"""The eviction subresource of pods.

Source: kubernetes/pkg/registry/core/pod/storage/eviction.go (Create).
"""

from __future__ import annotations

from midwatch.lab.api.body import decoded
from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.deleting import options_of
from midwatch.lab.api.resources import Resource
from midwatch.lab.controllers.cluster import Wish, evict
from midwatch.lab.core.errors import bad_request
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import meta


def create_eviction(call: Call, _: Resource) -> Reply:
    """Evict a pod; raises `ApiError` 429 when a budget does not allow it now."""
    body = decoded(call.body, call.headers.get("content-type", ""), "Eviction")
    name = meta(body).get("name") or ""
    if name != call.target.name:
        raise bad_request("name in URL does not match name in Eviction object")
    found = options_of(call, body.get("deleteOptions") or {})
    wish = Wish(call.user, found.propagation, found.grace, found.uid, found.version, found.dry_run)
    evict(call.env, call.env.store.demand(POD, call.target.namespace, name), wish)
    return Answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)
