"""Pods from templates, with the events of each attempt.

Source: kubernetes/pkg/controller/controller_utils.go (RealPodControl).
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of, owner_reference, spec


def pod_from(owner: Obj, template: Obj, **head: Any) -> Obj:
    """A pod of an owner after a template; `head` adds to its metadata."""
    wanted = meta(template)
    kept = {key: wanted[key] for key in ("labels", "annotations", "finalizers") if wanted.get(key)}
    found = {"generateName": f"{name_of(owner)}-", "namespace": namespace_of(owner), **kept}
    found |= {"ownerReferences": [owner_reference(owner)], **head}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": found, "spec": spec(template)}


def create_pod(desk: Desk, owner: Obj, pod: Obj) -> Obj:
    """Create a pod and say so at its owner; raises `ApiError`, after an event that quotes it."""
    try:
        created = desk.registry.create(POD, pod, user=desk.user)
    except ApiError as error:
        if not is_namespace_ending(error):
            desk.warn(owner, "FailedCreate", f"Error creating: {error.message}")
        raise
    desk.normal(owner, "SuccessfulCreate", f"Created pod: {name_of(created)}")
    return created


def delete_pod(desk: Desk, owner: Obj, pod: Obj) -> None:
    """Delete a pod and say so at its owner; one that is gone already is fine."""
    try:
        desk.registry.delete(POD, namespace_of(pod), name_of(pod), user=desk.user)
    except ApiError as error:
        if error.code == 404:
            return
        desk.warn(owner, "FailedDelete", f"Error deleting: {error.message}")
        raise
    desk.normal(owner, "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")


def is_namespace_ending(error: ApiError) -> bool:
    """Whether nothing can be created because the namespace is being deleted."""
    return "because it is being terminated" in error.message
