"""Groups alerts and decides when somebody is told. Source: alertmanager/dispatch/dispatch.go, notify/webhook.

Waiting is in simulated time; the requests themselves are sent outside of it (see `post.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.metrics import Labels
from midwatch.lab.core.objects import stamp_micro
from midwatch.lab.telemetry.alerting.alert import Alert, AlertState
from midwatch.lab.telemetry.alerting.silence import Silence

RECEIVER = "webhook"
EXTERNAL_URL = "http://alertmanager.monitoring:9093"
_NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds to wait before a group's first notification, between changes, and before repeating."""

    wait: float = 30.0
    interval: float = 300.0
    repeat: float = 4 * 3600.0


@dataclass
class _Group:
    labels: Labels
    alerts: dict[str, Alert]
    told: dict[str, AlertState]
    told_at: float | None = None
    due: float = 0.0


class Dispatcher:
    """Alerts by group. `send` is given the payload of each notification."""

    def __init__(
        self,
        clock: Clock,
        send: Callable[[dict[str, Any]], None],
        *,
        by: Sequence[str] = ("alertname", "namespace"),
        timing: Timing | None = None,
    ) -> None:
        self._clock = clock
        self._send = send
        self._by = by
        self._timing = timing or Timing()
        self._groups: dict[Labels, _Group] = {}
        self.silences: dict[str, Silence] = {}
        clock.every(5.0, self._flush)

    def silenced_by(self, alert: Alert) -> list[str]:
        """The silences that mute an alert now."""
        return [each.id for each in self.silences.values() if each.mutes(alert.labels, self._clock.now)]

    def take(self, alerts: Sequence[Alert]) -> None:
        """The alerts as the rules have them now; pending ones are nobody's business yet."""
        for each in alerts:
            if each.state is AlertState.PENDING:
                continue
            key = tuple((name, each.label(name)) for name in self._by if each.label(name))
            group = self._groups.get(key)
            if group is None:
                if each.state is AlertState.RESOLVED:
                    continue
                due = self._clock.now + self._timing.wait
                group = self._groups[key] = _Group(key, {}, {}, due=due)
            if each.state is AlertState.FIRING or each.fingerprint in group.alerts:
                group.alerts[each.fingerprint] = each

    def _flush(self) -> None:
        now = self._clock.now
        for key, group in list(self._groups.items()):
            if now < group.due:
                continue
            group.due = now + self._timing.interval
            self._tell(group)
            if not group.alerts:
                del self._groups[key]

    def _tell(self, group: _Group) -> None:
        heard = [each for each in group.alerts.values() if not self.silenced_by(each)]
        states = {each.fingerprint: each.state for each in heard}
        now = self._clock.now
        again = group.told_at is not None and now - group.told_at >= self._timing.repeat
        if _is_news(group.told, states) or (again and AlertState.FIRING in states.values()):
            self._send(payload(group.labels, heard))
            group.told, group.told_at = states, now
        group.alerts = {key: each for key, each in group.alerts.items() if each.state is AlertState.FIRING}


def _is_news(told: Mapping[str, AlertState], states: Mapping[str, AlertState]) -> bool:
    """Whether an alert fires that was not told to, or one that was has ended."""
    firing = AlertState.FIRING
    return any((state is firing) is not (told.get(key) is firing) for key, state in states.items())


def payload(group: Labels, alerts: Sequence[Alert]) -> dict[str, Any]:
    """What webhooks receive (version 4). Source: alertmanager/notify/webhook/webhook.go, template/template.go."""
    firing = any(each.state is AlertState.FIRING for each in alerts)
    return {
        "receiver": RECEIVER,
        "status": "firing" if firing else "resolved",
        "alerts": [_told(each) for each in alerts],
        "groupLabels": dict(group),
        "commonLabels": _common([each.labels for each in alerts]),
        "commonAnnotations": _common([each.annotations for each in alerts]),
        "externalURL": EXTERNAL_URL,
        "version": "4",
        "groupKey": "{}:{" + ", ".join(f'{key}="{value}"' for key, value in group) + "}",
        "truncatedAlerts": 0,
    }


def _told(alert: Alert) -> dict[str, Any]:
    resolved = alert.state is AlertState.RESOLVED
    return {
        "status": "resolved" if resolved else "firing",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": stamp_micro(alert.fired or alert.since),
        "endsAt": stamp_micro(alert.ended) if resolved and alert.ended else _NEVER,
        "generatorURL": generator(alert),
        "fingerprint": alert.fingerprint,
    }


def generator(alert: Alert) -> str:
    """Where the rule's query can be seen."""
    return f"http://prometheus.monitoring:9090/graph?g0.expr={alert.rule}&g0.tab=1"


def _common(found: Sequence[Labels]) -> dict[str, str]:
    shared = set(found[0]).intersection(*found[1:])
    return dict(sorted(shared))
