"""YAML and JSON manifests, one document or many, tolerant of broken ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.parsed import Obj, Parsed
from midwatch.sources.yaml_json import BadYaml, load_yaml

_BORDER = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_MOST_DEPTH = 100


class _Unreadable(ValueError):
    """A document that holds no object."""


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
            value: JSON = json.loads(document)
        except (ValueError, RecursionError):
            pass  # flow style YAML begins like JSON
        else:
            return _shallow(value)
    try:
        values = load_yaml(document.encode(errors="replace"))
    except BadYaml as error:
        raise _Unreadable(f"not YAML: {error}") from error
    return values[0] if len(values) == 1 else values or None


def _shallow(value: JSON, depth: int = 0) -> JSON:
    """The value, unless it is nested deeper than any object."""
    if depth > _MOST_DEPTH:
        raise _Unreadable(f"nested deeper than {_MOST_DEPTH} levels")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _shallow(item, depth + 1)
    return value


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
