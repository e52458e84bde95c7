"""The words of PromQL. Source: prometheus/promql/parser/lex.go."""

from __future__ import annotations

import re
from dataclasses import dataclass

from midwatch.lab.telemetry.promql.syntax import PromqlError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
_DURATION = r"(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?"
_TOKENS = re.compile(
    rf"""(?P<space>[ \t\r\n]+|\#[^\n]*)
    |(?P<duration>(?=\d){_DURATION}(?<=[a-z])(?![\w.]))
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])|(?:inf|nan)(?!\w))
    |(?P<word>[a-zA-Z_:][\w:]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<sign>=~|!~|==|!=|<=|>=|[-+*/%^=<>(){{}}\[\],@:])""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `kind` is duration, number, word, text, sign or end; `at` its place in the text."""

    kind: str
    text: str
    at: int


def failure(query: str, at: int, why: str) -> PromqlError:
    """A parse error as Prometheus words it: line and column of the trouble come first."""
    before = query[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    return PromqlError(f"{line}:{column}: parse error: {why}")


def tokens(query: str) -> list[Token]:
    """All words and a final `end`; raises `PromqlError`."""
    found: list[Token] = []
    at, bracket = 0, False
    while at < len(query):
        match = _TOKENS.match(query, at)
        if match is None:
            raise failure(query, at, _trouble(query[at]))
        kind, text = str(match.lastgroup), match.group()
        if bracket and kind == "word" and text[0] == ":":
            kind, text = "sign", ":"
        if text in ("[", "]"):
            bracket = text == "["
        if kind != "space":
            found.append(Token(kind, text, at))
        at += len(text)
    return [*found, Token("end", "", len(query))]


def _trouble(character: str) -> str:
    if character in "\"'":
        return "unterminated quoted string"
    return "unterminated raw string" if character == "`" else f"unexpected character: {character!r}"


def seconds(text: str) -> float:
    """A duration (`1h30m`) in seconds."""
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text.lower()))


def number(text: str) -> float:
    """A number literal, hexadecimal ones too."""
    return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)


def unquoted(text: str) -> str:
    """What stands between quotes, with escapes resolved."""
    inner = text[1:-1]
    if text[0] == "`" or "\\" not in inner:
        return inner
    return _ESCAPE.sub(_character, inner)


def _character(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1:
        return chr(int(code, 8) if code.isdigit() else int(code[1:], 16))
    return _ESCAPED.get(code, code)
