"""Objects that kubectl has no printer for, custom resources above all (genericDescriber).

They are printed whole, keys as titles (`Creation Timestamp`), but a list of maps looks like a map, so only
what is certain is taken back: identity, labels, annotations, events, and plain values one level down.
"""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, ignore, keys_at, scalar, split
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import boolean, put, word

_FIELD = re.compile(r"( *)([^\s:][^:]*):(?:\s+(\S.*)|\s*)$")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,15})")


def custom(lines: list[str], number: int, reader: Reader) -> list[Obj]:
    """The object that these lines describe, with its events; kind and API version are fields of their own."""
    made: Obj = {"apiVersion": "", "kind": "", "metadata": {}}
    reader.where, reader.extra = "custom resource", []
    for section in split(lines, number, keys_at(0, ())):
        _FIELDS.get(section.key, _tree)(section, made, reader)
    if not word(made, "metadata", "name") or not word(made, "kind"):
        reader.skip("a resource without kind or name", f"line {number}")
        return []
    return [made, *reader.extra]


def _tree(section: Section, obj: Obj, _reader: Reader) -> None:
    if section.key:
        found = _value(section.value) if section.value else _map(section.body)
        if found != {}:
            obj[_field(section.key)] = found


def _map(lines: list[str]) -> Obj:
    """The plain values right below a field; what lies deeper may be a map or a list, nobody can tell."""
    found: Obj = {}
    top = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    for line in lines:
        match = _FIELD.match(line)
        if match and len(match[1]) == top and match[3] is not None:
            found.setdefault(_field(match[2]), _value(match[3]))
    return found


def _field(title: str) -> str:
    """`Creation Timestamp` -> `creationTimestamp`, `API Version` -> `apiVersion`."""
    words = title.split(" ")
    return words[0].lower() + "".join(word[:1].upper() + word[1:] for word in words[1:])


def _value(shown: str) -> JSON:
    truth = boolean(shown) if shown in ("true", "false") else None
    if truth is not None:
        return truth
    return int(shown) if _NUMBER.fullmatch(shown) else shown


def _metadata(section: Section, obj: Obj, _reader: Reader) -> None:
    for key, value in _map(section.body).items():
        if key in ("creationTimestamp", "deletionTimestamp", "generation", "resourceVersion", "uid"):
            put(obj, f"metadata.{key}", str(value) if key == "resourceVersion" else value)


_FIELDS: dict[str, Handler] = {
    **COMMON,
    "API Version": scalar("apiVersion"),
    "Kind": scalar("kind"),
    "Metadata": _metadata,
    "Managed Fields": ignore,
}
