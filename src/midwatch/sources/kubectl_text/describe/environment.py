"""Environment variables of a container (describeContainerEnvVars, describeContainerEnvFrom).

The column where values begin is the same for all variables of a container; a line that begins there continues
the value above it.
"""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe.sections import Section
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import put, text

_NAME = re.compile(r" {6}([^\s=:][^=]*?):(?: +|$)")
_FIELD = re.compile(r"(\S+?):((?:metadata\.(?:name|namespace|uid|labels|annotations)|spec\.\w|status\.\w)\S*)")
_RESOURCE = re.compile(r"(?:limits|requests)\.\S+")
_KEY = re.compile(r"<set to the key '([^']*)' (in secret|of config map) '([^']*)'>(?: +Optional: (\w+))?$")
_FROM = re.compile(r" {6}(\S*) +(ConfigMap|Secret)(?: with prefix '(.*)')?(?: +Optional: (\w+))?\s*$")


def variables(section: Section, container: Obj, reader: Reader) -> None:
    """`Environment:` of a container."""
    shown: list[tuple[str, list[str]]] = []
    column = _column(section.body)
    for place, line in enumerate(section.body):
        match = _NAME.match(line)
        if match and line[6] != " ":
            shown.append((match[1], [line[match.end() :]]))
        elif shown:
            shown[-1][1].append(line[column:] if not line[:column].strip() else line.strip())
        else:
            section.odd(reader, [place])
    if shown:
        put(container, "env", [_variable(name, value) for name, value in shown])


def sources(section: Section, container: Obj, reader: Reader) -> None:
    """`Environment Variables from:` of a container."""
    found: list[JSON] = []
    for place, line in enumerate(section.body):
        match = _FROM.match(line)
        if match is None:
            section.odd(reader, [place])
            continue
        name, kind, prefix, optional = match.groups()
        made: Obj = {"prefix": prefix} if prefix else {}
        field = "configMapRef" if kind == "ConfigMap" else "secretRef"
        found.append({**made, field: _reference({"name": name}, optional)})
    if found:
        container["envFrom"] = found


def _column(lines: list[str]) -> int:
    starts: list[int] = []
    for line in lines:
        match = _NAME.match(line)
        if match and match.end() < len(line.rstrip()):
            starts.append(match.end())
    return min(starts, default=8)


def _variable(name: str, lines: list[str]) -> Obj:
    value = "\n".join([*(line.rstrip() for line in lines[:-1]), lines[-1].rstrip()])
    source = _source(value)
    return {"name": name, "valueFrom": source} if source else {"name": name, "value": value}


def _source(value: str) -> Obj | None:
    if not value.endswith((")", ">", "true", "false")):
        return None
    key = _KEY.fullmatch(value)
    if key:
        field = "secretKeyRef" if key[2] == "in secret" else "configMapKeyRef"
        return {field: _reference({"name": key[3], "key": key[1]}, key[4])}
    inside = value[value.rfind("(") + 1 : -1] if value.endswith(")") else ""
    from_field = _FIELD.fullmatch(inside)
    if from_field:
        return {"fieldRef": {"apiVersion": from_field[1], "fieldPath": from_field[2]}}
    return {"resourceFieldRef": {"resource": inside}} if _RESOURCE.fullmatch(inside) else None


def _reference(made: Obj, optional: str | None) -> Obj:
    """`Optional: false` is also what an absent field prints, so only true is kept."""
    return {**made, "optional": True} if text(optional or "") == "true" else made
