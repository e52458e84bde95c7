"""What a source answered, and how far that answer can be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from midwatch.domain.query import Query


class EvidenceState(StrEnum):
    """How a read ended. Only `OBSERVED` and `EMPTY` say something about the cluster."""

    OBSERVED = "observed"
    EMPTY = "empty"
    DENIED = "denied"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    TRUNCATED = "truncated"

    @property
    def complete(self) -> bool:
        """Whether absence in this answer proves absence in the cluster."""
        return self in (EvidenceState.OBSERVED, EvidenceState.EMPTY)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be read, where, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer to one query.

    `pages` is the answer as received: for resources, JSON documents of Kubernetes `List` shape (or
    `PartialObjectMetadataList`); for logs, UTF-8 text; for the other queries, JSON documents whose shape
    `midwatch.domain.kube.decode` describes. `reason` says why when the state is not complete.
    """

    source: str
    query: Query
    state: EvidenceState
    at: datetime
    pages: tuple[bytes, ...] = ()
    reason: str = ""
    requests: int = 1
    skipped: tuple[Skipped, ...] = ()
    digest: str = ""

    def without_pages(self) -> Evidence:
        """The same record without its bytes, for state that lives long."""
        return replace(self, pages=(), digest=self.digest or digest_of(self.pages))


def digest_of(pages: Sequence[bytes]) -> str:
    """SHA-256 over the pages of an answer, as `sha256:<hex>`."""
    sha = hashlib.sha256()
    for page in pages:
        sha.update(page)
    return f"sha256:{sha.hexdigest()}"
