"""API objects as the API serves them: JSON documents, never mutated once stored.

The lab is an API server: its nouns *are* JSON documents, of kinds that users may add at run time. Therefore an
object is a plain dictionary here, and only here. Whoever changes one builds a new dictionary that shares what is
the same (`{**found, "status": status}`); what the store handed out is never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias, cast

from midwatch.domain.resource import Ref

Obj: TypeAlias = dict[str, Any]
"""One API object, or a part of one."""

EMPTY: Mapping[str, Any] = {}


@lru_cache(maxsize=4096)
def _stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(at: float) -> str:
    """Seconds since the epoch as the API writes a time: RFC 3339, UTC, whole seconds."""
    return _stamp(int(at))


def stamp_micro(at: float) -> str:
    """A time with microseconds, as leases and newer events carry it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=4096)
def seconds(text: str) -> float:
    """Seconds since the epoch of an API time."""
    return datetime.fromisoformat(text).timestamp()


def meta(found: Mapping[str, Any]) -> Obj:
    """The metadata of an object (shared: not to be changed)."""
    head: Obj | None = found.get("metadata")
    return head or {}


def spec(found: Mapping[str, Any]) -> Obj:
    """The spec of an object (shared: not to be changed)."""
    body: Obj | None = found.get("spec")
    return body or {}


def status(found: Mapping[str, Any]) -> Obj:
    """The status of an object (shared: not to be changed)."""
    state: Obj | None = found.get("status")
    return state or {}


def name_of(found: Mapping[str, Any]) -> str:
    """Its name."""
    return meta(found).get("name") or ""


def namespace_of(found: Mapping[str, Any]) -> str:
    """Its namespace, empty when cluster-scoped."""
    return meta(found).get("namespace") or ""


def uid_of(found: Mapping[str, Any]) -> str:
    """Its UID."""
    return meta(found).get("uid") or ""


def labels_of(found: Mapping[str, Any]) -> dict[str, str]:
    """Its labels."""
    return meta(found).get("labels") or {}


def annotations_of(found: Mapping[str, Any]) -> dict[str, str]:
    """Its annotations."""
    return meta(found).get("annotations") or {}


def created_at(found: Mapping[str, Any]) -> float:
    """When it was created."""
    return seconds(meta(found)["creationTimestamp"])


def is_deleted(found: Mapping[str, Any]) -> bool:
    """Whether its deletion was asked for."""
    return bool(meta(found).get("deletionTimestamp"))


def ref_of(found: Mapping[str, Any]) -> Ref:
    """The reference to an object."""
    return Ref(found.get("kind") or "", namespace_of(found), name_of(found))


def controller_of(found: Mapping[str, Any]) -> Obj | None:
    """The owner reference of its controller."""
    owners: Sequence[Obj] = meta(found).get("ownerReferences") or ()
    return next((each for each in owners if each.get("controller")), None)


def owner_reference(found: Mapping[str, Any], *, block: bool = True) -> Obj:
    """A controlling owner reference to an object."""
    return {
        "apiVersion": found["apiVersion"],
        "kind": found["kind"],
        "name": name_of(found),
        "uid": uid_of(found),
        "controller": True,
        "blockOwnerDeletion": block,
    }


def with_meta(found: Obj, **changes: Any) -> Obj:
    """A copy with other metadata; a value of None removes the field."""
    head = {**meta(found), **changes}
    return {**found, "metadata": {key: value for key, value in head.items() if value is not None}}


def with_spec(found: Obj, **changes: Any) -> Obj:
    """A copy with another spec; a value of None removes the field."""
    body = {**spec(found), **changes}
    return {**found, "spec": {key: value for key, value in body.items() if value is not None}}


def with_status(found: Obj, **changes: Any) -> Obj:
    """A copy with another status; a value of None removes the field."""
    body = {**status(found), **changes}
    return {**found, "status": {key: value for key, value in body.items() if value is not None}}


def condition_of(found: Mapping[str, Any], kind: str) -> Obj | None:
    """One condition of its status."""
    conditions: Sequence[Obj] = status(found).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), None)


def set_condition(conditions: Sequence[Obj], wanted: Obj, at: float) -> list[Obj]:
    """Conditions with one replaced or added; `lastTransitionTime` moves only when the status does."""
    now = stamp(at)
    result: list[Obj] = []
    found = False
    for each in conditions:
        if each.get("type") != wanted["type"]:
            result.append(each)
            continue
        found = True
        kept = each.get("lastTransitionTime") if each.get("status") == wanted["status"] else None
        result.append({**wanted, "lastTransitionTime": kept or now})
    if not found:
        result.append({**wanted, "lastTransitionTime": now})
    return result


def part(found: Mapping[str, Any], *path: str) -> Obj:
    """The object at a path of keys (shared: not to be changed); empty when there is none."""
    here: Any = found
    for name in path:
        here = cast("Obj", here).get(name) or {}
    return cast("Obj", here)


def parts(found: Mapping[str, Any], *path: str) -> list[Obj]:
    """The list at a path of keys (shared: not to be changed); empty when there is none."""
    return cast("list[Obj]", part(found, *path[:-1]).get(path[-1]) or [])
