"""From the answer of one query to the observations in it."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.domain.evidence import Evidence
from midwatch.domain.observation import LogDigest, Observation
from midwatch.domain.observation_json import decode_observations
from midwatch.domain.query import LogsQuery
from midwatch.domain.resource import Ref
from midwatch.knowledge.drain import mine


def observe(answer: Evidence) -> Iterator[Observation]:
    """What a finished query tells; nothing when it was refused or brought nothing."""
    if not answer.pages:
        return
    query = answer.query
    if isinstance(query, LogsQuery):
        yield _digest(answer, query)
    else:
        yield from decode_observations(query, answer.pages)


def _digest(answer: Evidence, query: LogsQuery) -> LogDigest:
    lines = [line for page in answer.pages for line in page.decode("utf-8", "replace").splitlines()]
    pod = Ref("Pod", query.namespace, query.pod)
    return LogDigest(pod, query.container, query.previous, len(lines), mine(lines), str(query), answer.at)
