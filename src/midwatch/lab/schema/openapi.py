"""The API's description of itself: OpenAPI v3 by group and version, and v2 in one piece.

Source: k8s.io/kube-openapi/pkg/{handler,handler3,builder3}, k8s.io/apiserver/pkg/endpoints/installer.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha512

import msgspec

from midwatch.lab.core.kinds import BUILT_IN, Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.definitions import OBJECT_META, custom_name, custom_schema, definitions, name_for
from midwatch.lab.schema.operations import paths_of

VERSION = "v1.34.0"
_LIST_META = OBJECT_META.replace("ObjectMeta", "ListMeta")
_EXTRA = tuple(OBJECT_META.replace("ObjectMeta", each) for each in ("DeleteOptions", "Status", "Patch"))
Marker = Callable[[str, Obj], Obj]
"""Turns a reference and the schema around it into the form of one OpenAPI version."""


def openapi_v3_index(kinds: Iterable[Kind] = BUILT_IN) -> Obj:
    """`/openapi/v3`: where each group and version is described. The address changes when the description does."""
    served = sorted({(each.group, each.version) for each in kinds})
    paths: Obj = {}
    listed = list(kinds)
    for group, version in served:
        data = openapi_v3(group, version, listed) or b""
        path = f"apis/{group}/{version}" if group else f"api/{version}"
        paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={sha512(data).hexdigest()[:128].upper()}"}
    return {"paths": paths}


def openapi_v3(group: str, version: str, kinds: Iterable[Kind] = BUILT_IN) -> bytes | None:
    """`/openapi/v3/apis/<group>/<version>` as JSON; None when nothing of that version is served."""
    mine = sorted(
        (each for each in kinds if (each.group, each.version) == (group, version)), key=lambda each: each.kind
    )
    if not mine:
        return None
    if any(each.custom for each in mine):
        return _v3(mine)
    key = (group, version, tuple(each.kind for each in mine))
    if key not in _CACHE:
        _CACHE[key] = _v3(mine)
    return _CACHE[key]


_CACHE: dict[tuple[str, str, tuple[str, ...]], bytes] = {}


def openapi_v2(kinds: Iterable[Kind] = BUILT_IN) -> bytes:
    """`/openapi/v2` as JSON (Swagger 2.0)."""
    listed = sorted(kinds, key=lambda each: (each.group, each.kind))
    paths: Obj = {}
    for each in listed:
        paths |= paths_of(each, schema_name(each), "#/definitions/", body=False)
    found = {name: _marked(schema, _v2_reference) for name, schema in _reachable(listed).items()}
    info = {"title": "Kubernetes", "version": VERSION}
    return msgspec.json.encode({"swagger": "2.0", "info": info, "paths": paths, "definitions": found})


def schema_name(kind: Kind) -> str:
    """The name under which a kind's schema is published."""
    if kind.custom:
        return custom_name(kind)
    return name_for(kind.group, kind.version, kind.kind) or custom_name(kind)


def _v3(kinds: list[Kind]) -> bytes:
    paths: Obj = {}
    for each in kinds:
        paths |= paths_of(each, schema_name(each), "#/components/schemas/", body=True)
    found = {name: _marked(schema, _v3_reference) for name, schema in _reachable(kinds).items()}
    info = {"title": "Kubernetes", "version": VERSION}
    return msgspec.json.encode(
        {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": found}}, order="sorted"
    )


def _reachable(kinds: Iterable[Kind]) -> dict[str, Obj]:
    """The schemas of some kinds and their lists, with all that they refer to."""
    found: dict[str, Obj] = {}
    waiting: list[str] = [each for each in _EXTRA if each in definitions()]
    for kind in kinds:
        name = schema_name(kind)
        if name in definitions():
            waiting += [name, *([f"{name}List"] if f"{name}List" in definitions() else [])]
        else:
            found |= _custom(kind, name)
            waiting += [OBJECT_META, _LIST_META]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions()[name]
            waiting += _references(found[name])
    return found


def _references(schema: Obj) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _references(schema[key])
    properties: dict[str, Obj] = schema.get("properties") or {}
    for each in properties.values():
        yield from _references(each)


def _custom(kind: Kind, name: str) -> dict[str, Obj]:
    """A custom kind's schema and its list's, with the properties that every object has."""
    schema = custom_schema(kind) or {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version, word = {"type": "string"}, {"type": "string"}
    own: Obj = schema.get("properties") or {}
    properties = {**own, "apiVersion": version, "kind": word, "metadata": {"$ref": OBJECT_META}}
    mark = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    one = {**schema, "properties": properties, "x-kubernetes-group-version-kind": [mark]}
    items = {"type": "array", "items": {"$ref": name}}
    many = {"apiVersion": version, "kind": word, "metadata": {"$ref": _LIST_META}, "items": items}
    mark = {**mark, "kind": f"{kind.kind}List"}
    return {
        name: one,
        f"{name}List": {
            "type": "object",
            "description": f"{kind.kind}List is a list of {kind.kind}",
            "required": ["items"],
            "properties": many,
            "x-kubernetes-group-version-kind": [mark],
        },
    }


def _v3_reference(name: str, rest: Obj) -> Obj:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {**rest, "allOf": [reference]} if rest else reference


def _v2_reference(name: str, rest: Obj) -> Obj:
    return {**rest, "$ref": f"#/definitions/{name}"}


def _marked(schema: Obj, mark: Marker) -> Obj:
    result = dict(schema)
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = _marked(result[key], mark)
    properties: dict[str, Obj] = result.get("properties") or {}
    if properties:
        result["properties"] = {key: _marked(each, mark) for key, each in properties.items()}
    name = result.pop("$ref", None)
    return result if name is None else mark(name, result)
