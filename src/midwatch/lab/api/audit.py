"""The audit log: who asked for what, and how it went.

Source: k8s.io/apiserver/pkg/apis/audit/v1/types.go, k8s.io/apiserver/pkg/endpoints/filters/audit.go.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from midwatch.lab.api.encoding import encode
from midwatch.lab.api.target import Target
from midwatch.lab.core.clock import Clock
from midwatch.lab.core.objects import Obj, stamp_micro
from midwatch.lab.core.registry import User

_KEPT = 5000


@dataclass(slots=True)
class Trail:
    """What is known of one request; filled in as it goes on."""

    id: str
    uri: str
    verb: str
    target: Target
    agent: str
    source: str
    received: float
    user: User | None = None
    acting: User | None = None
    annotations: Obj | None = None


class Audit:
    """The most recent audit events, which are written to a file of JSON lines too when there is one."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._path = path
        self.events: deque[Obj] = deque(maxlen=_KEPT)

    def received(self, trail: Trail) -> None:
        """A request came in."""
        self._add(self._event(trail, "RequestReceived"))

    def complete(self, trail: Trail, code: int, failure: Obj | None = None) -> None:
        """It was answered with a code, and with a Status when it failed."""
        response: Obj = {"metadata": {}}
        for key in ("status", "message", "reason", "details"):
            if failure and failure.get(key):
                response[key] = failure[key]
        event = self._event(trail, "ResponseComplete")
        event["responseStatus"] = {**response, "code": code}
        self._add({**event, "annotations": trail.annotations or {}})

    def _event(self, trail: Trail, stage: str) -> Obj:
        event: Obj = {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "auditID": trail.id,
            "stage": stage,
            "requestURI": trail.uri,
            "verb": trail.verb,
            "user": _user(trail.user) if trail.user else {},
        }
        if trail.acting is not None and trail.acting is not trail.user:
            event["impersonatedUser"] = _user(trail.acting)
        event |= {"sourceIPs": [trail.source], "userAgent": trail.agent}
        if trail.target.is_resource:
            event["objectRef"] = _reference(trail.target)
        event["requestReceivedTimestamp"] = stamp_micro(trail.received)
        event["stageTimestamp"] = stamp_micro(self._clock.now)
        return event

    def _add(self, event: Obj) -> None:
        self.events.append(event)
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(encode(event) + b"\n")


def _user(user: User) -> Obj:
    found: Obj = {"username": user.name}
    if user.uid:
        found["uid"] = user.uid
    return {**found, "groups": list(user.groups)}


def _reference(target: Target) -> Obj:
    found = {
        "resource": target.resource,
        "namespace": target.namespace,
        "name": target.name,
        "apiGroup": target.group,
        "apiVersion": target.version,
        "subresource": target.subresource,
    }
    return {key: value for key, value in found.items() if value}
