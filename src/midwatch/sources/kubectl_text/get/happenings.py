"""Event tables: `kubectl get events`, which writes `pod/web-1`, and `kubectl events`, which writes `Pod/web-1`."""

from __future__ import annotations

from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.events import Happening, event
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import before
from midwatch.sources.kubectl_text.values import integer, text

COLUMNS = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")


def happening(row: Row, reader: Reader) -> Obj | None:
    """The Event of a row, None when the row names no object."""
    resource, slash, name = row("OBJECT").partition("/")
    if not slash or not name:
        return None
    kind = kinds.find(resource)
    involved: Obj = {"apiVersion": kind.api_version} if kind.api_version else {}
    involved |= {"kind": kind.kind, "name": name}
    namespace = text(row("NAMESPACE")) or reader.namespace
    if namespace and kind.namespaced:
        involved["namespace"] = namespace
    if text(row("SUBOBJECT")):
        involved["fieldPath"] = row("SUBOBJECT")
    made = event(
        involved,
        Happening(row("TYPE"), row("REASON"), row("LAST SEEN"), row("MESSAGE"), row("SOURCE").split(",")[0]),
        reader.now,
    )
    _wide(row, made, reader)
    return made


def _wide(row: Row, made: Obj, reader: Reader) -> None:
    first = before(reader.now, row("FIRST SEEN"))
    if first:
        made["firstTimestamp"] = first
    count = integer(row("COUNT"))
    if count:
        made["count"] = count
    metadata = made["metadata"]
    if row("NAME") and isinstance(metadata, dict):
        metadata["name"] = row("NAME")
