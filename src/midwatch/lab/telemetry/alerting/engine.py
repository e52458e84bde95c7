"""Evaluates alerting rules in regular steps. Source: prometheus/rules/alerting.go (Eval)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.telemetry.alerting.alert import Alert, AlertState
from midwatch.lab.telemetry.alerting.rule import Rule, rendered
from midwatch.lab.telemetry.database import Database
from midwatch.lab.telemetry.promql.query import instant_vector
from midwatch.lab.telemetry.promql.syntax import PromqlError
from midwatch.lab.telemetry.promql.values import nameless, sort_labels

_RESOLVED = 900.0
"""Seconds for which a resolved alert is still told (resolvedRetention)."""


class Engine:
    """All rules and the alerts they hold active. `on_evaluated` is called with them after each evaluation."""

    def __init__(
        self,
        clock: Clock,
        database: Database,
        rules: Sequence[Rule],
        interval: float = 30.0,
        on_evaluated: Callable[[Sequence[Alert]], None] | None = None,
    ) -> None:
        self._clock = clock
        self._database = database
        self._active: dict[tuple[str, Labels], Alert] = {}
        self._on_evaluated = on_evaluated
        self.rules = rules
        self.errors: dict[str, str] = {}
        self.evaluated: float | None = None
        self.enabled = True
        clock.every(interval, self._due, first=interval + 1.0)

    def _due(self) -> None:
        if self.enabled:
            self.evaluate()

    def evaluate(self) -> None:
        """All rules now."""
        if self._database.span is None:
            return
        self.evaluated = self._clock.now
        for rule in self.rules:
            try:
                found = instant_vector(self._database, rule.expression, self._clock.now)
            except PromqlError as error:
                self.errors[rule.name] = str(error)
                continue
            self.errors.pop(rule.name, None)
            self._update(rule, {_labels(rule, at, value): (at, value) for at, value in found.items()})
        if self._on_evaluated is not None:
            self._on_evaluated(self.all())

    def _update(self, rule: Rule, found: dict[Labels, tuple[Labels, float]]) -> None:
        now = self._clock.now
        for name, (at, value) in found.items():
            self._active[rule.name, name] = self._raised(rule, name, at, value)
        mine = [key for key in self._active if key[0] == rule.name and key[1] not in found]
        for key in mine:
            alert = self._active[key]
            if alert.state is AlertState.FIRING:
                self._active[key] = replace(alert, state=AlertState.RESOLVED, ended=now)
            elif alert.state is AlertState.PENDING or (alert.ended or 0.0) < now - _RESOLVED:
                del self._active[key]

    def _raised(self, rule: Rule, name: Labels, at: Labels, value: float) -> Alert:
        now = self._clock.now
        notes = tuple((key, rendered(text, nameless(at), value)) for key, text in sorted(rule.annotations.items()))
        known = self._active.get((rule.name, name))
        if known is None or known.state is AlertState.RESOLVED:
            known = Alert(rule.name, name, notes, AlertState.PENDING, value, now, query=rule.query)
        if known.state is AlertState.PENDING and now - known.since >= rule.wait:
            known = replace(known, state=AlertState.FIRING, fired=now)
        return replace(known, annotations=notes, value=value)

    def all(self) -> list[Alert]:
        """Pending, firing and recently resolved alerts."""
        return list(self._active.values())

    def families(self) -> Iterator[tuple[str, dict[Labels, float]]]:
        """`ALERTS` and `ALERTS_FOR_STATE`, which Prometheus writes for the active ones."""
        active = [each for each in self._active.values() if each.state is not AlertState.RESOLVED]
        if active:
            yield (
                "ALERTS",
                {sort_labels({**dict(each.labels), "alertstate": each.state.value}): 1.0 for each in active},
            )
            yield "ALERTS_FOR_STATE", {each.labels: each.since for each in active}


def _labels(rule: Rule, at: Labels, value: float) -> Labels:
    more = {key: rendered(text, at, value) for key, text in rule.labels.items()}
    return labels(**{**dict(nameless(at)), **more, "alertname": rule.name})
