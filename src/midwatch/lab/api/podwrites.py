"""What else can be done to pods, namespaces and accounts below their paths.

Source: kubernetes/pkg/registry/core/pod/storage/storage.go (assignPod),
kubernetes/pkg/registry/core/namespace/storage/storage.go (FinalizeREST).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.api.body import decoded
from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.sent import object_sent
from midwatch.lab.api.views import shown
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import NAMESPACE, POD
from midwatch.lab.core.objects import Obj, is_deleted, part, set_condition, spec, status, with_spec, with_status

_BINDING = "pods/binding"


def bind(call: Call, _: Resource) -> Reply:
    """Bind a pod to a node."""
    body = decoded(call.body, call.headers.get("content-type", ""), "Binding")
    node = part(body, "target").get("name")
    if not node:
        raise bad_request("Binding is invalid: target.name: Required value")
    pod = call.env.store.demand(POD, call.target.namespace, call.target.name)
    why = _unbindable(pod)
    if why:
        name = call.target.name
        message = f'Operation cannot be fulfilled on {_BINDING} "{name}": {why}'
        raise ApiError(409, "Conflict", message, details={"name": name, "kind": _BINDING})
    conditions: Sequence[Obj] = status(pod).get("conditions") or ()
    scheduled = set_condition(conditions, {"type": "PodScheduled", "status": "True"}, call.env.clock.now)
    if not call.dry_run:
        call.env.store.replace(POD, with_status(with_spec(pod, nodeName=node), conditions=scheduled))
    return Answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)


def _unbindable(pod: Obj) -> str:
    name = pod["metadata"]["name"]
    if is_deleted(pod):
        return f"pod {name} is being deleted, cannot be assigned to a host"
    if spec(pod).get("nodeName"):
        return f'pod {name} is already assigned to node "{spec(pod)["nodeName"]}"'
    if spec(pod).get("schedulingGates"):
        return f"pod {name} has non-empty .spec.schedulingGates"
    return ""


def finalize(call: Call, resource: Resource) -> Reply:
    """Replace a namespace's finalizers; it goes when none is left and its deletion was asked for."""
    sent, _ = object_sent(call, resource)
    old = call.env.store.demand(NAMESPACE, "", call.target.name)
    wanted: Obj = {**old, "spec": {**spec(old), "finalizers": spec(sent).get("finalizers") or []}}
    return shown(call, resource, call.env.registry.update(NAMESPACE, wanted, user=call.user))


def connect(call: Call, resource: Resource) -> Reply:
    """Refuse to open a stream into a container: the processes are simulated."""
    call.env.store.demand(resource.stored, call.target.namespace, call.target.name)
    why = f"the lab simulates its containers: there is nothing to {call.target.subresource} to"
    raise ApiError(501, "NotImplemented", why)
