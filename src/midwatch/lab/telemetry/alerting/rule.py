"""Alerting rules and the texts of their alerts. Source: prometheus/rules/alerting.go, template/template.go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.syntax import Expression

_ACTION = re.compile(
    r"\{\{-?\s*(?:\$labels\.(?P<label>\w+)|(?:printf\s+\"(?P<format>%[^\"]*)\"\s+)?\$value)"
    r"(?:\s*\|\s*(?P<filter>\w+))?\s*-?\}\}"
)
_UNITS = ("", "k", "M", "G", "T", "P", "E")


@dataclass(frozen=True, slots=True)
class Rule:
    """One alerting rule. `wait` is its `for`, in seconds; `group` the rule group it stands in."""

    name: str
    query: str
    expression: Expression
    wait: float
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    group: str = "kubernetes-apps"


def rendered(template: str, at: Labels, value: float) -> str:
    """A text with `{{ $labels.x }}` and `{{ $value }}` filled in, with the filters that rules commonly use."""
    known = dict(at)

    def fill(match: re.Match[str]) -> str:
        label = match["label"]
        if label is not None:
            return known.get(label, "")
        if match["format"] is not None:
            return _printed(match["format"], value)
        return _FILTERS.get(match["filter"] or "", _plain)(value)

    return _ACTION.sub(fill, template)


def _plain(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e21 else repr(value)


def _printed(form: str, value: float) -> str:
    try:
        return form % value
    except (TypeError, ValueError):
        return form


def _humanize(value: float) -> str:
    step = 0
    while abs(value) >= 1000 and step < len(_UNITS) - 1:
        value /= 1000
        step += 1
    return f"{value:.4g}{_UNITS[step]}"


def _percentage(value: float) -> str:
    return f"{100 * value:.4g}%"


def _duration(value: float) -> str:
    if value < 60:
        return f"{value:.4g}s"
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = (f"{days}d " if days else "", f"{hours}h " if days or hours else "", f"{minutes}m {seconds}s")
    return "".join(parts)


_FILTERS = {"humanize": _humanize, "humanizePercentage": _percentage, "humanizeDuration": _duration}
