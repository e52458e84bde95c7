"""One resource type as a paginated LIST (limit and continue), honest about where it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from midwatch.domain.evidence import EvidenceState, Skipped
from midwatch.domain.json import JSON
from midwatch.domain.query import ResourcesQuery
from midwatch.sources.kubernetes.answer import Answer, CannotRead, Reply, explain, refusal, status_of
from midwatch.sources.kubernetes.transport import JSON_ONLY, Reader
from midwatch.sources.secrets import about_secrets, carries_values, page_without_values

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_EXPIRED = 410
_OK = 200
_MOST_EXPIRIES = 5


class _ListMeta(msgspec.Struct, rename="camel"):
    token: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _Page(msgspec.Struct):
    items: list[msgspec.Raw] | None
    kind: str = ""
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


class _Refused(Exception):
    """The page must not be used; the text says why."""


@dataclass
class _Progress:
    """Where a LIST stands: the pages so far, and the token of the next one."""

    pages: list[bytes] = field(default_factory=list[bytes])
    items: int = 0
    size: int = 0
    token: str = ""
    expiries: int = 0
    inconsistent: bool = False

    def restart(self) -> None:
        """Begin again, without a token."""
        self.pages.clear()
        self.items = self.size = 0
        self.token = ""


def path_of(query: ResourcesQuery) -> str:
    """The path of the LIST of a query."""
    group, version, resource = (quote(part, safe="") for part in (query.group, query.version, query.resource))
    base = f"/apis/{group}/{version}" if group else f"/api/{version}"
    return (
        f"{base}/namespaces/{quote(query.namespace, safe='')}/{resource}"
        if query.namespace
        else f"{base}/{resource}"
    )


async def list_resources(reader: Reader, query: ResourcesQuery, page_size: int, byte_budget: int) -> Answer:
    """All pages of one resource type; what was read before a failure is kept and called truncated."""
    done = _Progress()
    metadata_only = query.metadata_only or about_secrets(query)
    while True:
        params = [("limit", str(page_size))] + ([("continue", done.token)] if done.token else [])
        accept = METADATA_ONLY if metadata_only else JSON_ONLY
        try:
            reply = await reader.get(path_of(query), params, accept=accept, limit=byte_budget - done.size)
        except CannotRead as error:
            return _ended(done, Answer(error.state, reason=error.reason))
        if reply.status == _EXPIRED and _resumed(done, reply):
            continue
        if reply.status != _OK:
            return _ended(done, _not_served(query, reply) if reply.status == 404 else refusal(reply))
        if not reply.whole:
            return _cut(done, byte_budget)
        try:
            page, body = _checked(reply, query, metadata_only=metadata_only)
        except _Refused as error:
            return _ended(done, Answer(EvidenceState.FAILED, reason=str(error)))
        if not _added(done, page, body):
            return _finished(done)


async def list_first(reader: Reader, query: ResourcesQuery, limit: int) -> Answer:
    """The first object only, to prove that the LIST is allowed. Its page is not the whole list."""
    accept = METADATA_ONLY if query.metadata_only else JSON_ONLY
    try:
        reply = await reader.get(path_of(query), [("limit", "1")], accept=accept, limit=limit)
        if reply.status != _OK:
            return _not_served(query, reply) if reply.status == 404 else refusal(reply)
        page, body = _checked(reply, query, metadata_only=query.metadata_only)
    except CannotRead as error:
        return Answer(error.state, reason=error.reason)
    except _Refused as error:
        return Answer(EvidenceState.FAILED, reason=str(error))
    return Answer(EvidenceState.OBSERVED if page.items else EvidenceState.EMPTY, (body,))


def _added(done: _Progress, page: _Page, body: bytes) -> bool:
    """Keep a page; whether there is another one after it."""
    done.pages.append(body)
    done.items += len(page.items or ())
    done.size += len(body)
    repeated = page.metadata.token == done.token
    done.token = page.metadata.token
    return bool(done.token) and not repeated


def _resumed(done: _Progress, reply: Reply) -> bool:
    """After an expired token: go on with the one the server offers, else begin again, once."""
    if not done.token or done.expiries >= _MOST_EXPIRIES:
        return False
    offered = status_of(reply).metadata.token
    if not offered and done.expiries:
        return False
    done.expiries += 1
    if offered:
        done.token, done.inconsistent = offered, True
    else:
        done.restart()
    return True


def _checked(reply: Reply, query: ResourcesQuery, *, metadata_only: bool) -> tuple[_Page, bytes]:
    """The page and its bytes, without what copies of Secrets its annotations may hold. Raises `_Refused`."""
    try:
        page = msgspec.json.decode(reply.body, type=_Page)
        leaks = metadata_only and (page.kind != "PartialObjectMetadataList" or _leaks(page))
        body = page_without_values(reply.body) if about_secrets(query) else reply.body
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        kind = reply.content_type.partition(";")[0] or "unknown content"
        raise _Refused(f"the API server sent {kind} that is not a list of {query.resource}") from error
    if leaks:
        raise _Refused(
            f"the API server sent whole {query.resource} where only metadata was asked for;"
            " the response was discarded"
        )
    return page, body


def _leaks(page: _Page) -> bool:
    items: list[JSON] = [msgspec.json.decode(item) for item in page.items or ()]
    return any(isinstance(item, dict) and carries_values(item) for item in items)


def _not_served(query: ResourcesQuery, reply: Reply) -> Answer:
    name = f"{query.resource}.{query.group}" if query.group else query.resource
    if status_of(reply).message or not reply.body or reply.content_type.startswith("text/plain"):
        return Answer(EvidenceState.EMPTY, reason=f"not served: this cluster has no {name} ({query.version})")
    return Answer(EvidenceState.FAILED, reason=explain(reply))


def _finished(done: _Progress) -> Answer:
    if done.token:
        return _ended(done, Answer(EvidenceState.FAILED, reason="the API server repeats the same page"))
    state = EvidenceState.OBSERVED if done.items else EvidenceState.EMPTY
    where, why = "list", "the continue token expired: later pages are newer than the first ones"
    return Answer(state, tuple(done.pages), skipped=(Skipped(where, why),) if done.inconsistent else ())


def _cut(done: _Progress, byte_budget: int) -> Answer:
    reason = f"stopped at {byte_budget} bytes, after {done.items} objects"
    return Answer(EvidenceState.TRUNCATED, tuple(done.pages), reason)


def _ended(done: _Progress, answer: Answer) -> Answer:
    """A failure after some pages leaves a truncated list."""
    if not done.pages:
        return answer
    reason = f"stopped after {done.items} objects: {answer.reason or answer.state}"
    return Answer(EvidenceState.TRUNCATED, tuple(done.pages), reason)
