"""A recorded case as a source: it answers the same queries as a live cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.json import JSON
from midwatch.domain.observation_json import encode_observations
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
from midwatch.evals.cloudopsbench.alerts import signals
from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.cloudopsbench.objects import objects_of, taken_at
from midwatch.evals.cloudopsbench.observations import calls, components, connections
from midwatch.sources.kubectl_text import Obj

_REPEATS = 200
_ALWAYS_LISTED = ("Event",)


class CaseSource:
    """Built once from the texts of a case; `now` is when it was recorded."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.now = taken_at(case)
        objects, self.skipped = objects_of(case, self.now)
        self._by_kind: dict[str, list[Obj]] = defaultdict(list)
        for each in objects:
            self._by_kind[str(each.get("kind"))].append(each)
        self._listed = {each.argument("resource_type") for each in case.of("GetResources")}
        self._owners = _owners(self._by_kind["Pod"])

    @property
    def name(self) -> str:
        """`cloudopsbench:<system>/<case>`."""
        return f"cloudopsbench:{self.case.system}/{self.case.id}"

    def answers(self, query: Query) -> bool:
        """Everything a case may record."""
        return not isinstance(query, CatalogQuery)

    async def fetch(self, query: Query) -> Evidence:
        """The recorded answer."""
        match query:
            case ResourcesQuery():
                return self._resources(query)
            case LogsQuery():
                return self._logs(query)
            case ComponentsQuery():
                return self._observed(query, encode_observations(list(components(self.case))))
            case ConnectivityQuery():
                return self._observed(query, encode_observations(list(connections(self.case))))
            case TracesQuery():
                return self._observed(query, encode_observations(list(calls(self.case))))
            case SignalsQuery():
                return self._observed(query, self._signals())
            case CatalogQuery():
                return Evidence(self.name, query, EvidenceState.FAILED, self.now, reason="not recorded")

    def _observed(self, query: Query, page: bytes) -> Evidence:
        state = EvidenceState.EMPTY if page == b"[]" else EvidenceState.OBSERVED
        return Evidence(self.name, query, state, self.now, (page,))

    def _signals(self) -> bytes:
        found = [
            signal
            for each in self.case.of("GetAlerts")
            for signal in signals(each.answer, self.case.namespace, str(SignalsQuery()))
        ]
        return encode_observations(found)

    def _resources(self, query: ResourcesQuery) -> Evidence:
        items = self._by_kind.get(query.kind, [])
        listed = (
            query.kind in _ALWAYS_LISTED or query.resource in self._listed or query.resource[:-1] in self._listed
        )
        if not items and not listed:
            return Evidence(self.name, query, EvidenceState.FAILED, self.now, reason="not part of this case")
        page = msgspec.json.encode({"items": items})
        state = EvidenceState.OBSERVED if items else EvidenceState.EMPTY
        skipped = tuple(self.skipped) if query.kind == "Pod" else ()
        return Evidence(self.name, query, state, self.now, (page,), skipped=skipped)

    def _logs(self, query: LogsQuery) -> Evidence:
        service = self._owners.get(query.pod, "")
        text = self._previous(service) if query.previous else "\n".join(self._log_lines(service))
        state = EvidenceState.OBSERVED if text else EvidenceState.EMPTY
        return Evidence(self.name, query, state, self.now, (text.encode(),) if text else ())

    def _previous(self, service: str) -> str:
        """The log of the run before the last restart, where one was recorded."""
        return self.case.logs.get(f"{service}.previous", "")

    def _log_lines(self, service: str) -> Iterator[str]:
        for each in self.case.of("GetErrorLogs"):
            if each.argument("service_name") == service:
                yield from _lines(each.answer)
        yield from self.case.logs.get(service, "").splitlines()


def _owners(pods: list[Obj]) -> Mapping[str, str]:
    """Service name of each pod: its `app` label, else its name without the generated endings."""
    owners: dict[str, str] = {}
    for pod in pods:
        metadata = pod.get("metadata")
        if not isinstance(metadata, dict):
            continue
        name, labels = metadata.get("name"), metadata.get("labels")
        app = labels.get("app") if isinstance(labels, dict) else None
        if isinstance(name, str):
            owners[name] = app if isinstance(app, str) else name.rsplit("-", 2)[0]
    return owners


def _lines(answer: JSON) -> Iterator[str]:
    """Error lines: a list, a list per container, or patterns with counts (repeated so that counts are kept)."""
    if isinstance(answer, str):
        yield from _told(answer)
        return
    if isinstance(answer, list):
        yield from (each for each in answer if isinstance(each, str))
        return
    if not isinstance(answer, dict):
        return
    patterns = answer.get("patterns")
    if isinstance(patterns, list):
        for each in patterns:
            yield from _pattern(each)
        return
    for lines in answer.values():
        yield from _lines(lines)


def _told(answer: str) -> Iterator[str]:
    """Some answers are JSON written as text."""
    try:
        decoded: JSON = msgspec.json.decode(answer)
    except msgspec.MsgspecError:
        return
    if not isinstance(decoded, str):
        yield from _lines(decoded)


def _pattern(pattern: JSON) -> Iterator[str]:
    if not isinstance(pattern, dict):
        return
    count, sample = pattern.get("count"), pattern.get("sample") or pattern.get("pattern")
    if isinstance(sample, str):
        yield from [sample] * min(count if isinstance(count, int) and count > 0 else 1, _REPEATS)
