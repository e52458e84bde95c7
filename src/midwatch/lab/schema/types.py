"""Types compiled from schemas: what field checks, patches and server-side apply all need to know about a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.definitions import OBJECT_META, custom_schema, definitions, forget, name_for, remember

_SCALARS = {"int32": "int32", "int64": "int64", "double": "float64", "float": "float32"}
_KEY_DEFAULTS = {"protocol": "TCP"}


class Form(Enum):
    """What a value is: `ANY` is not typed at all."""

    STRUCT = "struct"
    MAP = "map"
    LIST = "list"
    SCALAR = "scalar"
    ANY = "any"


@dataclass(eq=False, slots=True)
class Type:
    """A compiled schema. `go` is its name in the API's own language (error messages show it), `items` the type of
    a map's or list's elements; `merge_key` and `strategy` drive strategic merge patches, `list_type`, `keys` and
    `atomic` server-side apply.

    Filled once while it is compiled (types are recursive), then never changed.
    """

    form: Form
    go: str = ""
    name: str = ""
    fields: dict[str, Type] = field(default_factory=dict[str, "Type"])
    items: Type | None = None
    merge_key: str = ""
    strategy: frozenset[str] = frozenset()
    list_type: str = "atomic"
    keys: tuple[str, ...] = ()
    atomic: bool = False
    closed: bool = True

    def child(self, key: str) -> Type:
        """The type of a field or of a map's value; `ANY` when it is not known."""
        return self.fields.get(key) or self.items or ANY

    def key_of(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The values that identify an item of a list of type `map`."""
        return {
            key: item.get(key, _KEY_DEFAULTS.get(key)) for key in self.keys if key in item or key in _KEY_DEFAULTS
        }


ANY = Type(Form.ANY, closed=False)
_compiled: dict[str, Type] = {}
_custom: dict[Kind, Type] = {}


def type_of(kind: Kind) -> Type:
    """The type of a kind's objects; `ANY` when no schema is known."""
    if kind.custom or custom_schema(kind) is not None:
        return _custom_type(kind)
    return _builtin(kind.group, kind.version, kind.kind)


@cache
def _builtin(group: str, version: str, kind: str) -> Type:
    name = name_for(group, version, kind)
    return ANY if name is None else _named(name)


def _custom_type(kind: Kind) -> Type:
    known = _custom.get(kind)
    if known is None:
        schema = custom_schema(kind)
        known = ANY if schema is None else _rooted(schema, kind.kind)
        if schema is not None:
            _custom[kind] = known
    return known


def register_custom(kind: Kind, schema: Mapping[str, Any]) -> None:
    """Serve a custom type: `schema` is its `openAPIV3Schema` (empty: anything goes)."""
    remember(kind, schema)
    _custom.pop(kind, None)


def unregister(kind: Kind) -> None:
    """Serve it no longer."""
    forget(kind)
    _custom.pop(kind, None)


def _rooted(schema: Obj, kind: str) -> Type:
    """A custom object's (or embedded object's) type: with metadata, which its schema need not describe."""
    found = _compile(schema or {"type": "object", "x-kubernetes-preserve-unknown-fields": True}, kind)
    text = Type(Form.SCALAR, "string")
    rest = {key: value for key, value in found.fields.items() if key not in ("metadata", "apiVersion", "kind")}
    fields = {"apiVersion": text, "kind": text, "metadata": _named(OBJECT_META), **rest}
    return Type(Form.STRUCT, kind, kind, fields, closed=found.closed)


def _named(name: str) -> Type:
    known = _compiled.get(name)
    if known is not None:
        return known
    parts = name.split(".")
    made = _compiled[name] = Type(Form.STRUCT)
    _fill(made, definitions()[name], parts[-1], f"{parts[-2]}.{parts[-1]}")
    return made


def _compile(schema: Obj, name: str) -> Type:
    """A schema in place; a reference with marks of its own (patch strategy) becomes a copy that carries them."""
    ref = schema.get("$ref")
    if ref is None:
        made = Type(Form.ANY)
        _fill(made, schema, name, name)
        return made
    found = _named(ref)
    strategy = _strategy(schema)
    atomic = found.atomic or schema.get("x-kubernetes-map-type") == "atomic"
    if not strategy and atomic == found.atomic:
        return found
    return Type(
        found.form, found.go, found.name, found.fields, found.items, strategy=strategy, atomic=atomic,
        closed=found.closed,
    )  # fmt: skip


def _strategy(schema: Obj) -> frozenset[str]:
    return frozenset(filter(None, str(schema.get("x-kubernetes-patch-strategy", "")).split(",")))


def _fill(made: Type, schema: Obj, name: str, go: str) -> None:
    kind = schema.get("type")
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        made.form, made.go = Form.SCALAR, "intstr"
    elif kind == "array":
        _fill_list(made, schema, name)
    elif kind == "object" or "properties" in schema:
        _fill_object(made, schema, name, go)
    elif kind is None:
        made.form, made.closed = Form.ANY, False
    else:
        made.form, made.go = Form.SCALAR, _scalar(schema, name)


def _scalar(schema: Obj, name: str) -> str:
    special = {"Quantity": "quantity", "Time": "time", "MicroTime": "time", "Duration": "duration"}
    if name in special:
        return special[name]
    kind, form = schema["type"], schema.get("format", "")
    if kind == "string":
        return {"byte": "bytes", "date-time": "time"}.get(form, "string")
    if kind == "boolean":
        return "bool"
    return _SCALARS.get(form, "int64" if kind == "integer" else "float64")


def _fill_list(made: Type, schema: Obj, name: str) -> None:
    items = _compile(schema.get("items") or {}, name)
    made.form, made.items, made.go = Form.LIST, items, f"[]{items.go}"
    made.merge_key = schema.get("x-kubernetes-patch-merge-key", "")
    made.strategy = _strategy(schema)
    made.list_type = schema.get("x-kubernetes-list-type", "atomic")
    made.keys = tuple(schema.get("x-kubernetes-list-map-keys", ()))
    made.atomic = made.list_type == "atomic"


def _fill_object(made: Type, schema: Obj, name: str, go: str) -> None:
    made.atomic = schema.get("x-kubernetes-map-type") == "atomic"
    made.strategy = _strategy(schema)
    if schema.get("x-kubernetes-embedded-resource"):
        rooted = _rooted({**schema, "x-kubernetes-embedded-resource": False}, name)
        made.form, made.fields, made.closed, made.name = Form.STRUCT, rooted.fields, rooted.closed, name
        return
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        items = _compile(more, name)  # pyright: ignore[reportUnknownArgumentType]
        made.form, made.items, made.go = Form.MAP, items, f"map[string]{items.go}"
        return
    properties: dict[str, Obj] = schema.get("properties") or {}
    open_ = bool(schema.get("x-kubernetes-preserve-unknown-fields")) or not properties
    if not properties:
        made.form, made.closed = (Form.ANY if open_ and not _is_named(go) else Form.STRUCT), not open_
        made.go, made.name = go, name
        if _is_named(go) and name not in ("FieldsV1", "RawExtension", "JSON"):
            made.closed = True
        return
    made.form, made.go, made.name, made.closed = Form.STRUCT, go, name, not open_
    made.fields = {key: _compile(each, key) for key, each in properties.items()}


def _is_named(go: str) -> bool:
    return "." in go
