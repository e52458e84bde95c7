"""How a written object is stored and answered: its managed fields, the write itself, warnings."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.views import shown
from midwatch.lab.api.warnings import object_warnings, warned
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.registry import Request
from midwatch.lab.schema import track


def tracked(call: Call, kind: Kind, old: Obj | None, new: Obj) -> Obj:
    """An object with its managed fields brought up to date by an ordinary write."""
    return track(kind, old, new, call.manager, "Update", call.env.clock.now, call.target.subresource)


def stored(call: Call, resource: Resource, old: Obj | None, new: Obj, warnings: Sequence[str] = ()) -> Reply:
    """Create an object (`old` is None) or replace it, and answer with what it became; raises `ApiError`."""
    kind, registry, below = resource.stored, call.env.registry, call.target.subresource
    if old is None:
        made = registry.create(kind, new, user=call.user, dry_run=call.dry_run)
    else:
        made = registry.update(kind, new, user=call.user, dry_run=call.dry_run, subresource=below)
    operation = "CREATE" if old is None else "UPDATE"
    request = Request(
        operation, kind, namespace_of(made), name_of(made), made, old, call.user, call.dry_run, below
    )
    fields = object_warnings(kind, made, old) if below in ("", "ephemeralcontainers") else []
    return warned(
        shown(call, resource, made, 201 if old is None else 200),
        [*warnings, *fields, *call.access.warnings(request)],
    )
