"""Our own recordings: every state as it was, every page checked against its digest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped, digest_of
from midwatch.domain.probe import Probe
from midwatch.domain.query import LogsQuery, Query, ResourcesQuery
from midwatch.sources.secrets import about_secrets, page_without_values
from midwatch.sources.snapshot.bundle import Bundle, Unreadable, bounded
from midwatch.sources.snapshot.format import Manifest, NotOurs, PageFile, Record, digest_page, query_of
from midwatch.sources.snapshot.log_text import last_lines
from midwatch.sources.snapshot.pages import UNDECODABLE, identity, items_of, page_of

_ABSENT = "not part of this snapshot"


@dataclass
class Recorded:
    """A recording. `prefix` is the folder of `snapshot.json` within the bundle, with a slash, or empty."""

    source: str
    bundle: Bundle
    prefix: str
    manifest: Manifest
    records: dict[Query, Record]
    problems: list[Skipped] = field(default_factory=list[Skipped])

    @property
    def taken_at(self) -> datetime:
        """When the last query was answered."""
        return self.manifest.taken_at

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read so far."""
        return bounded([*self.bundle.skipped, *self.problems])

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces it was limited to, empty for all."""
        return frozenset(self.manifest.namespaces)

    def answers(self, query: Query) -> bool:
        """Whatever was asked when it was recorded, and variations of resources and logs."""
        return any(isinstance(query, type(each)) for each in self.records)

    def answer(self, query: Query) -> Evidence:
        """See `Source.fetch`; the same evidence as when it was recorded."""
        record = self.records.get(query)
        if record is not None:
            return self._replay(query, record)
        if isinstance(query, LogsQuery):
            return self._other_log(query)
        if isinstance(query, ResourcesQuery):
            return self._other_resources(query)
        return self._absent(query)

    def probes(self) -> list[Probe]:
        """One line for the recording and one for each query."""
        about = self.manifest
        detail = (
            f"recorded by midwatch {about.midwatch} from {about.source}, {about.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        lines = [Probe("snapshot", EvidenceState.OBSERVED, detail)]
        advice = "record it again with an identity that may read this"
        for query, record in self.records.items():
            lines.append(
                Probe(
                    str(query),
                    record.state,
                    record.reason or f"{len(record.files)} pages",
                    "" if record.state.complete else advice,
                )
            )
        return lines

    def _replay(self, query: Query, record: Record) -> Evidence:
        try:
            pages = tuple(self._page(file, query) for file in record.files)
        except Unreadable as error:
            return self._broken(query, record, str(error))
        return Evidence(
            record.source,
            query,
            record.state,
            record.at,
            pages,
            record.reason,
            record.requests,
            record.skipped,
            record.digest,
        )

    def _page(self, file: PageFile, query: Query) -> bytes:
        name = self.prefix + file.name
        try:
            data = self.bundle.read(name)
        except Unreadable as error:
            raise Unreadable(f"{file.name}: {error}") from error
        if digest_page(data) != file.digest:
            raise Unreadable(f"{file.name}: its content is not what was recorded (digest mismatch)")
        if not isinstance(query, ResourcesQuery) or not about_secrets(query):
            return data
        try:
            return page_without_values(data)
        except UNDECODABLE as error:
            raise Unreadable(f"{file.name}: not JSON") from error

    def _broken(self, query: Query, record: Record, why: str) -> Evidence:
        skip = Skipped(str(query), why)
        if skip not in self.problems:
            self.problems.append(skip)
        return Evidence(
            record.source, query, EvidenceState.FAILED, record.at, (), why, record.requests, (skip,), digest_of(())
        )

    def _absent(self, query: Query) -> Evidence:
        at = self.taken_at
        return Evidence(self.source, query, EvidenceState.FAILED, at, (), _ABSENT, 0, (), digest_of(()))

    def _other_log(self, query: LogsQuery) -> Evidence:
        """The log that was recorded with another number of lines."""
        for other, record in self.records.items():
            if isinstance(other, LogsQuery) and replace(other, tail_lines=query.tail_lines) == query:
                found = self._replay(other, record)
                if not found.pages:
                    return replace(found, query=query)
                whole = found.state is EvidenceState.OBSERVED and found.pages[0].count(b"\n") < other.tail_lines
                state, pages, reason = last_lines(found.pages[0], whole, query.tail_lines)
                return replace(
                    found, query=query, state=state, pages=pages, reason=reason, digest=digest_of(pages)
                )
        return self._absent(query)

    def _other_resources(self, query: ResourcesQuery) -> Evidence:
        """A kind that was recorded for all namespaces, or only for some, or in another version."""
        alike = [
            (other, record)
            for other, record in self.records.items()
            if isinstance(other, ResourcesQuery) and (other.kind, other.group) == (query.kind, query.group)
        ]
        for other, record in alike:
            if other.namespace == query.namespace:
                return replace(self._replay(other, record), query=query)
        for other, record in alike:
            if not other.namespace:
                return self._of_namespace(query, self._replay(other, record))
        if query.namespace or not alike:
            return self._absent(query)
        return self._joined(query, [self._replay(other, record) for other, record in alike])

    def _of_namespace(self, query: ResourcesQuery, everywhere: Evidence) -> Evidence:
        try:
            items = [
                item
                for page in everywhere.pages
                for item in items_of(page)
                if identity(item)[0] == query.namespace
            ]
        except UNDECODABLE as error:
            return replace(
                everywhere, query=query, state=EvidenceState.FAILED, pages=(), reason=f"not a list: {error}"
            )
        state = everywhere.state
        if state.complete:
            state = EvidenceState.OBSERVED if items else EvidenceState.EMPTY
        pages = (page_of(items),) if items else ()
        return replace(everywhere, query=query, state=state, pages=pages, digest=digest_of(pages))

    def _joined(self, query: ResourcesQuery, parts: list[Evidence]) -> Evidence:
        named = sorted(part.query.namespace for part in parts if isinstance(part.query, ResourcesQuery))
        pages = tuple(page for part in parts for page in part.pages)
        return Evidence(
            self.source,
            query,
            EvidenceState.TRUNCATED,
            self.taken_at,
            pages,
            f"only recorded for {', '.join(named)}",
            0,
            tuple(skip for part in parts for skip in part.skipped),
            digest_of(pages),
        )


def read_recorded(source: str, bundle: Bundle, prefix: str, manifest: Manifest) -> Recorded:
    """The recording in a bundle; records that do not fit are skipped."""
    recorded = Recorded(source, bundle, prefix, manifest, {})
    for record in manifest.recorded:
        try:
            recorded.records[query_of(record)] = record
        except NotOurs as error:
            recorded.problems.append(Skipped("snapshot.json", str(error)))
    return recorded
