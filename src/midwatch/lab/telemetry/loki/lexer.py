"""The words of LogQL. Source: grafana/loki/pkg/logql/syntax/lex.go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from midwatch.lab.telemetry.loki.syntax import LogqlError

_TOKENS = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    |(?P<amount>[-+]?(?:\d+(?:\.\d+)?[a-zA-Zµ]+)+)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[a-zA-Z_]\w*)
    |(?P<sign>\|=|\|~|\|>|=~|!~|==|!=|>=|<=|[-+*/%^|{}()\[\],=<>])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `kind` is text, amount, number, word, sign or end; `at` its place in the text."""

    kind: str
    text: str
    at: int


def tokens(query: str) -> list[Token]:
    """All words and a final `end`. Raises `LogqlError`."""
    found: list[Token] = []
    at = 0
    while at < len(query):
        match = _TOKENS.match(query, at)
        if match is None:
            raise failure(query, at, f"syntax error: unexpected {query[at]!r}")
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, Token("end", "", len(query))]


def failure(query: str, at: int, why: str) -> LogqlError:
    """A parse error as Loki words it."""
    before = query[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    return LogqlError(f"parse error at line {line}, col {column}: {why}")
