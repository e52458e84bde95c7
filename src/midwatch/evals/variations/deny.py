"""A source that refuses some reads, as a cluster does when a role is missing."""

from __future__ import annotations

from random import Random

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.query import LogsQuery, Query, ResourcesQuery
from midwatch.protocols.source import Source

LOGS = "logs"
_REFUSED = (
    LOGS, "events", "nodes", "pods", "services", "endpoints", "deployments", "replicasets",
    "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims", "resourcequotas",
    "node components", "connection checks", "signals",
)  # fmt: skip


class Denying:
    """Wraps a source; queries about `what` (a resource, `logs`, or how another query begins) are denied."""

    def __init__(self, source: Source, what: frozenset[str]) -> None:
        self._source = source
        self._what = what

    @property
    def name(self) -> str:
        """Of the source."""
        return self._source.name

    def answers(self, query: Query) -> bool:
        """As the source does: that a read is refused shows only when it is tried."""
        return self._source.answers(query)

    async def fetch(self, query: Query) -> Evidence:
        """The source's answer, or the refusal."""
        answer = await self._source.fetch(query)
        about = subject(query)
        if about not in self._what:
            return answer
        return Evidence(answer.source, query, EvidenceState.DENIED, answer.at, reason=f"{about} is forbidden")


def subject(query: Query) -> str:
    """What a query is about, in the words by which it can be denied."""
    if isinstance(query, ResourcesQuery):
        return query.resource
    if isinstance(query, LogsQuery):
        return LOGS
    return str(query).split(" (")[0]


def chosen(random: Random) -> str:
    """One kind of read to refuse."""
    return random.choice(_REFUSED)
