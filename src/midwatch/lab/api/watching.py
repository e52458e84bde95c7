"""Watches: changes as they happen, within bounded memory.

A watch holds no changes of its own. It remembers the first one it has not sent and reads on in the store's
history; a client that reads too slowly falls out of the history and is told so, as by the real watch cache.
Source: k8s.io/apiserver/pkg/endpoints/handlers/watch.go, k8s.io/apiserver/pkg/storage/cacher.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress

from midwatch.lab.api.call import Call, Stream
from midwatch.lab.api.encoding import encode
from midwatch.lab.api.reading import selected
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.selectors import Selection
from midwatch.lab.api.versions import forbidden_option, revision_of
from midwatch.lab.api.views import View
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.objects import Obj, namespace_of
from midwatch.lab.core.store import Change

_LONGEST = 1800.0  # kube-apiserver --min-request-timeout
_BOOKMARKS = 60.0  # cacher.go, bookmarkFrequency
_END = "k8s.io/initial-events-end"


class Pulse:
    """Notes that something changed, and since which revision."""

    def __init__(self) -> None:
        self.first: int | None = None
        self._event = asyncio.Event()

    def __call__(self, change: Change) -> None:
        """A change happened."""
        if self.first is None:
            self.first = change.revision
        self._event.set()

    def take(self) -> int | None:
        """The first change since the last call."""
        first, self.first = self.first, None
        self._event.clear()
        return first

    async def wait(self, most: float) -> None:
        """Until something changes, at most so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), most)


def watch_objects(call: Call, resource: Resource) -> Stream:
    """Follow the objects of a resource; raises `ApiError` for options that make no sense."""
    return Stream(_Watch(call, resource, _initial(call)).run())


def _initial(call: Call) -> bool | None:
    """Whether current objects are sent first: True or False as asked for, None when it depends on the version."""
    asked = call.query.get("sendInitialEvents", "")
    match = call.query.get("resourceVersionMatch", "")
    field = "sendInitialEvents"
    if not asked:
        if match:
            raise forbidden_option(
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            )
        return None
    if match != "NotOlderThan":
        raise forbidden_option(
            "resourceVersionMatch", f"{field} requires setting resourceVersionMatch to NotOlderThan"
        )
    return asked in ("true", "1")


def _timeout(call: Call) -> float:
    text = call.query.get("timeoutSeconds", "")
    try:
        return float(int(text)) if text and text != "0" else _LONGEST
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


class _Watch:
    def __init__(self, call: Call, resource: Resource, initial: bool | None) -> None:
        self._env = call.env
        self._kind = resource.stored
        self._namespace = call.target.namespace if resource.stored.namespaced else ""
        self._view = View(call, resource)
        self._wanted = _with_name(selected(call, resource), call.target.name)
        self._bookmarks = call.flag("allowWatchBookmarks")
        self._timeout = _timeout(call)
        version = call.query.get("resourceVersion", "")
        self._marked = initial is True
        self._initial = version in ("", "0") if initial is None else initial
        self._from = 0 if self._initial else revision_of(call) or call.env.store.revision
        self._definitions = True

    async def run(self) -> AsyncGenerator[bytes, None]:
        pulse, loop = Pulse(), asyncio.get_running_loop()
        stop = self._env.store.watch(pulse, self._kind)
        until, marked = loop.time() + self._timeout, loop.time()
        try:
            for piece in self._begin():
                yield piece
            while (left := until - loop.time()) > 0 and self._env.components.running("kube-apiserver"):
                await pulse.wait(min(left, _BOOKMARKS))
                first = pulse.take()
                if first is not None:
                    for piece in self._changes(first - 1):
                        yield piece
                elif self._bookmarks and loop.time() - marked >= _BOOKMARKS:
                    marked = loop.time()
                    yield self._bookmark(self._env.store.revision)
        except ApiError as error:
            yield _event("ERROR", error.status())
        finally:
            stop()

    def _begin(self) -> Iterator[bytes]:
        if not self._initial:
            yield from self._changes(self._from)
            return
        listing = self._env.store.listing(self._kind)
        for each in listing.items:
            if self._concerns(each) and self._wanted.matches(each):
                yield self._sent("ADDED", each)
        if self._marked and self._bookmarks:
            yield self._bookmark(listing.revision, end=True)

    def _concerns(self, obj: Obj) -> bool:
        return not self._namespace or namespace_of(obj) == self._namespace

    def _changes(self, revision: int) -> Iterator[bytes]:
        for change in self._env.store.since(self._kind, revision):
            if self._concerns(change.new) and (verb := self._verb(change)):
                yield self._sent(verb, change.new)

    def _verb(self, change: Change) -> str:
        """What a change is to somebody who sees only some objects."""
        if self._wanted.all:
            return change.type
        now = change.type != "DELETED" and self._wanted.matches(change.new)
        before = change.old is not None and self._wanted.matches(change.old)
        if now:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else ""

    def _sent(self, verb: str, obj: Obj) -> bytes:
        shown = self._view.object(obj)
        if self._view.accepted.shape == "table":
            if not self._definitions:
                shown = {**shown, "columnDefinitions": None}
            self._definitions = False
        return _event(verb, shown)

    def _bookmark(self, revision: int, *, end: bool = False) -> bytes:
        head: Obj = {"resourceVersion": str(revision), "creationTimestamp": None}
        if end:
            head["annotations"] = {_END: "true"}
        if self._view.accepted.shape == "table":
            return _event("BOOKMARK", self._view.table(head, [], definitions=False))
        kind = self._kind
        return _event("BOOKMARK", {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": head})


def _with_name(wanted: Selection, name: str) -> Selection:
    return Selection(wanted.labels, (*wanted.fields, ("metadata.name", True, name))) if name else wanted


def _event(verb: str, obj: Obj) -> bytes:
    return encode({"type": verb, "object": obj}) + b"\n"
