"""The last lines of one container's log."""

from __future__ import annotations

from urllib.parse import quote

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.query import LogsQuery
from midwatch.sources.kubernetes.answer import Answer, CannotRead, Reply, explain, refusal
from midwatch.sources.kubernetes.transport import Reader

LIMIT = 1024 * 1024
_ABSENT = ("not found", "waiting to start", "ContainerCreating", "PodInitializing", "is not available")
_KUBELET_FAILED = (b"unable to retrieve container logs for", b"failed to try resolving symlinks in path")


async def read_log(reader: Reader, query: LogsQuery) -> Answer:
    """UTF-8 text, each line after the time at which the runtime got it.

    A container without a log (yet) is an empty answer with the reason.
    """
    path = f"/api/v1/namespaces/{quote(query.namespace, safe='')}/pods/{quote(query.pod, safe='')}/log"
    params = [
        ("container", query.container),
        ("tailLines", str(query.tail_lines)),
        ("limitBytes", str(LIMIT)),
        ("previous", str(query.previous).lower()),
        ("timestamps", "true"),
    ]
    try:
        reply = await reader.get(path, params, accept="*/*", limit=LIMIT)
    except CannotRead as error:
        return Answer(error.state, reason=error.reason)
    if reply.status == 200:
        return _text(reply)
    if reply.status == 400:
        reason = explain(reply)
        absent = any(part in reason for part in _ABSENT)
        return Answer(EvidenceState.EMPTY if absent else EvidenceState.FAILED, reason=reason)
    return refusal(reply)


def _text(reply: Reply) -> Answer:
    text = reply.body.decode(errors="replace").encode()
    if text.startswith(_KUBELET_FAILED) and text.count(b"\n") <= 1:
        return Answer(EvidenceState.FAILED, reason=f"the kubelet says: {text.decode().strip()[:300]}")
    if not text:
        return Answer(EvidenceState.EMPTY, reason="the container wrote nothing")
    if len(reply.body) >= LIMIT or not reply.whole:
        return Answer(EvidenceState.TRUNCATED, (text,), f"the log was cut at {LIMIT} bytes")
    return Answer(EvidenceState.OBSERVED, (text,))
