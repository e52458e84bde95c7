"""The syntax tree of PromQL. `at` is where an expression begins in the text, for messages.

Source: prometheus/promql/parser/ast.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from midwatch.lab.telemetry.matcher import Matcher


class PromqlError(Exception):
    """A query that makes no sense, or that cannot be evaluated; `kind` is Prometheus' `errorType`."""

    def __init__(self, message: str, kind: str = "bad_data") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float
    at: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by their labels; with a `range` (seconds), their samples. `when` is a time, `start` or `end`."""

    matchers: tuple[Matcher, ...]
    range: float | None = None
    offset: float = 0.0
    when: float | str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression evaluated each `step` seconds (0: the default) over a range."""

    inner: Expression
    range: float
    step: float = 0.0
    offset: float = 0.0
    when: float | str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Negation:
    """A minus sign before an expression."""

    inner: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Matching:
    """How two vectors are matched: `on` these labels or ignoring them; `group` is left, right, or empty."""

    labels: tuple[str, ...] = ()
    on: bool = False
    group: str = ""
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands. `boolean` comparisons answer 0 or 1 instead of filtering."""

    op: str
    left: Expression
    right: Expression
    matching: Matching = field(default_factory=Matching)
    boolean: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Aggregation:
    """Many series into fewer."""

    op: str
    inner: Expression
    parameter: Expression | None = None
    labels: tuple[str, ...] = ()
    without: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    at: int = 0


Expression: TypeAlias = Number | Text | Selector | Subquery | Negation | Binary | Aggregation | Call


def matcher(name: str, op: str, value: str) -> Matcher:
    """A condition, with its pattern compiled; raises `PromqlError` when it is no pattern."""
    if op not in ("=~", "!~"):
        return Matcher(name, op, value)
    try:
        return Matcher(name, op, value, re.compile(value, re.DOTALL))
    except re.error as error:
        raise PromqlError(f"error parsing regexp: {error}: `{value}`") from error
