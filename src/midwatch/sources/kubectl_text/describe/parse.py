"""The text of `kubectl describe`: one object or several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.describe import config, quotas
from midwatch.sources.kubectl_text.describe.blocks import starts
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.custom import custom
from midwatch.sources.kubectl_text.describe.layouts import LAYOUTS, choose, infer
from midwatch.sources.kubectl_text.describe.sections import Handler, apply, keys_at, split
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Parsed, Reader
from midwatch.sources.kubectl_text.values import put, word

_FAILED = re.compile(r"(?:Error from server|error:|The connection to the server|Unable to connect)")
_ASIDE = re.compile(r"(?:No resources found|Warning: )")
_AGAIN = frozenset({"Service"})


def parse_describe(
    text: str, *, now: datetime, kind: str | None = None, namespace: str | None = None, first_line: int = 1
) -> Parsed:
    """The objects in the output of `kubectl describe`, each followed by what is printed inside it, as events are.

    `kind` is the resource as it was asked for; without it the fields tell. `namespace` is used only where a
    printer leaves it out (roles). `now` is when it was printed: ages count back from it. `first_line` is the
    number of the text's first line in whatever the text is a part of.
    """
    reader = Reader(now, namespace)
    asked = kinds.find(kind).kind if kind else None
    objects: list[Obj] = []
    for number, lines in _blocks(text.replace("\r\n", "\n").split("\n"), first_line, reader):
        objects += _object(lines, number, asked, reader)
    return Parsed(tuple(objects), tuple(reader.skipped))


def _blocks(lines: Sequence[str], first: int, reader: Reader) -> list[tuple[int, list[str]]]:
    """Each object's lines, with the number of the first one; lines before the first object are noted."""
    begins = starts(lines)
    for number, line in enumerate(lines[: begins[0] if begins else len(lines)], first):
        if _FAILED.match(line):
            reader.skip(f"kubectl failed: {line[:200]}", f"line {number}")
        elif line.strip() and not _ASIDE.match(line):
            reader.odd(number, line)
    ends = [*begins[1:], len(lines)]
    return [(at + first, list(lines[at:end])) for at, end in zip(begins, ends, strict=False)]


def _object(lines: list[str], number: int, asked: str | None, reader: Reader) -> list[Obj]:
    shown = quotas.headed(lines) if any(map(quotas.TITLES.match, lines)) else lines
    kind = choose(asked, infer(shown))
    if kind not in LAYOUTS and any(line.startswith("API Version:") for line in lines):
        return custom(lines, number, reader)
    if kind is None:
        name = lines[0].partition(":")[2].strip()
        reader.skip(f"cannot tell of which kind {name!r} is: name the resource", f"line {number}")
        return []
    made = frame(kinds.of(kind))
    reader.where, reader.extra = kind, []
    _fill(made, shown, number, reader)
    if "name" not in (made["metadata"] if isinstance(made["metadata"], dict) else {}):
        return []
    return [made, *reader.extra]


def _fill(made: Obj, lines: list[str], number: int, reader: Reader) -> None:
    kind = word(made, "kind")
    parts: dict[str, tuple[int, list[str]]] = {}
    if kind in ("ConfigMap", "Secret"):
        lines, parts = config.cut_data(lines)
    handlers = LAYOUTS.get(kind, COMMON)
    apply(split(lines, number, _pattern(kind), kind in _AGAIN), handlers, made, reader)
    if kind == "ConfigMap":
        config.config_data(parts, made, reader)
    elif kind == "Secret":
        config.secret_data(parts, made, reader)
    if reader.namespace and kinds.of(kind).namespaced and not word(made, "metadata", "namespace"):
        put(made, "metadata.namespace", reader.namespace)


@lru_cache(maxsize=64)
def _pattern(kind: str) -> re.Pattern[str]:
    handlers: Mapping[str, Handler] = LAYOUTS.get(kind, COMMON)
    return keys_at(0, tuple(handlers))
