"""What the stages of a log query do. Source: grafana/loki/pkg/logql/log (parser.go, label_filter.go, fmt.go)."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from midwatch.lab.telemetry.loki.syntax import Entry, Stage

_LOGFMT = re.compile(r'([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_NOT_NAME = re.compile(r"[^a-zA-Z0-9_]")
_FIELD = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_CAPTURE = re.compile(r"<(\w*)>")
_AMOUNT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)")
_SCALE = {
    "": 1.0, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0,
    "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def line_filter(op: str, texts: Sequence[str]) -> Stage:
    """`|=`, `!=`, `|~` or `!~` with one or more alternatives."""
    positive = op[0] == "|"
    if op in ("|=", "!="):
        return lambda entry: any(each in entry.line for each in texts) is positive
    patterns = [re.compile(each) for each in texts]
    return lambda entry: any(each.search(entry.line) for each in patterns) is positive


def json_stage(entry: Entry) -> bool:
    """Fields of a JSON line become labels, nested ones joined by `_`."""
    try:
        found: Any = json.loads(entry.line)
    except ValueError:
        found = None
    if isinstance(found, dict):
        _flatten(entry, "", cast("dict[str, Any]", found))
    else:
        _failed(entry, "JSONParserErr", "Value looks like object, but can't find closing '}' symbol")
    return True


def _flatten(entry: Entry, prefix: str, found: dict[str, Any]) -> None:
    for key, value in found.items():
        name = f"{prefix}{_NOT_NAME.sub('_', key)}"
        if isinstance(value, dict):
            _flatten(entry, f"{name}_", cast("dict[str, Any]", value))
        elif isinstance(value, bool):
            _extract(entry, name, str(value).lower())
        elif isinstance(value, str | int | float):
            _extract(entry, name, str(value))


def logfmt_stage(entry: Entry) -> bool:
    """Pairs of a logfmt line become labels."""
    for name, quoted, bare in _LOGFMT.findall(entry.line):
        _extract(entry, _NOT_NAME.sub("_", name), quoted.replace('\\"', '"') or bare)
    return True


def _extract(entry: Entry, name: str, value: str) -> None:
    entry.labels[f"{name}_extracted" if name in entry.labels else name] = value


def _failed(entry: Entry, kind: str, details: str) -> None:
    entry.labels["__error__"], entry.labels["__error_details__"] = kind, details


def regexp_stage(pattern: str) -> Stage:
    """Named groups of a pattern become labels."""
    compiled = re.compile(
        pattern.replace("(?<", "(?P<") if "(?<" in pattern and "(?P<" not in pattern else pattern
    )

    def stage(entry: Entry) -> bool:
        match = compiled.search(entry.line)
        for name, value in (match.groupdict() if match else {}).items():
            _extract(entry, name, value or "")
        return True

    return stage


def pattern_stage(pattern: str) -> Stage:
    """`<ip> - <_> "<method> ..."`: what stands at the captures becomes labels."""
    parts = _CAPTURE.split(pattern)
    source = re.escape(parts[0])
    names: list[str] = []
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        names.append(name)
        source += (
            f"({'.*?' if text else '.*'})" if name not in ("", "_") else ".*?" if text else ".*"
        ) + re.escape(text)
    compiled = re.compile(source, re.DOTALL)
    kept = [each for each in names if each not in ("", "_")]

    def stage(entry: Entry) -> bool:
        match = compiled.match(entry.line)
        for name, value in zip(kept, match.groups() if match else (), strict=False):
            _extract(entry, name, value)
        return True

    return stage


def line_format(template: str) -> Stage:
    """The line becomes a text with `{{.label}}` filled in."""

    def stage(entry: Entry) -> bool:
        entry.line = _FIELD.sub(lambda match: entry.labels.get(match.group(1), ""), template)
        return True

    return stage


def label_format(target: str, source: str, *, template: bool) -> Stage:
    """A label renamed, or made from a template."""

    def stage(entry: Entry) -> bool:
        if template:
            entry.labels[target] = _FIELD.sub(lambda match: entry.labels.get(match.group(1), ""), source)
        elif source in entry.labels:
            entry.labels[target] = entry.labels.pop(source)
        return True

    return stage


def choose_labels(names: Sequence[str], *, keep: bool) -> Stage:
    """`keep` or `drop`."""
    wanted = set(names)

    def stage(entry: Entry) -> bool:
        for each in [each for each in entry.labels if (each in wanted) is not keep]:
            del entry.labels[each]
        return True

    return stage


def label_equals(name: str, op: str, value: str) -> Stage:
    """A label compared with a text (`=`, `!=`) or a pattern (`=~`, `!~`)."""
    positive = op[0] == "="
    if "~" not in op:
        return lambda entry: (entry.labels.get(name, "") == value) is positive
    compiled = re.compile(value)
    return lambda entry: (compiled.fullmatch(entry.labels.get(name, "")) is not None) is positive


def label_compares(name: str, op: str, value: float) -> Stage:
    """A label compared with a number, a duration (seconds) or a size (bytes)."""
    compare = _COMPARE[op]

    def stage(entry: Entry) -> bool:
        actual = amount(entry.labels.get(name, ""))
        if actual is None:
            if name in entry.labels:
                _failed(entry, "LabelFilterErr", f"invalid number: {entry.labels[name]}")
            return False
        return compare(actual, value)

    return stage


def amount(text: str) -> float | None:
    """A number with or without a unit; None when it is none."""
    match = _AMOUNT.fullmatch(text.strip())
    scale = _SCALE.get(match.group(2).lower()) if match else None
    return float(match.group(1)) * scale if match and scale is not None else None


def both(left: Stage, right: Stage) -> Stage:
    """Both filters hold."""
    return lambda entry: left(entry) and right(entry)


def either(left: Stage, right: Stage) -> Stage:
    """Any of two filters holds."""
    return lambda entry: left(entry) or right(entry)


def unchanged(_: Entry) -> bool:
    """A stage that does nothing here (`decolorize`)."""
    return True
