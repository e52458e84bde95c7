"""Alertmanager's API v2, and Prometheus' own view of rules and alerts.

Source: alertmanager/api/v2/openapi.yaml, prometheus/web/api/v1/api.go (rules, alerts).
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, cast

from aiohttp import web

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.objects import stamp_micro
from midwatch.lab.telemetry.alerting.alert import Alert, AlertState
from midwatch.lab.telemetry.alerting.dispatch import RECEIVER, Dispatcher, generator
from midwatch.lab.telemetry.alerting.engine import Engine
from midwatch.lab.telemetry.alerting.rule import Rule
from midwatch.lab.telemetry.alerting.silence import Condition, Silence
from midwatch.lab.telemetry.http import answer
from midwatch.lab.telemetry.prometheus.answers import number, success

_RESOLVE = 180.0
_FILTER = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"?([^"]*)"?\s*')


class AlertingApi:
    """Alerts, silences, rules."""

    def __init__(self, clock: Clock, engine: Engine, dispatcher: Dispatcher) -> None:
        self._clock = clock
        self._engine = engine
        self._dispatcher = dispatcher
        self._random = clock.random("alertmanager")

    def routes(self) -> list[web.RouteDef]:
        """All handlers."""
        return [
            web.get("/api/v1/rules", self.rules),
            web.get("/api/v1/alerts", self.active),
            web.get("/api/v2/alerts", self.alerts),
            web.get("/api/v2/alerts/groups", self.groups),
            web.get("/api/v2/status", self.status),
            web.get("/api/v2/receivers", self.receivers),
            web.get("/api/v2/silences", self.silences),
            web.post("/api/v2/silences", self.silence),
            web.get("/api/v2/silence/{id}", self.one_silence),
            web.delete("/api/v2/silence/{id}", self.expire),
        ]

    async def rules(self, _: web.Request) -> web.Response:
        """Rule groups with the state of each rule."""
        groups: dict[str, list[Rule]] = {}
        for each in self._engine.rules:
            groups.setdefault(each.group, []).append(each)
        found = [
            {
                "name": name,
                "file": f"/etc/prometheus/rules/{name}.yaml",
                "rules": [self._rule(each) for each in members],
                "interval": 30,
                "limit": 0,
                "evaluationTime": 0.001,
                "lastEvaluation": stamp_micro(self._engine.evaluated or self._clock.start),
            }
            for name, members in groups.items()
        ]
        return success({"groups": found})

    def _rule(self, rule: Rule) -> dict[str, Any]:
        alerts = [each for each in self._pending_or_firing() if each.rule == rule.name]
        firing = any(each.state is AlertState.FIRING for each in alerts)
        error = self._engine.errors.get(rule.name, "")
        return {
            "state": "firing" if firing else "pending" if alerts else "inactive",
            "name": rule.name,
            "query": rule.query,
            "duration": rule.wait,
            "keepFiringFor": 0,
            "labels": dict(rule.labels),
            "annotations": dict(rule.annotations),
            "alerts": [_as_prometheus(each) for each in alerts],
            "health": "err" if error else "ok",
            **({"lastError": error} if error else {}),
            "type": "alerting",
            "lastEvaluation": stamp_micro(self._engine.evaluated or self._clock.start),
            "evaluationTime": 0.0001,
        }

    def _pending_or_firing(self) -> list[Alert]:
        return [each for each in self._engine.all() if each.state is not AlertState.RESOLVED]

    async def active(self, _: web.Request) -> web.Response:
        """Pending and firing alerts, as Prometheus tells them."""
        return success({"alerts": [_as_prometheus(each) for each in self._pending_or_firing()]})

    async def alerts(self, request: web.Request) -> web.Response:
        """Firing alerts, as Alertmanager tells them; `filter`, `active` and `silenced` restrict them."""
        try:
            conditions = [_condition(each) for each in request.query.getall("filter", [])]
        except ValueError as error:
            return answer(str(error), 400)
        found = [
            shown
            for each in self._firing()
            if all(one.holds(dict(each.labels)) for one in conditions)
            and _is_wanted(request, shown := self._shown(each))
        ]
        return answer(found)

    def _firing(self) -> list[Alert]:
        return [each for each in self._engine.all() if each.state is AlertState.FIRING]

    def _shown(self, alert: Alert) -> dict[str, Any]:
        silences = self._dispatcher.silenced_by(alert)
        return {
            "annotations": dict(alert.annotations),
            "endsAt": stamp_micro(self._clock.now + _RESOLVE),
            "fingerprint": alert.fingerprint,
            "receivers": [{"name": RECEIVER}],
            "startsAt": stamp_micro(alert.fired or alert.since),
            "status": {
                "inhibitedBy": [],
                "mutedBy": [],
                "silencedBy": silences,
                "state": "suppressed" if silences else "active",
            },
            "updatedAt": stamp_micro(self._engine.evaluated or self._clock.now),
            "generatorURL": generator(alert),
            "labels": dict(alert.labels),
        }

    async def groups(self, _: web.Request) -> web.Response:
        """Firing alerts by alert name and namespace."""
        groups: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = {}
        for each in self._firing():
            key = tuple((name, each.label(name)) for name in ("alertname", "namespace") if each.label(name))
            groups.setdefault(key, []).append(self._shown(each))
        found = [
            {"alerts": alerts, "labels": dict(key), "receiver": {"name": RECEIVER}}
            for key, alerts in groups.items()
        ]
        return answer(found)

    async def status(self, _: web.Request) -> web.Response:
        """Version and cluster state."""
        return answer(
            {
                "cluster": {"name": "01LAB", "peers": [], "status": "ready"},
                "config": {"original": f"route:\n  receiver: {RECEIVER}\nreceivers:\n- name: {RECEIVER}\n"},
                "uptime": stamp_micro(self._clock.start),
                "versionInfo": {
                    "branch": "HEAD",
                    "buildDate": "",
                    "buildUser": "",
                    "goVersion": "go1.24.5",
                    "revision": "midwatch-lab",
                    "version": "0.28.1",
                },
            }
        )

    async def receivers(self, _: web.Request) -> web.Response:
        """The one receiver."""
        return answer([{"name": RECEIVER}])

    async def silences(self, _: web.Request) -> web.Response:
        """All silences."""
        return answer([self._silence(each) for each in self._dispatcher.silences.values()])

    async def one_silence(self, request: web.Request) -> web.Response:
        """One silence."""
        found = self._dispatcher.silences.get(request.match_info["id"])
        return answer(self._silence(found)) if found else web.Response(status=404)

    async def expire(self, request: web.Request) -> web.Response:
        """End a silence now."""
        found = self._dispatcher.silences.get(request.match_info["id"])
        if found is None:
            return web.Response(status=404)
        now = self._clock.now
        ended = Silence(found.id, found.conditions, min(found.start, now), now, found.author, found.comment, now)
        self._dispatcher.silences[found.id] = ended
        return web.Response()

    async def silence(self, request: web.Request) -> web.Response:
        """Make a silence, or change the one with the same `id`."""
        try:
            body: Any = await request.json()
            made = _read_silence(body, self._id(body), self._clock.now)
        except (json.JSONDecodeError, UnicodeDecodeError, ValueError) as error:
            return answer(f"bad silence: {error}", 400)
        if made.end <= self._clock.now:
            return answer("invalid silence: end time can't be in the past", 400)
        self._dispatcher.silences[made.id] = made
        return answer({"silenceID": made.id})

    def _id(self, body: Any) -> str:
        known: str = str(body.get("id") or "") if isinstance(body, dict) else ""  # type: ignore[reportUnknownMemberType]
        if known in self._dispatcher.silences:
            return known
        bits = f"{self._random.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"

    def _silence(self, found: Silence) -> dict[str, Any]:
        return {
            "id": found.id,
            "status": {"state": found.state(self._clock.now)},
            "updatedAt": stamp_micro(found.updated),
            "comment": found.comment,
            "createdBy": found.author,
            "startsAt": stamp_micro(found.start),
            "endsAt": stamp_micro(found.end),
            "matchers": [
                {"isEqual": each.equal, "isRegex": each.pattern, "name": each.name, "value": each.value}
                for each in found.conditions
            ],
        }


def _as_prometheus(alert: Alert) -> dict[str, Any]:
    return {
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "state": alert.state.value,
        "activeAt": stamp_micro(alert.since),
        "value": number(alert.value),
    }


def _is_wanted(request: web.Request, shown: dict[str, Any]) -> bool:
    state = shown["status"]["state"]
    name = "active" if state == "active" else "silenced"
    return request.query.get(name, "true") != "false"


def _condition(text: str) -> Condition:
    match = _FILTER.fullmatch(text)
    if match is None:
        raise ValueError(f"bad matcher format: {text}")
    name, op, value = match.groups()
    if "~" in op:
        _compiled(value)
    return Condition(name, value, pattern="~" in op, equal=not op.startswith("!"))


def _compiled(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"error parsing regexp: {error}: `{pattern}`") from error


def _read_silence(body: Any, identity: str, now: float) -> Silence:
    """Raises `ValueError` for what is missing or malformed."""
    found = cast("dict[str, Any]", body if isinstance(body, dict) else {})
    matchers: list[dict[str, Any]] = found.get("matchers") or []
    for each in ("matchers", "startsAt", "endsAt", "createdBy", "comment"):
        if not found.get(each):
            raise ValueError(f"{each} in body is required")
    for each in matchers:
        if each.get("isRegex"):
            _compiled(str(each.get("value")))
    conditions = tuple(
        Condition(
            str(each.get("name")),
            str(each.get("value")),
            bool(each.get("isRegex")),
            bool(each.get("isEqual", True)),
        )
        for each in matchers
    )
    start, end = (datetime.fromisoformat(str(found[each])).timestamp() for each in ("startsAt", "endsAt"))
    if end < start:
        raise ValueError("start time must not be equal to or after end time")
    return Silence(identity, conditions, start, end, str(found["createdBy"]), str(found["comment"]), now)
