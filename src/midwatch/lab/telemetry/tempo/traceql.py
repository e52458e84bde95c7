"""The part of TraceQL that people search with: `{ resource.service.name="x" && status=error && duration>1s }`.

Source: grafana.com/docs/tempo/latest/traceql, grafana/tempo/pkg/traceql.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from midwatch.lab.core.spans import Span
from midwatch.lab.telemetry.tempo.otlp import attributes_of, resource_of

Condition: TypeAlias = Callable[[Span], bool]

_TOKENS = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`)
    |(?P<amount>\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)?)
    |(?P<name>\.?[a-zA-Z_][\w.:/-]*)
    |(?P<sign>&&|\|\||=~|!~|!=|>=|<=|[=<>(){}!])""",
    re.VERBOSE,
)
_AMOUNT = re.compile(r"([\d.]+)(\D*)")
_UNITS = {"": 1.0, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class TraceqlError(Exception):
    """A query that makes no sense."""


def parse(query: str) -> Condition:
    """What a span must fulfil; an empty query is fulfilled by all. Raises `TraceqlError`."""
    if not query.strip():
        return lambda _: True
    return _Parser(query).whole()


def of_tags(tags: Mapping[str, str]) -> Condition:
    """The older search by tags (`service.name=cart error=true`), all of which must hold."""
    return lambda span: all(_tag(span, key) == value for key, value in tags.items())


def _tag(span: Span, name: str) -> str:
    special = {"name": span.operation, "error": str(bool(span.error)).lower(), "status": _status(span)}
    return special.get(name) or {**resource_of(span), **attributes_of(span)}.get(name, "")


def _status(span: Span) -> str:
    return "error" if span.error else "unset"


class _Parser:
    def __init__(self, query: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(query):
            match = _TOKENS.match(query, at)
            if match is None:
                raise TraceqlError(f"parse error at line 1, col {at + 1}: syntax error: unexpected {query[at]!r}")
            if match.lastgroup != "space":
                self._tokens.append((str(match.lastgroup), match.group(), at))
            at = match.end()
        self._tokens.append(("end", "", len(query)))
        self._next = 0

    def whole(self) -> Condition:
        self._expect("{")
        found: Condition = (lambda _: True) if self._is("}") else self._either()
        self._expect("}")
        if self._tokens[self._next][0] != "end":
            raise self._unexpected()
        return found

    def _is(self, text: str) -> bool:
        kind, found, _ = self._tokens[self._next]
        return kind == "sign" and found == text

    def _accept(self, text: str) -> bool:
        found = self._is(text)
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(text)

    def _unexpected(self, wanted: str = "") -> TraceqlError:
        kind, text, at = self._tokens[self._next]
        what = "$end" if kind == "end" else text
        expecting = f", expecting {wanted}" if wanted else ""
        return TraceqlError(f"parse error at line 1, col {at + 1}: syntax error: unexpected {what}{expecting}")

    def _either(self) -> Condition:
        left = self._both()
        while self._accept("||"):
            left = _or(left, self._both())
        return left

    def _both(self) -> Condition:
        left = self._one()
        while self._accept("&&"):
            left = _and(left, self._one())
        return left

    def _one(self) -> Condition:
        if self._accept("("):
            found = self._either()
            self._expect(")")
            return found
        if self._accept("!"):
            inner = self._one()
            return lambda span: not inner(span)
        return self._comparison()

    def _comparison(self) -> Condition:
        kind, name, _ = self._tokens[self._next]
        if kind != "name":
            raise self._unexpected("IDENTIFIER")
        self._next += 1
        op = self._tokens[self._next][1]
        if self._tokens[self._next][0] != "sign" or op not in (*_ORDER, "=~", "!~"):
            raise self._unexpected()
        self._next += 1
        kind, value, _ = self._tokens[self._next]
        if kind not in ("text", "amount", "name"):
            raise self._unexpected()
        self._next += 1
        if kind == "amount":
            return _number(name, op, value)
        return _text(name, op, value[1:-1] if kind == "text" else value)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda span: left(span) and right(span)


def _or(left: Condition, right: Condition) -> Condition:
    return lambda span: left(span) or right(span)


def _number(name: str, op: str, text: str) -> Condition:
    compare = _ORDER.get(op)
    match = _AMOUNT.fullmatch(text)
    if compare is None or match is None:
        raise TraceqlError(f"invalid operation: {op} with a number")
    wanted = float(match.group(1)) * _UNITS[match.group(2)]

    def holds(span: Span) -> bool:
        if name in ("duration", "span:duration"):
            return compare(span.seconds, wanted)
        try:
            return compare(float(_value(span, name)), wanted)
        except ValueError:
            return False

    return holds


def _text(name: str, op: str, wanted: str) -> Condition:
    positive = not op.startswith("!")
    if "~" in op:
        try:
            pattern = re.compile(wanted)
        except re.error as error:
            raise TraceqlError(f"invalid regex: {wanted}: {error}") from error
        return lambda span: (pattern.fullmatch(_value(span, name)) is not None) is positive
    if op not in ("=", "!="):
        raise TraceqlError(f"invalid operation: {op} with a string")
    return lambda span: (_value(span, name) == wanted) is positive


def _value(span: Span, name: str) -> str:
    scope, _, rest = name.partition(".")
    if scope == "resource" and rest:
        return resource_of(span).get(rest, "")
    if scope == "span" and rest:
        return attributes_of(span).get(rest, "")
    if not scope and rest:
        return {**resource_of(span), **attributes_of(span)}.get(rest, "")
    special = {"status": _status(span), "name": span.operation, "kind": span.kind, "statusMessage": span.error}
    return special.get(name.removeprefix("span:"), "")
