"""ControllerRevisions: the templates a StatefulSet or DaemonSet had.

Source: kubernetes/pkg/controller/history/controller_history.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.controllers.workloads.shared.hashing import content_hash
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import CONTROLLER_REVISION
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    controller_of,
    meta,
    name_of,
    namespace_of,
    owner_reference,
    part,
    status,
    uid_of,
)


def _data(owner: Obj) -> Obj:
    """What a revision keeps: a patch that brings the template back. Source: statefulset_utils.go (getPatch)."""
    return {"spec": {"template": {**part(owner, "spec", "template"), "$patch": "replace"}}}


def _snapshot(owner: Obj, label: str, collisions: int) -> Obj:
    """The revision for an owner's template as it is; `label` is what carries the hash."""
    data, template = _data(owner), part(owner, "spec", "template")
    digest = content_hash(data, collisions)
    head: Obj = {
        "name": f"{name_of(owner)[:223]}-{digest}",
        "namespace": namespace_of(owner),
        "labels": {**(meta(template).get("labels") or {}), label: digest},
        "ownerReferences": [owner_reference(owner)],
    }
    if annotations_of(owner):
        head["annotations"] = annotations_of(owner)
    return {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": head, "data": data, "revision": 0}


def template_of(revision: Obj) -> Obj:
    """The template that a revision keeps."""
    found: Obj = revision["data"]["spec"]["template"]
    return {key: value for key, value in found.items() if key != "$patch"}


def current_revision(desk: Desk, owner: Obj, known: Sequence[Obj], label: str) -> tuple[Obj, int]:
    """(The revision of the owner's template, collisions): made if there is none; an older equal one is renewed.

    Raises `ApiError` when it cannot be stored.
    """
    collisions = int(status(owner).get("collisionCount") or 0)
    latest = max((int(each["revision"]) for each in known), default=0)
    data = _data(owner)
    equal = [each for each in known if each["data"] == data]
    if not equal:
        return _created(desk, owner, latest + 1, label, collisions)
    found = max(equal, key=_number)
    if int(found["revision"]) == latest:
        return found, collisions
    changed = {**found, "revision": latest + 1}
    return desk.registry.update(CONTROLLER_REVISION, changed, user=desk.user), collisions


def forget(desk: Desk, known: Sequence[Obj], live: set[str], limit: int) -> None:
    """Delete the oldest revisions that are not live (by name), but for `limit` of them."""
    idle = sorted((each for each in known if name_of(each) not in live), key=_number)
    for each in idle[: max(len(idle) - limit, 0)]:
        desk.registry.delete(CONTROLLER_REVISION, namespace_of(each), name_of(each), user=desk.user)


def _number(revision: Obj) -> tuple[int, str]:
    return int(revision["revision"]), meta(revision).get("creationTimestamp", "")


def _created(desk: Desk, owner: Obj, number: int, label: str, collisions: int) -> tuple[Obj, int]:
    """Source: controller_history.go (CreateControllerRevision): a name that is taken by other content collides."""
    while True:
        wanted = {**_snapshot(owner, label, collisions), "revision": number}
        try:
            return desk.registry.create(CONTROLLER_REVISION, wanted, user=desk.user), collisions
        except ApiError as error:
            known = desk.store.get(CONTROLLER_REVISION, namespace_of(wanted), name_of(wanted))
            if error.reason != "AlreadyExists" or known is None:
                raise
            above = controller_of(known)
            if known["data"] == wanted["data"] and above is not None and above["uid"] == uid_of(owner):
                return known, collisions
            collisions += 1
