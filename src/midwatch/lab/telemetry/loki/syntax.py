"""The syntax tree of LogQL. Source: grafana/loki/pkg/logql/syntax/ast.go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from midwatch.lab.telemetry.matcher import Matcher


class LogqlError(Exception):
    """A query that makes no sense; the text is Loki's."""


@dataclass(slots=True)
class Entry:
    """One line on its way through the stages of a query, which change its text and labels."""

    at: float
    line: str
    labels: dict[str, str]


Stage: TypeAlias = Callable[[Entry], bool]
"""Changes an entry; False when the entry is filtered out."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Streams and what becomes of their lines. `unwrap` names the label that is a number."""

    matchers: tuple[Matcher, ...]
    stages: tuple[Stage, ...] = ()
    unwrap: str = ""


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """Lines of a time (seconds) counted, or their unwrapped numbers reduced, by stream or by labels."""

    op: str
    inner: LogQuery
    range: float
    offset: float = 0.0
    parameter: float = 0.0
    by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Many series into fewer."""

    op: str
    inner: MetricQuery
    labels: tuple[str, ...] = ()
    without: bool = False
    parameter: float = 0.0


@dataclass(frozen=True, slots=True)
class BinaryQuery:
    """Two operands."""

    op: str
    left: MetricQuery
    right: MetricQuery


MetricQuery: TypeAlias = RangeQuery | GroupQuery | BinaryQuery | float
Query: TypeAlias = LogQuery | MetricQuery
