"""The objects of a case, rebuilt from recorded `kubectl get`, `kubectl describe` and application YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON
from midwatch.evals.cloudopsbench.case import Case, ToolAnswer
from midwatch.sources.kubectl_text import Obj, Parsed, merge, parse_describe, parse_get, parse_manifest

_STAMP = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d \w{3} \d{4} \d\d:\d\d:\d\d) ([+-]\d{4})")
_CREATED = re.compile(r"^CreationTimestamp: +\w{3}, (\d\d \w{3} \d{4} \d\d:\d\d:\d\d) ([+-]\d{4})", re.MULTILINE)
_AGE = re.compile(r"(\d+)([smhdy])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}


def objects_of(case: Case, now: datetime) -> tuple[list[Obj], list[Skipped]]:
    """All objects, each merged from everything that tells of it: what is live wins over what was declared."""
    live: list[Obj] = []
    skipped: list[Skipped] = []
    for parsed in _live(case, now):
        live.extend(parsed.objects)
        skipped.extend(Skipped(each.where, each.why) for each in parsed.skipped)
    declared = [each for parsed in _declared(case) for each in parsed.objects]
    return list(merge([*live, *_configuration(case), *_existing(declared, live, case)])), skipped


def _live(case: Case, now: datetime) -> Iterator[Parsed]:
    """Descriptions first, then tables: the fuller telling wins per field."""
    for each in case.of("DescribeResource"):
        if each.text:
            yield parse_describe(each.text, kind=each.argument("resource_type") or None, now=now)
    for each in case.of("GetResources"):
        if each.text.strip():
            yield _table(each, case, now)


def _declared(case: Case) -> Iterator[Parsed]:
    for each in case.of("GetAppYAML"):
        if each.text:
            yield parse_manifest(each.text)


def _existing(declared: list[Obj], live: list[Obj], case: Case) -> Iterator[Obj]:
    """Declared objects, but not those that a recorded LIST of their kind shows to be absent."""
    names = {(each.get("kind"), _name(each)) for each in live}
    listed = {each.argument("resource_type").rstrip("s") for each in case.of("GetResources")}
    for each in declared:
        kind = str(each.get("kind"))
        if (kind, _name(each)) in names or kind.lower() not in listed:
            yield each


def _name(each: Obj) -> str:
    metadata = each.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def _table(each: ToolAnswer, case: Case, now: datetime) -> Parsed:
    kind = each.argument("resource_type") or None
    return parse_get(each.text, kind=kind, namespace=each.argument("namespace") or case.namespace, now=now)


def taken_at(case: Case) -> datetime:
    """When the case was recorded: a creation time plus the age of the same object, else the newest time."""
    precise = _from_ages(case)
    if precise is not None:
        return precise
    stamps = [_time(*match) for each in case.of("DescribeResource") for match in _STAMP.findall(each.text)]
    known = [each for each in stamps if each is not None]
    return max(known) if known else datetime(2026, 1, 1, tzinfo=UTC)


def _from_ages(case: Case) -> datetime | None:
    created = {
        each.argument("name"): match
        for each in case.of("DescribeResource")
        if each.argument("resource_type") == "deployments" and (match := _CREATED.search(each.text))
    }
    times: list[datetime] = []
    for each in case.of("GetResources"):
        if each.argument("resource_type") != "deployments":
            continue
        for line in each.text.splitlines()[1:]:
            cells = line.split()
            match = created.get(cells[0]) if len(cells) >= 5 else None
            start = _time(match[1], match[2]) if match else None
            if start is not None:
                times.append(start + _age(cells[4]))
    return max(times, default=None)


def _age(text: str) -> timedelta:
    return timedelta(seconds=sum(int(number) * _SECONDS[unit] for number, unit in _AGE.findall(text)))


def _time(stamp: str, zone: str) -> datetime | None:
    try:
        naive = datetime.strptime(stamp, "%d %b %Y %H:%M:%S")  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[0] == "-" else 1)
    return naive.replace(tzinfo=timezone(offset)).astimezone(UTC)


def _configuration(case: Case) -> Iterator[Obj]:
    """Nodes as `GetClusterConfiguration` summarises them, for what no description tells."""
    for each in case.of("GetClusterConfiguration"):
        nodes = each.answer.get("nodes") if isinstance(each.answer, dict) else None
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict) and isinstance(node.get("name"), str):
                yield _node(node)


def _node(node: dict[str, JSON]) -> Obj:
    labels, allocatable = node.get("labels"), node.get("allocatable_resources")
    listed = node.get("taints")
    taints: list[JSON] = (
        [_taint(each) for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    )
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node["name"], "labels": labels if isinstance(labels, dict) else {}},
        "spec": {"taints": taints} if taints else {},
        "status": {"allocatable": allocatable if isinstance(allocatable, dict) else {}},
    }


def _taint(text: str) -> Obj:
    """`key=value:Effect` or `key:Effect`."""
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect}
