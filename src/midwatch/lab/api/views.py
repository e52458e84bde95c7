"""Objects in the shape that a client accepts: whole, their metadata only, or rows of a table.

Source: k8s.io/apiserver/pkg/endpoints/handlers/response.go (transformObject, asTable, asPartialObjectMetadata).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midwatch.lab.api.call import Answer, Call
from midwatch.lab.api.encoding import encode
from midwatch.lab.api.negotiation import Accepted, accepted
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.tables.columns import Printer
from midwatch.lab.api.tables.printers import printer_of
from midwatch.lab.core.errors import bad_request
from midwatch.lab.core.objects import Obj, meta

_META = {"apiVersion": "meta.k8s.io/v1"}
_CHUNK = 64 * 1024


def negotiated(call: Call) -> Accepted:
    """What a client accepts; raises `ApiError` 406."""
    return accepted(call.headers.get("accept", ""))


def metadata_only(obj: Obj) -> Obj:
    """An object without its content."""
    return {"kind": "PartialObjectMetadata", **_META, "metadata": meta(obj)}


class View:
    """One resource as one client wants to see it."""

    def __init__(self, call: Call, resource: Resource) -> None:
        self._resource = resource
        self._clock = call.env.clock
        self._include = call.query.get("includeObject") or "Metadata"
        self.accepted = negotiated(call)
        self._printer: Printer | None = None
        if self.accepted.shape == "table":
            self._printer = printer_of(call.env.store, resource.stored)
            if self._include not in ("None", "Metadata", "Object"):
                raise bad_request(f"unrecognized includeObject value: {self._include!r}")

    def object(self, obj: Obj) -> Obj:
        """One stored object."""
        if self._printer is not None:
            head = {"resourceVersion": meta(obj).get("resourceVersion", "")}
            return self.table(head, [self._row(obj, self._printer)])
        return metadata_only(obj) if self.accepted.shape == "metadata" else self._resource.shown(obj)

    def table(self, head: Obj, rows: list[Obj], *, definitions: bool = True) -> Obj:
        """A table of rows."""
        found: Obj = {"kind": "Table", **_META, "metadata": head}
        if definitions and self._printer is not None:
            found["columnDefinitions"] = [each.definition() for each in self._printer.columns]
        else:
            found["columnDefinitions"] = None
        return {**found, "rows": rows}

    def list(self, head: Obj, items: Iterable[Obj]) -> tuple[Obj, str, Iterator[Obj]]:
        """A list: all but its items, the name of the items' field, and the items."""
        if self._printer is not None:
            found = self.table(head, [])
            del found["rows"]
            printer = self._printer
            return found, "rows", (self._row(each, printer) for each in items)
        if self.accepted.shape == "metadata":
            empty = {"kind": "PartialObjectMetadataList", **_META, "metadata": head}
            return empty, "items", (metadata_only(each) for each in items)
        kind = self._resource.kind
        empty = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": head}
        if kind.custom:
            return empty, "items", iter(items)
        return empty, "items", (_untyped(self._resource.shown(each)) for each in items)

    def _row(self, obj: Obj, printer: Printer) -> Obj:
        row: Obj = {"cells": printer.row(obj, self._clock.now)}
        if self._include == "Object":
            row["object"] = self._resource.shown(obj)
        elif self._include == "Metadata":
            row["object"] = metadata_only(obj)
        return row


def _untyped(obj: Obj) -> Obj:
    """Items of lists of built-in kinds do not say what they are."""
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


def shown(call: Call, resource: Resource, obj: Obj, code: int = 200) -> Answer:
    """An object as the answer to a request."""
    view = View(call, resource)
    return Answer(view.object(obj), code, view.accepted.media)


def streamed(head: Obj, field: str, items: Iterator[Obj]) -> Iterator[bytes]:
    """A list as JSON in pieces, so that a big one is never in memory as a whole."""
    buffer = bytearray(encode(head)[:-1] + f',"{field}":['.encode())
    for order, each in enumerate(items):
        if order:
            buffer += b","
        buffer += encode(each)
        if len(buffer) >= _CHUNK:
            yield bytes(buffer)
            buffer.clear()
    buffer += b"]}\n"
    yield bytes(buffer)
