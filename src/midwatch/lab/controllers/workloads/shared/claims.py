"""Adoption and release: a workload owns what its selector matches and nobody else owns.

Source: kubernetes/pkg/controller/controller_ref_manager.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.shared.children import Children
from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.controllers.workloads.shared.selectors import selector_of, selects
from midwatch.lab.core.objects import Obj, is_deleted, meta, namespace_of, owner_reference, uid_of, with_meta


def claim(desk: Desk, owner: Obj, children: Children) -> None:
    """Adopt what matches and has no controller, release what no longer matches; nothing once it is deleted."""
    if is_deleted(owner):
        return
    _release(desk, owner, children)
    orphans = children.orphans.get(namespace_of(owner))
    if not orphans:
        return
    selector = selector_of(owner)
    for each in list(orphans.values()):
        if not is_deleted(each) and selects(selector, each):
            owners = [*(meta(each).get("ownerReferences") or ()), owner_reference(owner)]
            desk.registry.update(children.kind, with_meta(each, ownerReferences=owners), user=desk.user)


def _release(desk: Desk, owner: Obj, children: Children) -> None:
    uid = uid_of(owner)
    suspects = children.relabelled.get(uid)
    if not suspects:
        return
    selector = selector_of(owner)
    for each in children.of(uid):
        if uid_of(each) in suspects and not is_deleted(each) and not selects(selector, each):
            rest: list[Obj] = [ref for ref in meta(each)["ownerReferences"] if ref["uid"] != uid]
            desk.registry.update(children.kind, with_meta(each, ownerReferences=rest or None), user=desk.user)
    children.settled(uid)
