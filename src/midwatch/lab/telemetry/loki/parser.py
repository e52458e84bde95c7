"""From the text of a LogQL query to its tree. Source: grafana/loki/pkg/logql/syntax (parser.go, expr.y)."""

from __future__ import annotations

import re

from midwatch.lab.telemetry.loki import stages
from midwatch.lab.telemetry.loki.lexer import Token, failure, tokens
from midwatch.lab.telemetry.loki.syntax import (
    BinaryQuery,
    GroupQuery,
    LogqlError,
    LogQuery,
    MetricQuery,
    Query,
    RangeQuery,
    Stage,
)
from midwatch.lab.telemetry.matcher import Matcher
from midwatch.lab.telemetry.promql.lexer import seconds, unquoted
from midwatch.lab.telemetry.promql.syntax import PromqlError, matcher

_RANGES = frozenset(
    {
        *("count_over_time", "rate", "bytes_over_time", "bytes_rate", "absent_over_time", "quantile_over_time"),
        *("sum_over_time", "avg_over_time", "max_over_time", "min_over_time", "stddev_over_time"),
        *("first_over_time", "last_over_time", "stdvar_over_time"),
    }
)
_GROUPS = frozenset(["sum", "avg", "min", "max", "count", "stddev", "stdvar", "topk", "bottomk"])
_PRECEDENCE = {
    "or": 1,
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(("==", "!=", ">", ">=", "<", "<="), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%"), 5),
}
_NO_STREAM = (
    "queries require at least one regexp or equality matcher that does not have an empty-compatible value. For"
    ' instance, app=~".*" does not meet this requirement, but app=~".+" will'
)


def parse(query: str) -> Query:
    """The tree of a query. Raises `LogqlError`."""
    try:
        return _Parser(query).whole()
    except (re.error, PromqlError) as error:
        raise LogqlError(f"parse error : error parsing regexp: {error}") from error


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokens(query)
        self._next = 0
        self._unwrap = ""

    def whole(self) -> Query:
        found: Query = self._log() if self._is("{") else self._metric(0)
        if self._peek.kind != "end":
            raise self._unexpected()
        return found

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        found = self._peek
        self._next += 1
        return found

    def _is(self, *texts: str) -> bool:
        return self._peek.kind in ("sign", "word") and self._peek.text in texts

    def _accept(self, *texts: str) -> bool:
        found = self._is(*texts)
        self._next += found
        return found

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(text)

    def _string(self) -> str:
        if self._peek.kind != "text":
            raise self._unexpected("STRING")
        return unquoted(self._take().text)

    def _word(self) -> str:
        if self._peek.kind != "word":
            raise self._unexpected("IDENTIFIER")
        return self._take().text

    def _unexpected(self, wanted: str = "") -> LogqlError:
        token = self._peek
        what = {"end": "$end", "text": "STRING", "word": "IDENTIFIER", "number": "NUMBER", "amount": "DURATION"}
        name = what.get(token.kind, token.text)
        expecting = f", expecting {wanted}" if wanted else ""
        return failure(self._query, token.at, f"syntax error: unexpected {name}{expecting}")

    def _log(self) -> LogQuery:
        matchers = self._matchers()
        self._unwrap = ""
        found: list[Stage] = []
        while True:
            if self._is("|=", "|~", "!=", "!~"):
                found.append(self._line_filter())
            elif self._accept("|"):
                found.append(self._stage())
            else:
                return LogQuery(matchers, tuple(found), self._unwrap)

    def _matchers(self) -> tuple[Matcher, ...]:
        self._expect("{")
        found: list[Matcher] = []
        while not self._accept("}"):
            name = self._word()
            if not self._is("=", "!=", "=~", "!~"):
                raise self._unexpected("= or != or =~ or !~")
            found.append(matcher(name, self._take().text, self._string()))
            if not self._is("}"):
                self._expect(",")
        if all(each.matches("") or each.op in ("!=", "!~") for each in found):
            raise LogqlError(f"parse error : {_NO_STREAM}")
        return tuple(found)

    def _line_filter(self) -> Stage:
        op = self._take().text
        texts = [self._string()]
        while self._accept("or"):
            texts.append(self._string())
        return stages.line_filter(op, texts)

    def _stage(self) -> Stage:
        token = self._peek
        name = self._word() if token.kind == "word" else ""
        simple = {"json": stages.json_stage, "logfmt": stages.logfmt_stage, "decolorize": stages.unchanged}
        if name in simple:
            return simple[name]
        with_text = {
            "pattern": stages.pattern_stage,
            "regexp": stages.regexp_stage,
            "line_format": stages.line_format,
        }
        if name in with_text:
            return with_text[name](self._string())
        if name in ("drop", "keep"):
            return stages.choose_labels(self._names(), keep=name == "keep")
        if name == "label_format":
            return self._label_format()
        if name == "unwrap":
            self._unwrap = self._unwrapped()
            return stages.unchanged
        self._next -= bool(name)
        return self._filters(0)

    def _names(self) -> list[str]:
        found = [self._word()]
        while self._accept(","):
            found.append(self._word())
        return found

    def _label_format(self) -> Stage:
        found: Stage | None = None
        while found is None or self._accept(","):
            target = self._word()
            self._expect("=")
            template = self._peek.kind == "text"
            one = stages.label_format(target, self._string() if template else self._word(), template=template)
            found = one if found is None else stages.both(found, one)
        return found

    def _unwrapped(self) -> str:
        name = self._word()
        if self._accept("("):
            name = self._word()
            self._expect(")")
        return name

    def _filters(self, least: int) -> Stage:
        """Label filters joined by `and`, `,` or `or`."""
        left = self._filter()
        while True:
            if least < 2 and self._accept("and", ","):
                left = stages.both(left, self._filters(2))
            elif least < 1 and self._accept("or"):
                left = stages.either(left, self._filters(1))
            else:
                return left

    def _filter(self) -> Stage:
        if self._accept("("):
            found = self._filters(0)
            self._expect(")")
            return found
        name = self._word()
        if not self._is("=", "!=", "=~", "!~", "==", ">", ">=", "<", "<="):
            raise self._unexpected()
        op = self._take().text
        if self._peek.kind == "text":
            return stages.label_equals(name, op, self._string())
        token = self._peek
        value = stages.amount(token.text) if token.kind in ("number", "amount") else None
        if value is None:
            raise self._unexpected("STRING")
        self._take()
        return stages.label_compares(name, op, value)

    def _metric(self, least: int) -> MetricQuery:
        left = self._operand()
        while True:
            op = self._peek.text if self._peek.kind in ("sign", "word") else ""
            precedence = _PRECEDENCE.get(op, 0)
            if precedence <= least:
                return left
            self._take()
            left = BinaryQuery(op, left, self._metric(precedence))

    def _operand(self) -> MetricQuery:
        token = self._peek
        if self._accept("("):
            found = self._metric(0)
            self._expect(")")
            return found
        if token.kind == "number":
            return float(self._take().text)
        if token.kind == "word" and token.text in _RANGES:
            return self._range()
        if token.kind == "word" and token.text in _GROUPS:
            return self._group()
        raise self._unexpected()

    def _range(self) -> RangeQuery:
        op = self._take().text
        self._expect("(")
        parameter = 0.0
        if op == "quantile_over_time":
            parameter = self._number()
            self._expect(",")
        inner, span = self._log(), 0.0
        self._expect("[")
        span = self._duration()
        self._expect("]")
        if self._is("|", "|=", "|~", "!=", "!~"):
            inner = self._continued(inner)
        offset = self._duration() if self._accept("offset") else 0.0
        self._expect(")")
        by = self._labels() if self._accept("by") else None
        return RangeQuery(op, inner, span, offset, parameter, by)

    def _continued(self, inner: LogQuery) -> LogQuery:
        """Stages that follow the range: `{app="x"}[5m] |= "error"`."""
        found = list(inner.stages)
        while self._is("|", "|=", "|~", "!=", "!~"):
            found.append(self._stage() if self._accept("|") else self._line_filter())
        return LogQuery(inner.matchers, tuple(found), self._unwrap)

    def _group(self) -> GroupQuery:
        op = self._take().text
        grouping = self._grouping()
        self._expect("(")
        parameter = 0.0
        if op in ("topk", "bottomk"):
            parameter = self._number()
            self._expect(",")
        inner = self._metric(0)
        self._expect(")")
        labels, without = grouping or self._grouping() or ((), False)
        return GroupQuery(op, inner, labels, without, parameter)

    def _grouping(self) -> tuple[tuple[str, ...], bool] | None:
        if not self._is("by", "without"):
            return None
        without = self._take().text == "without"
        return self._labels(), without

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        found = [] if self._is(")") else self._names()
        self._expect(")")
        return tuple(found)

    def _number(self) -> float:
        if self._peek.kind != "number":
            raise self._unexpected("NUMBER")
        return float(self._take().text)

    def _duration(self) -> float:
        found = seconds(self._peek.text) if self._peek.kind == "amount" else 0.0
        if not found:
            raise self._unexpected("DURATION")
        self._take()
        return found
