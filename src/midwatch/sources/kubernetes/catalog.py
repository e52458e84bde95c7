"""Which resource types a cluster serves: aggregated discovery (2 requests), else group by group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import quote

import msgspec

from midwatch.domain.catalog import Entry, encode_catalog
from midwatch.domain.evidence import EvidenceState, Skipped
from midwatch.sources.kubernetes.answer import Answer, CannotRead, Reply, explain, refusal
from midwatch.sources.kubernetes.transport import Reader

_AGGREGATED = ",".join(
    [
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
        "application/json",
    ]
)
_LIMIT = 64 * 1024 * 1024
T = TypeVar("T")


class _Kind(msgspec.Struct):
    kind: str = ""


class _Name(msgspec.Struct):
    name: str = ""


class _Discovered(msgspec.Struct, rename="camel"):
    resource: str
    response_kind: _Kind | None = None
    scope: str = ""
    verbs: list[str] | None = None


class _DiscoveredVersion(msgspec.Struct):
    version: str
    resources: list[_Discovered] | None = None
    freshness: str = ""


class _DiscoveredGroup(msgspec.Struct):
    metadata: _Name = msgspec.field(default_factory=_Name)
    versions: list[_DiscoveredVersion] | None = None


class _Version(msgspec.Struct):
    version: str


class _Group(msgspec.Struct, rename="camel"):
    name: str
    versions: list[_Version] | None = None
    preferred_version: _Version | None = None


class _Index(msgspec.Struct):
    """`APIGroupDiscoveryList` has items, `APIGroupList` groups, `APIVersions` versions."""

    kind: str
    items: list[_DiscoveredGroup] | None = None
    groups: list[_Group] | None = None
    versions: list[str] | None = None


class _Resource(msgspec.Struct):
    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] | None = None


class _Resources(msgspec.Struct):
    resources: list[_Resource] | None = None


class _Broken(Exception):
    """A part of discovery cannot be read; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reason)
        self.answer = answer


async def discover(reader: Reader) -> Answer:
    """The catalogue as one page; APIs that do not answer are skipped by name."""
    try:
        core, groups = await asyncio.gather(_index(reader, "/api"), _index(reader, "/apis"))
    except _Broken as error:
        return error.answer
    parts = [_aggregated(index) if index.items is not None else _plain(reader, index) for index in (core, groups)]
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for part in parts:
        found, missed = part if isinstance(part, tuple) else await part
        entries.extend(found)
        skipped.extend(missed)
    page = encode_catalog(_preferred(entries))
    return Answer(EvidenceState.OBSERVED if entries else EvidenceState.EMPTY, (page,), skipped=tuple(skipped))


async def _index(reader: Reader, path: str) -> _Index:
    return _decoded(await _reply(reader, path, _AGGREGATED), _Index, path)


async def _reply(reader: Reader, path: str, accept: str, attempts: int = 4) -> Reply:
    try:
        return await reader.get(path, accept=accept, limit=_LIMIT, attempts=attempts)
    except CannotRead as error:
        raise _Broken(Answer(error.state, reason=error.reason)) from error


def _decoded(reply: Reply, struct: type[T], path: str) -> T:
    if reply.status != 200:
        raise _Broken(
            Answer(EvidenceState.FAILED, reason=explain(reply)) if reply.status == 404 else refusal(reply)
        )
    try:
        return msgspec.json.decode(reply.body, type=struct)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = f"{path} answered with something that is not API discovery"
        raise _Broken(Answer(EvidenceState.FAILED, reason=reason)) from error


def _aggregated(index: _Index) -> tuple[list[Entry], list[Skipped]]:
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for group in index.items or ():
        for version in group.versions or ():
            name = group.metadata.name
            if version.freshness == "Stale":
                skipped.append(Skipped(f"{name}/{version.version}", "its API server does not answer"))
            entries.extend(
                Entry(
                    each.response_kind.kind if each.response_kind else "",
                    each.resource,
                    name,
                    version.version,
                    each.scope == "Namespaced",
                    tuple(each.verbs or ()),
                )
                for each in version.resources or ()
            )
    return entries, skipped


async def _plain(reader: Reader, index: _Index) -> tuple[list[Entry], list[Skipped]]:
    wanted = [("", version) for version in index.versions or ()]
    wanted += [(group.name, version) for group in index.groups or () for version in _ordered(group)]
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    # All at once: the transport bounds how many are under way.
    for found in await asyncio.gather(*(_version(reader, group, version) for group, version in wanted)):
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            entries.extend(found)
    return entries, skipped


def _ordered(group: _Group) -> list[str]:
    versions = [each.version for each in group.versions or ()]
    preferred = group.preferred_version.version if group.preferred_version else ""
    return sorted(versions, key=lambda version: version != preferred)


async def _version(reader: Reader, group: str, version: str) -> list[Entry] | Skipped:
    named = quote(version, safe="")
    path = f"/apis/{quote(group, safe='')}/{named}" if group else f"/api/{named}"
    try:
        found = _decoded(await _reply(reader, path, "application/json", attempts=2), _Resources, path)
    except _Broken as error:
        return Skipped(f"{group}/{version}", error.answer.reason)
    return [
        Entry(each.kind, each.name, group, version, each.namespaced, tuple(each.verbs or ()))
        for each in found.resources or ()
        if "/" not in each.name
    ]


def _preferred(entries: Iterable[Entry]) -> list[Entry]:
    """The first version that serves a resource: discovery lists the preferred one first."""
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        if entry.kind:
            first.setdefault((entry.group, entry.resource), entry)
    return [first[key] for key in sorted(first)]
