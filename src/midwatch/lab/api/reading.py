"""GET of one object, and of lists, whole or in pages.

Source: k8s.io/apiserver/pkg/endpoints/handlers/get.go, k8s.io/apiserver/pkg/storage/{continue,errors}.go.
"""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters, digits

import msgspec

from midwatch.lab.api.call import Answer, Call, Reply, Stream
from midwatch.lab.api.negotiation import YAML
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.selectors import Selection, selection
from midwatch.lab.api.tables.custom import definition_version
from midwatch.lab.api.versions import check_version, revision_of
from midwatch.lab.api.views import View, shown, streamed
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.store import Listing

_FORM = "meta.k8s.io/v1"
_ALPHABET = frozenset(f"{ascii_letters}{digits}-_")


@dataclass(frozen=True, slots=True)
class Token:
    """Where the next page begins: after a key, in the list of a revision (-1: in the current one)."""

    revision: int
    namespace: str
    name: str

    def text(self, namespace: str) -> str:
        """As clients carry it; the key is written below the namespace that is listed, if it is only one."""
        start = self.name if namespace else f"{self.namespace}/{self.name}"
        found = {"v": _FORM, "rv": self.revision, "start": f"{start}\0"}
        return base64.urlsafe_b64encode(msgspec.json.encode(found)).rstrip(b"=").decode()


class _Encoded(msgspec.Struct):
    """What a token holds (continueToken)."""

    v: str = ""
    rv: int = 0
    start: str = ""


def token_of(text: str, namespace: str) -> Token:
    """Read one of a list of a namespace, or of all; raises `ApiError` 400."""
    found = _encoded(text)
    if found.v != _FORM:
        raise _no_token(f": server does not recognize this encoded version {found.v}")
    if not found.rv:
        raise _no_token(f": incorrect encoded start resourceVersion (version {_FORM})")
    if not found.start:
        raise _no_token(f": encoded start key empty (version {_FORM})")
    space, _, name = found.start.rstrip("\0").rpartition("/")
    return Token(found.rv, namespace or space, name)


def _encoded(text: str) -> _Encoded:
    """Source: k8s.io/apiserver/pkg/storage/continue.go (DecodeContinue), encoding/base64 (CorruptInputError)."""
    bad = next((at for at, each in enumerate(text) if each not in _ALPHABET), None)
    if bad is not None or len(text) % 4 == 1:
        raise _no_token(f": illegal base64 data at input byte {len(text) - 1 if bad is None else bad}")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    try:
        return msgspec.json.decode(raw, type=_Encoded)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        if raw[:1] in (b"{", b""):
            raise _no_token(": unexpected end of JSON input") from error
        first = chr(raw[0]) if chr(raw[0]).isprintable() else f"\\u{raw[0]:04x}"
        raise _no_token(f": invalid character '{first}' looking for beginning of value") from error


def _no_token(why: str) -> ApiError:
    """Source: k8s.io/apiserver/pkg/storage/util.go (ValidateListOptions)."""
    return bad_request(f"invalid continue token: continue key is not valid{why}")


def get_object(call: Call, resource: Resource) -> Reply:
    """One object."""
    target = call.target
    namespace = target.namespace if resource.stored.namespaced else ""
    revision_of(call)
    return shown(call, resource, call.env.store.demand(resource.stored, namespace, target.name))


def selected(call: Call, resource: Resource) -> Selection:
    """What a request selects by labels and fields; raises `ApiError` 400."""
    fields: list[Obj] = []
    if resource.kind.custom:
        fields = definition_version(call.env.store, resource.kind).get("selectableFields") or []
    selectable = [each["jsonPath"].lstrip(".") for each in fields]
    labels, chosen = call.query.get("labelSelector", ""), call.query.get("fieldSelector", "")
    return selection(resource.kind, labels, chosen, selectable)


def list_objects(call: Call, resource: Resource) -> Reply:
    """The objects of a namespace or of all, possibly in pages."""
    view, wanted = View(call, resource), selected(call, resource)
    space = call.target.namespace if resource.stored.namespaced else ""
    try:
        listing, start = _snapshot(call, resource)
    except _PageGone as gone:
        return Answer({**gone.error.status(), "metadata": {"continue": gone.token.text(space)}}, gone.error.code)
    span = _span(listing.items, space, start)
    page, head = _page(call, listing, wanted, span, space)
    body, field, items = view.list(head, page)
    if view.accepted.media == YAML:
        return Answer({**body, field: list(items)}, media=YAML)
    return Stream(streamed(body, field, items))


class _PageGone(Exception):
    """The list that a token belongs to is no longer kept."""

    def __init__(self, error: ApiError, token: Token) -> None:
        super().__init__()
        self.error = error
        self.token = token


def _snapshot(call: Call, resource: Resource) -> tuple[Listing, Token | None]:
    """The list to answer from, and where to begin."""
    store, text = call.env.store, call.query.get("continue", "")
    if not text:
        exact = check_version(call)
        current = store.listing(resource.stored)
        if exact is None or exact == current.revision:
            return current, None
        return store.listing_at(resource.stored, exact), None
    if call.query.get("resourceVersion", "") not in ("", "0"):
        raise bad_request("specifying resource version is not allowed when using continue")
    token = token_of(text, call.target.namespace if resource.stored.namespaced else "")
    if token.revision < 0:
        return store.listing(resource.stored), token
    try:
        return store.listing_at(resource.stored, token.revision), token
    except ApiError as error:
        raise _PageGone(error, Token(-1, token.namespace, token.name)) from error


def _key(found: Obj) -> tuple[str, str]:
    return namespace_of(found), name_of(found)


def _space(found: Obj) -> str:
    return namespace_of(found)


def _span(items: Sequence[Obj], namespace: str, start: Token | None) -> range:
    """Which part of a sorted list is left."""
    first, last = 0, len(items)
    if namespace:
        first = bisect_left(items, namespace, key=_space)
        last = bisect_right(items, namespace, key=_space)
    if start is not None:
        first = max(first, bisect_right(items, (start.namespace, start.name), key=_key))
    return range(first, last)


def _limit(call: Call) -> int:
    text = call.query.get("limit", "")
    try:
        limit = int(text or 0)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
    return 0 if call.query.get("resourceVersion") == "0" else max(limit, 0)


def _page(call: Call, listing: Listing, wanted: Selection, span: range, space: str) -> tuple[list[Obj], Obj]:
    """The objects of a page, and the metadata of the list."""
    items, limit = listing.items, _limit(call)
    head: Obj = {"resourceVersion": str(listing.revision)}
    if wanted.all:
        page = list(items[span.start : span.start + limit if limit else span.stop][: len(span)])
        left = len(span) - len(page)
        if left:
            last = page[-1]
            head["continue"] = Token(listing.revision, namespace_of(last), name_of(last)).text(space)
            head["remainingItemCount"] = left
        return page, head
    found: list[Obj] = []
    for order in span:
        if not wanted.matches(items[order]):
            continue
        if limit and len(found) == limit:
            last = found[-1]
            head["continue"] = Token(listing.revision, namespace_of(last), name_of(last)).text(space)
            break
        found.append(items[order])
    return found, head
