"""The last lines of a log that lies in a file."""

from __future__ import annotations

import re

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.query import LogsQuery

# The kubelet writes a time before each line; a log query asks for lines without.
_STAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d) ?", re.MULTILINE)


def without_stamps(text: bytes) -> bytes:
    """A log without the kubelet's times."""
    return _STAMP.sub(b"", text)


def section(text: bytes, query: LogsQuery) -> tuple[bytes, bool] | None:
    """One container's part of a `logs.txt` and whether its beginning is there; None when there is no such part."""
    whose = f"logs for container {query.container} of pod {query.namespace}/{query.pod} ====\n".encode()
    end = text.rfind(b"==== END " + whose)
    if end < 0:
        return None
    start = text.rfind(b"==== START " + whose, 0, end)
    return (text[:end], False) if start < 0 else (text[start + len(b"==== START " + whose) : end], True)


def last_lines(text: bytes, whole: bool, count: int) -> tuple[EvidenceState, tuple[bytes, ...], str]:
    """State, pages and reason for the last `count` lines; `whole` is whether the text is all of the log."""
    lines = text.decode(errors="replace").splitlines(keepends=True)
    if not lines:
        return EvidenceState.EMPTY, (), "the container wrote nothing"
    kept = ("".join(lines[-count:]).encode(),) if count > 0 else (text,)
    if not whole and len(lines) < count:
        return EvidenceState.TRUNCATED, kept, f"only the last {len(lines)} lines were read"
    return EvidenceState.OBSERVED, kept, ""
