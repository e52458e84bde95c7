"""Several tellings of the same object as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.addresses import HEARSAY
from midwatch.sources.kubectl_text.adopt import adopted
from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.values import dig, put, word

# Maps and lists that mean something only as a whole: half of one telling and half of another would be a third.
_WHOLE = frozenset({
    "selector", "nodeSelector", "podSelector", "labelSelector", "affinity", "tolerations", "taints", "limits",
    "requests", "hard", "used", "data", "binaryData", "env", "envFrom", "volumes", "state", "lastState",
    "livenessProbe", "readinessProbe", "startupProbe", "ingress", "egress", "rules", "subsets", "command", "args",
    "ports",
})  # fmt: skip
_NAMES = ("name", "type", "mountPath", "ip")


class _Identity(NamedTuple):
    kind: str
    group: str
    name: str


class _EventIdentity(NamedTuple):
    kind: str
    name: str
    field: str
    reason: str
    message: str


def merge(objects: Iterable[Obj]) -> tuple[Obj, ...]:
    """One object for each kind, namespace and name, in the order of their first telling.

    Pass the fullest telling first (manifests, then `describe`, then `get`): field by field the first one that has
    it wins. A telling without a namespace joins the only namespace that has such an object. Events are the same
    when object, reason and message are; they keep the highest count and the widest span of time. Owners that no
    text names are filled in from the names.
    """
    told: dict[tuple[_Identity | _EventIdentity, str], Obj] = {}
    listed = [(_identity(obj), _namespace(obj), obj) for obj in sorted(objects, key=_is_hearsay)]
    homes: dict[_Identity | _EventIdentity, set[str]] = defaultdict(set)
    for identity, namespace, _ in listed:
        if namespace:
            homes[identity].add(namespace)
    for identity, namespace, obj in listed:
        if not namespace and len(homes[identity]) == 1:
            namespace = next(iter(homes[identity]))
            obj = _at_home(obj, namespace)
        over = told.get((identity, namespace))
        if over is None:
            told[identity, namespace] = obj
        elif _is_hearsay(over) or not _is_hearsay(obj):
            told[identity, namespace] = _joined(obj, over)
    return tuple(adopted(told.values()))


def _is_hearsay(obj: Obj) -> bool:
    """Whether another object told of this one: that comes last, and adds nothing to a telling of its own."""
    annotations = dig(obj, "metadata", "annotations")
    return isinstance(annotations, dict) and HEARSAY in annotations


def _identity(obj: Obj) -> _Identity | _EventIdentity:
    kind = word(obj, "kind")
    if kind == "Event":
        involved = obj.get("involvedObject")
        return _EventIdentity(
            word(involved, "kind"),
            word(involved, "name"),
            word(involved, "fieldPath"),
            word(obj, "reason"),
            word(obj, "message"),
        )
    group = word(obj, "apiVersion").rpartition("/")[0]
    if not group or group == "extensions":
        group = kinds.of(kind).api_version.rpartition("/")[0]
    return _Identity(kind, group, word(obj, "metadata", "name"))


def _namespace(obj: Obj) -> str:
    if word(obj, "kind") == "Event":
        return word(obj, "involvedObject", "namespace")
    return word(obj, "metadata", "namespace")


def _at_home(obj: Obj, namespace: str) -> Obj:
    metadata = dig(obj, "metadata")
    moved: Obj = {**obj, "metadata": {**(metadata if isinstance(metadata, dict) else {}), "namespace": namespace}}
    involved = obj.get("involvedObject")
    if isinstance(involved, dict):
        moved["involvedObject"] = {**involved, "namespace": namespace}
    return moved


def _joined(under: Obj, over: Obj) -> Obj:
    made = _map(under, over)
    if word(made, "kind") == "Event":
        counts = [count for count in (under.get("count"), over.get("count")) if isinstance(count, int)]
        if counts:
            made["count"] = max(counts)
        _span(made, "firstTimestamp", min(_stamps(under, over, "firstTimestamp"), default=""))
        _span(made, "lastTimestamp", max(_stamps(under, over, "lastTimestamp"), default=""))
    return made


def _stamps(under: Obj, over: Obj, field: str) -> list[str]:
    return [stamp for stamp in (word(under, field), word(over, field)) if stamp]


def _span(made: Obj, field: str, value: str) -> None:
    if value:
        put(made, field, value)


def _map(under: Obj, over: Obj) -> Obj:
    made = dict(under)
    for key, value in over.items():
        if value is not None:
            made[key] = _field(key, under.get(key), value)
        else:
            made.setdefault(key, None)
    return made


def _field(key: str, under: JSON, over: JSON) -> JSON:
    if key in _WHOLE or under is None:
        return over
    if isinstance(under, dict) and isinstance(over, dict):
        return _map(under, over)
    if isinstance(under, list) and isinstance(over, list):
        return _list(under, over)
    return over


def _list(under: list[JSON], over: list[JSON]) -> list[JSON]:
    """The winner's items, each completed from the other telling's item of the same name."""
    named = {_name(item): item for item in under}
    made: list[JSON] = []
    for item in over:
        name = _name(item)
        twin = named.get(name) if name else None
        made.append(_map(twin, item) if isinstance(twin, dict) and isinstance(item, dict) else item)
    return made


def _name(item: JSON) -> tuple[str, str] | None:
    for field in _NAMES:
        value = word(item, field)
        if value:
            return field, value
    return None
