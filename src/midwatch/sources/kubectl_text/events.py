"""Events: the one object that three printers print (`get events`, `events`, and the end of every `describe`)."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.times import AGE, before
from midwatch.sources.kubectl_text.values import word

AGE_CELL = rf"(?:{AGE})(?: \(x\d+ over (?:{AGE})\))?"
_SEEN = re.compile(rf"({AGE})(?: \(x(\d+) over ({AGE})\))?")
_FIELD = re.compile(r"(spec\.(?:initContainers|containers|ephemeralContainers)\{[^{}]+\}): (.*)", re.DOTALL)


class Happening(NamedTuple):
    """What one printed row says; `seen` is its age cell: `5m`, or `5m (x12 over 1h)`."""

    type: str
    reason: str
    seen: str
    message: str
    component: str = ""


def event(involved: Obj, happening: Happening, now: datetime) -> Obj:
    """The Event of a printed row.

    Printers leave out an event's own name, so it gets one made from its content: the same row always gets the
    same.
    """
    match = _SEEN.fullmatch(happening.seen.strip())
    last, count, first = match.groups() if match else ("", None, None)
    field = _FIELD.fullmatch(happening.message)
    if field:
        involved = {**involved, "fieldPath": field[1]}
    message = field[2] if field else happening.message
    made: Obj = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": _metadata(involved, happening, message),
        "involvedObject": involved,
        "type": happening.type,
        "reason": happening.reason,
        "message": message,
        "count": int(count) if count else 1,
    }
    if happening.component:
        made["source"] = {"component": happening.component}
    _times(made, before(now, first or last), before(now, last))
    return made


def _metadata(involved: Obj, happening: Happening, message: str) -> Obj:
    content = "\0".join((word(involved, "kind"), happening.type, happening.reason, message))
    digest = hashlib.sha256(content.encode(errors="replace")).hexdigest()[:16]
    metadata: Obj = {"name": f"{word(involved, 'name')}.{digest}"}
    namespace = word(involved, "namespace")
    return {**metadata, "namespace": namespace} if namespace else metadata


def _times(made: Obj, first: str | None, last: str | None) -> None:
    if first:
        made["firstTimestamp"] = first
        metadata = made["metadata"]
        if isinstance(metadata, dict):
            metadata["creationTimestamp"] = first
    if last:
        made["lastTimestamp"] = last
