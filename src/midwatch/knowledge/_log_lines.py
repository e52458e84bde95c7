"""Log lines made comparable: JSON unpacked, colours and control characters gone, stack traces joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

import msgspec

from midwatch.domain.json import JSON

MAX_LINE = 4096
"""How much of a line is read; of a JSON line four times as much, for its message may come last."""

_MAX_JSON = 4 * MAX_LINE
_MAX_HEAD = 300
_MAX_CAUSE = 160
_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_CONTROL = dict.fromkeys((*range(32), 127, *range(128, 160), 65279, 65533), " ")
_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[0-9.,]{0,12}(?:Z|[+-][0-9]{2}:?[0-9]{2}))[ ](?:std(?:out|err) [FP] )?"
)
_CONTINUES = re.compile(
    r"\s{0,16}(?:at [\w.$<>/\[(]|Caused by: |Suppressed: |\.\.\. [0-9]{1,5} (?:more|common)|---> |--- End of"
    r"|goroutine [0-9]{1,12} \[|created by |File \"[^\"]{1,300}\", line |[\w./-]{1,200}\.go:[0-9]{1,7}|\[signal )"
)
_OPENS = re.compile(r"Exception|Error\b|Traceback|panic|goroutine|FATAL|[Ss]tack")
_VARIABLES = re.compile(
    r"\bos\.environ\b|File \"(?:<frozen os>|[^\"]{1,200}/os\.py)\", line [0-9]{1,6}, in __getitem__"
)
"""How CPython tells of a missing variable: Lib/os.py, class _Environ."""
_ENVIRONMENT = "os.environ"
_CAUSE = re.compile(r"\s{0,16}(?:Caused by: |---> )")
_LEVELS = ("level", "severity", "lvl", "levelname", "log.level", "@l", "loglevel")
_MESSAGES = ("message", "msg", "@m", "@mt", "text", "event", "short_message", "log", "body")
_ERRORS = (
    "error", "err", "exception", "error.message", "errorVerbose", "exc_info", "stack_trace", "stacktrace", "stack",
    "cause", "reason", "detail", "details",
)  # fmt: skip
_PINO = {10: "TRACE", 20: "DEBUG", 30: "INFO", 40: "WARN", 50: "ERROR", 60: "FATAL"}


class Record(NamedTuple):
    """One entry of a log, the number of the line it begins on, and the runtime's stamp there, if any."""

    text: str
    line: int
    stamp: str = ""


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Entries of a log: a stack trace is one entry, ended by its innermost cause."""
    head, number, cause, traced, stamped = "", 0, "", False, ""
    for count, raw in enumerate(lines, 1):
        stamp, line = _clean(raw)
        if not line or line.isspace():
            continue
        if head and _continues(line, head, traced):
            traced = True
            if _CAUSE.match(line) or _VARIABLES.search(line):
                cause = line.strip()[:_MAX_CAUSE] if _CAUSE.match(line) else _ENVIRONMENT
            continue
        if head and traced and head.endswith("call last):"):
            where, cause = f" in {cause}" if cause == _ENVIRONMENT else "", ""
            head, traced = f"{head}{where} {line.strip()}"[:MAX_LINE], False  # Python names the exception last
            continue
        if head:
            yield Record(_joined(head, cause), number, stamped)
        head, number, cause, traced, stamped = unpacked(line), count, "", False, stamp
    if head:
        yield Record(_joined(head, cause), number, stamped)


def _clean(raw: str) -> tuple[str, str]:
    """The runtime's time stamp, and the line without it, colours and control characters."""
    stamp, line = "", raw[:_MAX_JSON].rstrip()
    if "\x1b" in line:
        line = _COLOUR.sub("", line)
    if line[:1].isdigit():
        match = _STAMP.match(line)
        if match is not None:
            stamp, line = match[1], line[match.end() :]
    if line[:1] != "{":
        line = line[:MAX_LINE]
    return stamp, line if line.isprintable() else line.translate(_CONTROL).rstrip()


def _continues(line: str, head: str, traced: bool) -> bool:
    first = line[0]
    if traced and line.endswith(")") and head.startswith(("panic", "fatal error", "goroutine")):
        return True  # Go writes the functions of a stack without indentation
    if not first.isspace() and first not in "aCS.-gcF[/":
        return False
    if _CONTINUES.match(line):
        return True
    return first.isspace() and (traced or _OPENS.search(head) is not None)


def _joined(head: str, cause: str) -> str:
    return f"{head[:_MAX_HEAD]} {cause}" if cause else head


def unpacked(line: str) -> str:
    """The level, message and error of a JSON line; any other line as it is."""
    text = line.lstrip()
    if not text.startswith("{") or not text.endswith("}"):
        return line[:MAX_LINE]
    try:
        entry = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return line[:MAX_LINE]
    return _told(cast("dict[str, JSON]", entry))[:MAX_LINE] or line[:MAX_LINE]


def _told(entry: dict[str, JSON]) -> str:
    message = _first(entry, _MESSAGES)
    error = _first(entry, _ERRORS)
    level = next((_level(entry[key]) for key in _LEVELS if key in entry), "")
    if not message and not error:
        return ""
    said = f"{message}: {error}" if message and error and error not in message else message or error
    return " ".join(f"{level} {said}".split())


def _first(entry: dict[str, JSON], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = entry.get(key)
        if isinstance(value, dict):
            value = next((value[each] for each in _MESSAGES if isinstance(value.get(each), str)), None)
        if isinstance(value, str) and value.strip():
            return value.strip()[:MAX_LINE]
    return ""


def _level(value: JSON) -> str:
    if isinstance(value, int):
        return _PINO.get(value, "")
    return value.upper()[:16] if isinstance(value, str) else ""
