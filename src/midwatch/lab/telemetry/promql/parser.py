"""From the text of a PromQL query to its tree: a Pratt parser. Source: prometheus/promql/parser/parse.go."""

from __future__ import annotations

from dataclasses import replace

from midwatch.lab.telemetry.matcher import Matcher
from midwatch.lab.telemetry.promql.check import check
from midwatch.lab.telemetry.promql.lexer import Token, failure, number, seconds, tokens, unquoted
from midwatch.lab.telemetry.promql.signatures import AGGREGATIONS, FUNCTIONS, PARAMETERS
from midwatch.lab.telemetry.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Matching,
    Negation,
    Number,
    PromqlError,
    Selector,
    Subquery,
    Text,
    matcher,
)

_PRECEDENCE = {
    "or": 1,
    **dict.fromkeys(("and", "unless"), 2),
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%", "atan2"), 5),
    "^": 6,
}
_UNARY = 6
_KINDS = {"number": "number", "text": "string", "duration": "duration", "word": "identifier"}
_SIGNS = {
    "(": "left parenthesis",
    ")": "right parenthesis",
    "{": "left brace",
    "}": "right brace",
    "[": "left bracket",
    "]": "right bracket",
}
_DEEPEST = 100
_AFTER_SELECTOR = "must be preceded by an instant vector selector or range vector selector or a subquery"


def parse(query: str) -> Expression:
    """The tree of a query, its types checked. Raises `PromqlError` with the place of the trouble."""
    found = _Parser(query).whole()
    check(query, found)
    return found


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokens(query)
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        if self._peek.kind == "end":
            raise failure(self._query, 0, "no expression found in input")
        found = self._expression(0)
        if self._peek.kind != "end":
            raise self._unexpected("")
        return found

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        found = self._tokens[self._next]
        self._next += 1
        return found

    def _is(self, *texts: str) -> bool:
        found = self._peek
        return found.kind in ("sign", "word") and found.text.lower() in texts

    def _accept(self, *texts: str) -> bool:
        found = self._is(*texts)
        self._next += found
        return found

    def _expect(self, text: str, where: str) -> Token:
        if self._peek.kind == "sign" and self._peek.text == text:
            return self._take()
        raise self._unexpected(where, f'"{text}"')

    def _unexpected(self, where: str, wanted: str = "") -> PromqlError:
        found = self._peek
        if found.kind == "end":
            if wanted == '")"':
                return failure(self._query, found.at, "unclosed left parenthesis")
            what = "end of input"
        elif found.kind == "sign":
            what = f"{_SIGNS[found.text]} {found.text!r}" if found.text in _SIGNS else f"<op:{found.text}>"
        else:
            what = f'{_KINDS[found.kind]} "{found.text}"'
        inside = f" in {where}" if where else ""
        return failure(
            self._query, found.at, f"unexpected {what}{inside}{f', expected {wanted}' if wanted else ''}"
        )

    def _expression(self, least: int) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise failure(self._query, self._peek.at, "expression is nested too deeply")
        left = self._operand()
        while True:
            op = self._peek.text.lower() if self._peek.kind in ("sign", "word") else ""
            precedence = _PRECEDENCE.get(op, 0)
            if precedence <= least:
                self._depth -= 1
                return left
            self._take()
            boolean = self._accept("bool")
            matching = self._matching()
            right = self._expression(precedence - (op == "^"))
            left = Binary(op, left, right, matching, boolean, left.at)

    def _matching(self) -> Matching:
        if not self._is("on", "ignoring"):
            return Matching()
        on = self._take().text.lower() == "on"
        labels = self._labels()
        if not self._is("group_left", "group_right"):
            return Matching(labels, on)
        group = self._take().text.lower().removeprefix("group_")
        return Matching(labels, on, group, self._labels() if self._is("(") else ())

    def _operand(self) -> Expression:
        token = self._peek
        if self._accept("-"):
            return Negation(self._expression(_UNARY - 1), token.at)
        if self._accept("+"):
            return self._expression(_UNARY - 1)
        return self._postfix(self._primary())

    def _primary(self) -> Expression:
        token = self._peek
        if token.kind in ("number", "duration"):
            self._take()
            return Number(number(token.text) if token.kind == "number" else seconds(token.text), token.at)
        if token.kind == "text":
            self._take()
            return Text(unquoted(token.text), token.at)
        if self._accept("("):
            found = self._expression(0)
            self._expect(")", "paren expression")
            return found
        if self._is("{"):
            return Selector(self._matchers(()), at=token.at)
        if token.kind == "word":
            return self._named()
        raise self._unexpected("")

    def _named(self) -> Expression:
        token = self._take()
        name = token.text.lower()
        if name in AGGREGATIONS and self._is("(", "by", "without"):
            return self._aggregation(name, token)
        if self._is("("):
            if token.text not in FUNCTIONS:
                raise failure(self._query, token.at, f'unknown function with name "{token.text}"')
            return Call(token.text, self._arguments(), token.at)
        if name in _PRECEDENCE or name in ("bool", "by", "without", "on", "ignoring", "offset"):
            self._next -= 1
            raise self._unexpected("")
        named = (matcher("__name__", "=", token.text),)
        return Selector(self._matchers(named) if self._is("{") else named, at=token.at)

    def _aggregation(self, name: str, token: Token) -> Expression:
        grouping = self._grouping()
        arguments = self._arguments()
        grouping = grouping or self._grouping() or ((), False)
        wanted = 2 if name in PARAMETERS else 1
        if len(arguments) != wanted:
            why = f"wrong number of arguments for aggregate expression provided, expected {wanted}, got "
            raise failure(self._query, token.at, why + str(len(arguments)))
        return Aggregation(name, arguments[-1], arguments[0] if wanted == 2 else None, *grouping, token.at)

    def _grouping(self) -> tuple[tuple[str, ...], bool] | None:
        if not self._is("by", "without"):
            return None
        without = self._take().text.lower() == "without"
        return self._labels(), without

    def _labels(self) -> tuple[str, ...]:
        self._expect("(", "grouping opts")
        found: list[str] = []
        while not self._accept(")"):
            if self._peek.kind != "word":
                raise self._unexpected("grouping opts", "label")
            found.append(self._take().text)
            if not self._is(")"):
                self._expect(",", "grouping opts")
        return tuple(found)

    def _arguments(self) -> tuple[Expression, ...]:
        self._expect("(", "function call")
        found: list[Expression] = []
        while not self._accept(")"):
            found.append(self._expression(0))
            if not self._is(")"):
                if not self._is(","):
                    raise self._unexpected("", '")"') if self._peek.kind == "end" else self._unexpected("")
                self._take()
        return tuple(found)

    def _matchers(self, named: tuple[Matcher, ...]) -> tuple[Matcher, ...]:
        self._expect("{", "label matching")
        found = list(named)
        while not self._accept("}"):
            if self._peek.kind == "text" and self._tokens[self._next + 1].text in (",", "}"):
                found.append(matcher("__name__", "=", unquoted(self._take().text)))
            else:
                found.append(self._matcher())
            if not self._is("}"):
                self._expect(",", "label matching")
        return tuple(found)

    def _matcher(self) -> Matcher:
        if self._peek.kind not in ("word", "text"):
            raise self._unexpected("label matching", 'identifier or "}"')
        token = self._take()
        name = unquoted(token.text) if token.kind == "text" else token.text
        if not self._is("=", "!=", "=~", "!~"):
            raise self._unexpected("label matching", "label matching operator")
        op = self._take().text
        if self._peek.kind != "text":
            raise self._unexpected("label matching", "string")
        value = self._take()
        try:
            return matcher(name, op, unquoted(value.text))
        except PromqlError as error:
            raise failure(self._query, value.at, str(error)) from error

    def _postfix(self, found: Expression) -> Expression:
        while True:
            if self._is("["):
                found = self._ranged(found)
            elif self._is("offset"):
                found = self._offset(found)
            elif self._is("@"):
                found = self._pinned(found)
            else:
                return found

    def _ranged(self, found: Expression) -> Expression:
        bracket = self._take()
        span = self._duration("subquery or range selector")
        if self._accept(":"):
            step = 0.0 if self._is("]") else self._duration("subquery selector")
            self._expect("]", "subquery selector")
            return Subquery(found, span, step, at=found.at)
        self._expect("]", "matrix selector")
        if not isinstance(found, Selector) or found.range is not None:
            raise failure(self._query, bracket.at, "ranges only allowed for vector selectors")
        return replace(found, range=span)

    def _offset(self, found: Expression) -> Expression:
        token = self._take()
        sign = -1 if self._accept("-") else 1
        offset = sign * self._duration("offset")
        if not isinstance(found, Selector | Subquery):
            raise failure(self._query, token.at, f"offset modifier {_AFTER_SELECTOR}")
        return replace(found, offset=offset)

    def _pinned(self, found: Expression) -> Expression:
        token = self._take()
        if not isinstance(found, Selector | Subquery):
            raise failure(self._query, token.at, f"@ modifier {_AFTER_SELECTOR}")
        if self._is("start", "end"):
            when = self._take().text.lower()
            self._expect("(", "@")
            self._expect(")", "@")
            return replace(found, when=when)
        sign = -1 if self._accept("-") else 1
        if self._peek.kind != "number":
            raise self._unexpected("@", "timestamp")
        return replace(found, when=sign * number(self._take().text))

    def _duration(self, where: str) -> float:
        token = self._peek
        if token.kind not in ("duration", "number"):
            raise self._unexpected(where, "duration")
        self._take()
        return seconds(token.text) if token.kind == "duration" else number(token.text)
