"""All evidence of a cluster as data, so that it can be taken apart and put together; and as a source again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck, Observation, Signal
from midwatch.domain.observation_json import decode_observations, encode_observations
from midwatch.domain.query import (
    CatalogQuery,
    ComponentsQuery,
    ConnectivityQuery,
    LogsQuery,
    Query,
    ResourcesQuery,
    SignalsQuery,
    TracesQuery,
)
from midwatch.domain.resource import Ref
from midwatch.protocols.source import Source
from midwatch.sources.kubectl_text import Obj

_TOLD_BY: Mapping[type[Query], type[Observation]] = {
    ComponentsQuery: ComponentStatus,
    ConnectivityQuery: ConnectionCheck,
    SignalsQuery: Signal,
    TracesQuery: Call,
}


@dataclass(frozen=True, slots=True)
class World:
    """A cluster at `now`. `unlisted` kinds cannot be read; `logs` are texts by the pod's name."""

    name: str
    now: datetime
    objects: tuple[Obj, ...]
    observations: tuple[Observation, ...]
    logs: Mapping[str, str]
    unlisted: frozenset[str] = frozenset()
    skipped: tuple[Skipped, ...] = ()


class WorldSource:
    """Answers from a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def name(self) -> str:
        """As the world is called."""
        return self.world.name

    def answers(self, query: Query) -> bool:
        """Everything but which types are served."""
        return not isinstance(query, CatalogQuery)

    async def fetch(self, query: Query) -> Evidence:
        """What the world holds."""
        world = self.world
        if isinstance(query, ResourcesQuery):
            return self._resources(query)
        if isinstance(query, LogsQuery):
            text = "" if query.previous else world.logs.get(query.pod, "")
            return self._evidence(query, (text.encode(),) if text else ())
        if isinstance(query, CatalogQuery):
            return Evidence(world.name, query, EvidenceState.FAILED, world.now, reason="not recorded")
        found = [each for each in world.observations if isinstance(each, _TOLD_BY[type(query)])]
        return self._evidence(query, (encode_observations(found),) if found else ())

    def _resources(self, query: ResourcesQuery) -> Evidence:
        world = self.world
        items = [each for each in world.objects if each.get("kind") == query.kind]
        if not items and query.kind in world.unlisted:
            return Evidence(world.name, query, EvidenceState.FAILED, world.now, reason="not part of this case")
        return self._evidence(query, (msgspec.json.encode({"items": items}),) if items else ())

    def _evidence(self, query: Query, pages: tuple[bytes, ...]) -> Evidence:
        state = EvidenceState.OBSERVED if pages else EvidenceState.EMPTY
        skipped = self.world.skipped if isinstance(query, ResourcesQuery) and query.kind == "Pod" else ()
        return Evidence(self.world.name, query, state, self.world.now, pages, skipped=skipped)


async def record(source: Source) -> World:
    """Everything that a source tells."""
    objects: list[Obj] = []
    unlisted: set[str] = set()
    skipped: list[Skipped] = []
    for each in RESOURCE_TYPES:
        answer = await source.fetch(each.query())
        if not answer.state.complete:
            unlisted.add(each.kind)
        skipped.extend(answer.skipped)
        objects.extend(item for page in answer.pages for item in _items(page))
    observations = [
        found
        for query in (ComponentsQuery(), ConnectivityQuery(), SignalsQuery(), TracesQuery())
        for found in decode_observations(query, (await source.fetch(query)).pages)
    ]
    logs = {ref.name: await _log(source, ref) for each in objects if (ref := ref_of(each)).kind == "Pod"}
    now = (await source.fetch(SignalsQuery())).at
    return World(source.name, now, tuple(objects), tuple(observations), logs, frozenset(unlisted), tuple(skipped))


def _items(page: bytes) -> list[Obj]:
    return cast("dict[str, list[Obj]]", msgspec.json.decode(page))["items"]


async def _log(source: Source, pod: Ref) -> str:
    answer = await source.fetch(LogsQuery(pod.namespace, pod.name, ""))
    return "\n".join(page.decode("utf-8", "replace") for page in answer.pages)


def ref_of(each: Obj) -> Ref:
    """Which object this is."""
    head = each.get("metadata")
    head = head if isinstance(head, dict) else {}
    return Ref(str(each.get("kind")), str(head.get("namespace") or ""), str(head.get("name") or ""))


def involved(each: Obj) -> Ref:
    """The object that an event is about."""
    found = each.get("involvedObject")
    found = found if isinstance(found, dict) else {}
    return Ref(str(found.get("kind")), str(found.get("namespace") or ""), str(found.get("name") or ""))
