"""What others recorded: cluster-info dumps, must-gathers, folders of objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from midwatch.domain.catalog import Entry, encode_catalog
from midwatch.domain.evidence import Evidence, EvidenceState, Skipped, digest_of
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.observation_json import encode_observations
from midwatch.domain.probe import Probe
from midwatch.domain.query import CatalogQuery, LogsQuery, Query, ResourcesQuery
from midwatch.sources.observations import ObservedQuery, observations_for
from midwatch.sources.snapshot.bundle import Bundle, Unreadable, bounded
from midwatch.sources.snapshot.documents import Document, Objects, objects_in
from midwatch.sources.snapshot.layout import ALL_CONTAINERS, KindGroup, Layout, LogName
from midwatch.sources.snapshot.log_text import last_lines, section, without_stamps
from midwatch.sources.snapshot.pages import UNDECODABLE, identity, page_of

_ABSENT = "not part of this snapshot"
_OTHER_HOMES = {
    ("Event", ""): "events.k8s.io",
    ("Ingress", "networking.k8s.io"): "extensions",
    **{(kind, "apps"): "extensions" for kind in ("Deployment", "DaemonSet", "ReplicaSet")},
}


@dataclass
class Dump:
    """A dump, indexed by kind. `logs` and `documents` are names of files in the bundle, read when asked for."""

    source: str
    layout: Layout
    taken_at: datetime
    bundle: Bundle
    objects: Objects
    logs: dict[LogName, str] = field(default_factory=dict[LogName, str])
    documents: dict[type[ObservedQuery], str] = field(default_factory=dict[type[ObservedQuery], str])

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read so far."""
        return bounded([*self.bundle.skipped, *self.objects.skipped])

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces it is limited to, empty when it is not known to be limited."""
        return self.layout.namespaces

    def answers(self, query: Query) -> bool:
        """Resources, logs and the catalogue always; observations when there is a document of them."""
        return isinstance(query, ResourcesQuery | LogsQuery | CatalogQuery) or type(query) in self.documents

    def answer(self, query: Query) -> Evidence:
        """See `Source.fetch`."""
        match query:
            case ResourcesQuery():
                return self._resources(query)
            case LogsQuery():
                return self._log(query)
            case CatalogQuery():
                entries = [self._entry(kind, group) for kind, group in sorted(self._kinds())]
                return self._evidence(query, EvidenceState.OBSERVED, (encode_catalog(entries),))
            case _:
                return self._observations(query)

    def probes(self) -> list[Probe]:
        """One line for the format and one for each kind."""
        detail = (
            f"{self.layout.name}, taken {self.taken_at:%Y-%m-%d %H:%M:%S} UTC, {len(self.skipped)} things skipped"
        )
        lines = [Probe("snapshot", EvidenceState.OBSERVED, detail)]
        for kind, group in sorted(self._kinds()):
            count = len(self.objects.found.get((kind, group), ()))
            name = f"{kind}.{group}" if group else kind
            lines.append(Probe(name, EvidenceState.OBSERVED, f"{count} document{'s' if count != 1 else ''}"))
        logs = Probe("pod logs", EvidenceState.OBSERVED, f"{len(self.logs)} files")
        return [*lines, logs if self.logs else Probe("pod logs", EvidenceState.FAILED, _ABSENT)]

    def _kinds(self) -> set[KindGroup]:
        return {*self.objects.found, *self.objects.listed, *self.layout.always}

    def _resources(self, query: ResourcesQuery) -> Evidence:
        limited = self.namespaces
        if query.namespace and limited and query.namespace not in limited:
            return self._evidence(query, EvidenceState.FAILED, (), f"namespace {query.namespace} is {_ABSENT}")
        homes = {query.group, _OTHER_HOMES.get((query.kind, query.group), query.group)}
        keys = [key for key in sorted(self._kinds()) if key[0] == query.kind and key[1] in homes]
        if not keys:
            return self._evidence(query, EvidenceState.FAILED, (), _ABSENT)
        skipped: list[Skipped] = []
        items = self._items(keys, query.namespace, skipped)
        state = EvidenceState.OBSERVED if items else EvidenceState.EMPTY
        reason = ""
        if skipped:
            state, reason = EvidenceState.TRUNCATED, f"{len(skipped)} documents of this kind could not be read"
        return self._evidence(query, state, (page_of(items),) if items else (), reason, bounded(skipped))

    def _items(self, keys: Sequence[KindGroup], namespace: str, skipped: list[Skipped]) -> list[bytes]:
        """The objects of some kinds, each once."""
        items: dict[tuple[str, str], bytes] = {}
        for number, text in enumerate(self._texts(keys, skipped)):
            home, name = identity(text)
            if not namespace or home == namespace:
                items.setdefault((home, name or f"\0{number}"), text)
        return list(items.values())

    def _texts(self, keys: Sequence[KindGroup], skipped: list[Skipped]) -> list[bytes]:
        """The JSON of all objects; what was YAML so far is kept as JSON from now on."""
        texts: list[bytes] = []
        for key in keys:
            kept: list[Document] = []
            for document in self.objects.found.get(key, ()):
                try:
                    found = list(objects_in(document))
                except Unreadable as error:
                    skipped.append(Skipped(document.where, str(error)))
                    kept.append(document)
                    continue
                kept.extend(Document(document.where, text) for text in found)
                texts.extend(found)
            if key in self.objects.found:
                self.objects.found[key] = kept
        known = set(self.objects.skipped)
        self.objects.skipped.extend(each for each in skipped if each not in known)
        return texts

    def _entry(self, kind: str, group: str) -> Entry:
        known = BY_KIND.get(kind)
        if known and known.group == group:
            return Entry(kind, known.resource, group, known.version, known.namespaced, ("list",))
        documents = self.objects.found.get((kind, group), [])
        namespaced = any(b"namespace" in each.content for each in documents[:10])
        plural = kind.lower() + ("es" if kind.endswith(("s", "x", "ch", "sh")) else "s")
        return Entry(kind, plural, group, "v1", namespaced, ("list",))

    def _log(self, query: LogsQuery) -> Evidence:
        name = LogName(query.namespace, query.pod, query.container, query.previous)
        shared = LogName(query.namespace, query.pod, ALL_CONTAINERS, query.previous)
        file = self.logs.get(name) or self.logs.get(shared)
        if file is None:
            return self._evidence(query, EvidenceState.FAILED, (), _ABSENT)
        try:
            text, whole = self.bundle.tail(file)
        except Unreadable as error:
            return self._evidence(query, EvidenceState.FAILED, (), f"{file}: {error}")
        if name not in self.logs:
            part = section(text, query)
            if part is None:
                return self._evidence(query, EvidenceState.FAILED, (), _ABSENT)
            text, whole = part
        elif "/logs/" in file and file.endswith(("/current.log", "/previous.log")):
            text = without_stamps(text)
        return self._evidence(query, *last_lines(text, whole, query.tail_lines))

    def _observations(self, query: ObservedQuery) -> Evidence:
        file = self.documents.get(type(query))
        if file is None:
            return self._evidence(query, EvidenceState.FAILED, (), _ABSENT)
        try:
            found = observations_for(query, self.bundle.read(file))
        except (Unreadable, *UNDECODABLE) as error:
            return self._evidence(query, EvidenceState.FAILED, (), f"{file}: {error}")
        state = EvidenceState.OBSERVED if found else EvidenceState.EMPTY
        return self._evidence(query, state, (encode_observations(found),))

    def _evidence(
        self,
        query: Query,
        state: EvidenceState,
        pages: tuple[bytes, ...] = (),
        reason: str = "",
        skipped: tuple[Skipped, ...] = (),
    ) -> Evidence:
        return Evidence(self.source, query, state, self.taken_at, pages, reason, 0, skipped, digest_of(pages))
