"""Where a pod may run: node selectors, tolerations, topology spread constraints; and a node's taints."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.describe.sections import Section
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import put, text

_EFFECT = r"(?::(NoSchedule|PreferNoSchedule|NoExecute))?"
_TOLERATION = re.compile(
    rf"((?:(?!op=)[^=:\s]+)?)(?:=([^:\s]*))?{_EFFECT}(?: ?op=(\w+))?(?: for (-?\d{{1,15}})s)?"
)
_TAINT = re.compile(rf"([^=:\s]+)(?:=([^:\s]*))?{_EFFECT}")
_SPREAD = re.compile(r"(\S+):(\w+) when max skew (\d{1,9}) is exceeded(?: for selector (.*))?")


def tolerations(section: Section, obj: Obj, reader: Reader) -> None:
    """`key=value:NoSchedule op=Exists for 300s` a line, to `spec.tolerations`."""
    found: list[JSON] = []
    for entry in section.entries():
        match = _TOLERATION.fullmatch(entry)
        if match and entry != "<none>":
            found.append(_toleration(match))
        elif text(entry):
            reader.odd(section.number, entry)
    if found:
        put(obj, "spec.tolerations", found)


def _toleration(match: re.Match[str]) -> Obj:
    key, value, effect, operator, seconds = match.groups()
    made: Obj = {"key": key} if key else {}
    made["operator"] = operator or "Equal"
    if value is not None:
        made["value"] = value
    if effect:
        made["effect"] = effect
    if seconds:
        made["tolerationSeconds"] = int(seconds)
    return made


def taints(section: Section, obj: Obj, reader: Reader) -> None:
    """`key=value:NoSchedule` a line, to `spec.taints`."""
    found: list[JSON] = []
    for entry in section.entries():
        match = _TAINT.fullmatch(entry)
        if match and match[3]:
            value: Obj = {"value": match[2]} if match[2] else {}
            found.append({"key": match[1], **value, "effect": match[3]})
        elif text(entry):
            reader.odd(section.number, entry)
    if found:
        put(obj, "spec.taints", found)


def topology_spread(section: Section, obj: Obj, reader: Reader) -> None:
    """`zone:DoNotSchedule when max skew 1 is exceeded for selector app=web` a line."""
    found: list[JSON] = []
    for entry in section.entries():
        match = _SPREAD.fullmatch(entry)
        if match is None:
            reader.odd(section.number, entry)
            continue
        made: Obj = {"topologyKey": match[1], "whenUnsatisfiable": match[2], "maxSkew": int(match[3])}
        chosen = labels.selector(match[4] or "")
        found.append({**made, "labelSelector": chosen} if chosen else made)
    put(obj, "spec.topologySpreadConstraints", found)


def required_terms(section: Section, obj: Obj, reader: Reader) -> None:
    """A volume's `Node Affinity:` (printVolumeNodeAffinity): terms of `key in [a, b]`, one requirement a line."""
    terms: list[JSON] = []
    for place, line in enumerate(section.body):
        shown = line.strip()
        head = re.match(r"Term \d+:\s*(.*)", shown)
        if head:
            terms.append({"matchExpressions": []})
            shown = head[1]
        elif shown.startswith("Required Terms:") or not shown:
            continue
        requirement = _requirement(shown)
        last = terms[-1] if terms else None
        expressions = last.get("matchExpressions") if isinstance(last, dict) else None
        if requirement and isinstance(expressions, list):
            expressions.append(requirement)
        elif text(shown):
            section.odd(reader, [place])
    if terms:
        put(obj, "spec.nodeAffinity.required.nodeSelectorTerms", terms)


_OPERATORS = {
    "in": "In",
    "notin": "NotIn",
    "exists": "Exists",
    "doesnotexist": "DoesNotExist",
    "gt": "Gt",
    "lt": "Lt",
}
_REQUIREMENT = re.compile(r"(\S+) (\w+)(?: \[(.*)\])?")


def _requirement(shown: str) -> Obj | None:
    match = _REQUIREMENT.fullmatch(shown)
    if match is None or match[2] not in _OPERATORS:
        return None
    made: Obj = {"key": match[1], "operator": _OPERATORS[match[2]]}
    values: list[JSON] = [item.strip() for item in match[3].split(",")] if match[3] else []
    return {**made, "values": values} if values else made
