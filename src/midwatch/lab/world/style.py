"""How programs write log lines: one pure function for each style.

Levels are `debug`, `info`, `warning`, `error` and `fatal`; each style words them in its own way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from midwatch.lab.world.programs import LogStyle

Fields = Mapping[str, object]


@lru_cache(maxsize=1024)
def _second(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


@lru_cache(maxsize=1024)
def _form(second: int, form: str) -> str:
    return _second(second).strftime(form)


def _millis(at: float) -> str:
    return f"{int(at % 1 * 1000):03d}"


def _micros(at: float) -> str:
    return f"{int(at % 1 * 1_000_000):06d}"


def _iso(at: float) -> str:
    return f"{_form(int(at), '%Y-%m-%dT%H:%M:%S')}.{_millis(at)}Z"


def _pair(key: str, value: object) -> str:
    text = str(value)
    plain = text and not any(each in text for each in ' ="\n')
    return f"{key}={text}" if plain else f"{key}={json.dumps(text)}"


def _tail(fields: Fields) -> str:
    return "".join(f" {_pair(key, value)}" for key, value in fields.items())


def _json(at: float, level: str, logger: str, message: str, fields: Fields) -> str:
    head = {"timestamp": _iso(at), "level": level, "logger": logger, "message": message}
    return json.dumps({**head, **fields}, separators=(",", ":"), default=str)


def _logfmt(at: float, level: str, logger: str, message: str, fields: Fields) -> str:
    short = "warn" if level == "warning" else level
    return f"time={_iso(at)} level={short} component={logger} msg={json.dumps(message)}{_tail(fields)}"


def _plain(at: float, level: str, logger: str, message: str, fields: Fields) -> str:
    word = "CRITICAL" if level == "fatal" else level.upper()
    when = f"{_form(int(at), '%Y-%m-%d %H:%M:%S')},{_millis(at)}"
    return f"{when} {word} [{logger}] {message}{_tail(fields)}"


def _java(at: float, level: str, logger: str, message: str, fields: Fields) -> str:
    word = {"warning": "WARN", "fatal": "ERROR"}.get(level, level.upper())
    return f"{_iso(at)} {word:>5} 1 --- [           main] {logger[-40:]:<40} : {message}{_tail(fields)}"


def _nginx(at: float, level: str, _: str, message: str, fields: Fields) -> str:
    word = {"info": "notice", "warning": "warn", "fatal": "emerg"}.get(level, level)
    rest = "".join(f", {key}: {value}" for key, value in fields.items())
    return f"{_form(int(at), '%Y/%m/%d %H:%M:%S')} [{word}] 1#1: {message}{rest}"


def _postgres(at: float, level: str, _: str, message: str, fields: Fields) -> str:
    word = {"info": "LOG", "debug": "DEBUG"}.get(level, level.upper())
    when = f"{_form(int(at), '%Y-%m-%d %H:%M:%S')}.{_millis(at)} UTC"
    return f"{when} [1] {word}:  {message}{_tail(fields)}"


def _redis(at: float, level: str, _: str, message: str, fields: Fields) -> str:
    mark = {"debug": ".", "info": "*"}.get(level, "#")
    return f"1:M {_form(int(at), '%d %b %Y %H:%M:%S')}.{_millis(at)} {mark} {message}{_tail(fields)}"


def _rabbitmq(at: float, level: str, _: str, message: str, fields: Fields) -> str:
    word = "critical" if level == "fatal" else level
    when = f"{_form(int(at), '%Y-%m-%d %H:%M:%S')}.{_micros(at)}+00:00"
    return f"{when} [{word}] <0.230.0> {message}{_tail(fields)}"


def _klog(at: float, level: str, logger: str, message: str, fields: Fields) -> str:
    letter = "I" if level == "debug" else level[:1].upper()
    rest = "".join(f" {key}={json.dumps(str(value))}" for key, value in fields.items())
    when = f"{letter}{_form(int(at), '%m%d %H:%M:%S')}.{_micros(at)}"
    return f"{when}       1 {logger}.go:142] {json.dumps(message) if fields else message}{rest}"


_STYLES: dict[LogStyle, Callable[[float, str, str, str, Fields], str]] = {
    LogStyle.JSON: _json,
    LogStyle.LOGFMT: _logfmt,
    LogStyle.PLAIN: _plain,
    LogStyle.JAVA: _java,
    LogStyle.NGINX: _nginx,
    LogStyle.POSTGRES: _postgres,
    LogStyle.REDIS: _redis,
    LogStyle.RABBITMQ: _rabbitmq,
    LogStyle.KLOG: _klog,
}


def format_line(style: LogStyle, at: float, level: str, logger: str, message: str, /, **fields: object) -> str:
    """One log line as a program of that style writes it; `at` in epoch seconds, `fields` appended or merged."""
    return _STYLES[style](at, level, logger, message, fields)
