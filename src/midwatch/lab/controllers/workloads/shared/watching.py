"""Wake a controller for its own objects and for what they own."""

from __future__ import annotations

from collections.abc import Callable

from midwatch.lab.controllers.workloads.shared.children import Children
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.selectors import selector_of, selects
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, namespace_of
from midwatch.lab.core.store import Change


def wake_for(desk: Desk, kind: Kind, wake: Callable[[Key], None], *children: Children) -> None:
    """Wake for each object of a type: those there are, those that change, and those whose children change."""

    def changed(change: Change) -> None:
        wake(key_of(change.new))

    def offer(orphan: Obj) -> None:
        for each in desk.store.list(kind, namespace_of(orphan)):
            if selects(selector_of(each), orphan):
                wake(key_of(each))

    for each in children:
        each.route(kind, wake, offer)
    desk.store.watch(changed, kind)
    for found in desk.store.list(kind):
        wake(key_of(found))
