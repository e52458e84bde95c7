"""Network policies back from prose (describeNetworkPolicySpec)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, apply, keys_at, scalar, split
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import listing, port, put

_PORT = re.compile(r"To Port(?: Range)?: (\S+?)(?:-(\d{1,9}))?/(\w+)")
_FIELD = re.compile(r"(NamespaceSelector|PodSelector|CIDR|Except):\s*(.*)")
_RULE_END = "----------"
_UNTOUCHED = re.compile(r" {2}Not affecting (?:ingress|egress) traffic\s*")


def _spec(section: Section, obj: Obj, reader: Reader) -> None:
    lines = [line for line in section.body if not _UNTOUCHED.fullmatch(line)]
    put(obj, "spec.podSelector", {})
    apply(split(lines, section.number + 1, keys_at(2, tuple(_SPEC))), _SPEC, obj, reader)


def _pod_selector(section: Section, obj: Obj, _reader: Reader) -> None:
    shown = "" if section.value.startswith("<none>") else section.value
    put(obj, "spec.podSelector", labels.selector(shown) or {})


def _traffic(direction: str, peers: str) -> Handler:
    """Rules apart by dashes; a rule's ports first, then its peers."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        rules: list[JSON] = []
        lines = [line.strip() for line in section.body if line.strip()]
        if lines and not lines[0].startswith("<none>"):
            rules += [_rule(part, peers, section, reader) for part in _parts(lines)]
        put(obj, f"spec.{direction}", rules)

    return handle


def _parts(lines: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line == _RULE_END:
            found.append([])
        else:
            found[-1].append(line)
    return found


def _rule(lines: Sequence[str], peers: str, section: Section, reader: Reader) -> Obj:
    ports: list[JSON] = []
    chosen: list[Obj] = []
    for line in lines:
        found, field = _PORT.fullmatch(line), _FIELD.fullmatch(line)
        if found:
            ports.append(_port(found))
        elif line in ("From:", "To:"):
            chosen.append({})
        elif field and chosen:
            _peer(chosen[-1], field[1], field[2])
        elif not line.startswith(("To Port: <any>", "From: <any>", "To: <any>", "IPBlock:")):
            reader.odd(section.number, line)
    made: Obj = {"ports": ports} if ports else {}
    return {**made, peers: list[JSON](chosen)} if chosen else made


def _port(match: re.Match[str]) -> Obj:
    number = port(match[1])
    made: Obj = {"protocol": match[3]}
    if number is not None and match[1] != "<nil>":
        made["port"] = number
    return {**made, "endPort": int(match[2])} if match[2] else made


def _peer(peer: Obj, field: str, value: str) -> None:
    if field == "CIDR":
        put(peer, "ipBlock.cidr", value)
    elif field == "Except":
        excluded = listing(value)
        if excluded:
            put(peer, "ipBlock.except", excluded)
    else:
        peer[field[0].lower() + field[1:]] = labels.selector(value) or {}


_SPEC: dict[str, Handler] = {
    "PodSelector": _pod_selector,
    "Allowing ingress traffic": _traffic("ingress", "from"),
    "Allowing egress traffic": _traffic("egress", "to"),
    "Policy Types": scalar("spec.policyTypes", listing),
}
NETWORK_POLICY: dict[str, Handler] = {
    **COMMON,
    "Created on": scalar("metadata.creationTimestamp", stamp),
    "Spec": _spec,
}
