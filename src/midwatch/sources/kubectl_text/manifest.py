"""YAML and JSON manifests, one document or many, tolerant of broken ones.

YAML is read the way Kubernetes reads it where PyYAML differs: a timestamp stays a string, `12:30` is no
base-60 number, and keys are strings. Documents that expand beyond reason (anchors) are left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import cast

import yaml

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.parsed import Obj, Parsed

_BORDER = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_MOST_VALUES = 500_000
_MOST_DEPTH = 100
_INTEGER = re.compile(r"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$")
_DEEP = re.compile(r"(?:[\[{]\s*){101}|(?:(?:[-?:]) +){101}")


class _Unreadable(ValueError):
    """A document that is no JSON value."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items():
        kept = [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        found[first] = [(tag, _INTEGER if tag.endswith(":int") else pattern) for tag, pattern in kept]
    return found


_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LOADER = cast("type[yaml.SafeLoader]", type("_Loader", (_BASE,), {"yaml_implicit_resolvers": _resolvers()}))


def parse_manifest(text: str, *, first_line: int = 1) -> Parsed:
    """The objects in YAML or JSON text; lists (`kind: List`, or a plain list) are taken apart.

    `first_line` is the number of the text's first line in whatever the text is a part of.
    """
    objects: list[Obj] = []
    skipped: list[Skipped] = []
    for number, document in _documents(text.replace("\r\n", "\n")):
        where = f"document at line {number + first_line - 1}"
        try:
            objects += _objects(_load(document))
        except _Unreadable as error:
            skipped.append(Skipped(where, str(error)))
    return Parsed(tuple(objects), tuple(skipped))


def _documents(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for border in [*_BORDER.finditer(text), None]:
        end = border.start() if border else len(text)
        document = text[start:end]
        if document.strip():
            yield text.count("\n", 0, start) + 1, document
        start = border.end() if border else end


def _load(document: str) -> JSON:
    if document.lstrip()[:1] in ("{", "["):
        try:
            return _json(json.loads(document), [0], 0)
        except (ValueError, RecursionError):
            pass  # flow style YAML begins like JSON
    if _DEEP.search(document):
        raise _Unreadable("nested too deeply")
    try:
        return _json(yaml.load(document, Loader=_LOADER), [0], 0)  # noqa: S506
    except _Unreadable:
        raise
    except yaml.MarkedYAMLError as error:
        line = f" in its line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _Unreadable(f"not YAML: {error.problem or error.context}{line}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise _Unreadable(f"not YAML: {str(error)[:200]}") from error


def _json(value: object, count: list[int], depth: int) -> JSON:
    """A loaded value as JSON: string keys, no dates, no endless numbers, no more values than a manifest holds."""
    count[0] += 1
    if count[0] > _MOST_VALUES or depth > _MOST_DEPTH:
        raise _Unreadable("expands to more than a manifest can hold")
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return {_key(key): _json(item, count, depth + 1) for key, item in items}
    if isinstance(value, list | tuple | set):
        return [_json(item, count, depth + 1) for item in cast("list[object]", value)]
    return str(value)


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def _objects(value: JSON) -> list[Obj]:
    if value is None:
        return []
    if isinstance(value, list):
        return [obj for item in value for obj in _objects(item)]
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise _Unreadable("a document without a kind")
    kind, items = str(value["kind"]), value.get("items")
    if isinstance(items, list) and kind.endswith("List"):
        return [obj for item in items for obj in _objects(_of_list(item, value, kind))]
    return [{**value, "metadata": value["metadata"] if isinstance(value.get("metadata"), dict) else {}}]


def _of_list(item: JSON, of: Obj, kind: str) -> JSON:
    """Items of a typed list (`PodList`) leave out what the list says for all."""
    if not isinstance(item, dict) or isinstance(item.get("kind"), str) or kind == "List":
        return item
    return {"apiVersion": of.get("apiVersion"), "kind": kind.removesuffix("List"), **item}
