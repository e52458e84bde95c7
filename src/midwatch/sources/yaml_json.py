"""YAML from anywhere to JSON values: fast, and safe against documents made to crash or flood the reader.

Works on the event stream of libyaml without recursion: composing nodes, as PyYAML does, overflows the C stack on
deep nesting, and is five times slower. Timestamps stay text, since objects carry them as text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol, cast

import yaml
from yaml.cyaml import CParser  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from midwatch.domain.json import JSON

_DEEPEST = 100
_SPARE = 1024 * 1024
_EXPANSION = 10
_MOST_EXTRA = 128 * 1024 * 1024
_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_LARGEST_INTEGER = 2**63
_INTEGER = re.compile(r"[-+]?(?:0o?[0-7]{1,20}|0x[0-9a-fA-F]{1,16}|0|[1-9][0-9]{0,18})")
# An exponent needs a dot or a sign: Go writes `1e+06`, while `12e4` is more likely the start of a hash.
_FLOAT = re.compile(
    r"[-+]?(?:(?:\.[0-9]{1,30}|[0-9]{1,30}\.[0-9]{0,30})(?:[eE][-+]?[0-9]{1,3})?|[0-9]{1,30}[eE][-+][0-9]{1,3})"
)
_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{form: True for word in _TRUE for form in (word, word.title(), word.upper())},
    **{form: False for word in _FALSE for form in (word, word.title(), word.upper())},
}


class BadYaml(ValueError):
    """The text is not YAML that can be used; `line` counts from 1, 0 when unknown."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {why}" if line else why)


class _Parser(Protocol):
    def get_event(self) -> Event | None: ...


def load_yaml(text: bytes) -> list[JSON]:
    """All documents of a text. Raises `BadYaml`."""
    builder = _Builder(min(len(text) * _EXPANSION + _SPARE, len(text) + _MOST_EXTRA))
    try:
        parser = cast("_Parser", CParser(text))
        while (event := parser.get_event()) is not None:
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise BadYaml(
            error.problem or "not YAML", error.problem_mark.line + 1 if error.problem_mark else 0
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadYaml(str(error).splitlines()[0] if isinstance(error, BadYaml) else "not YAML text") from error
    return builder.documents


class _Builder:
    """Builds values from events. `weight` is the size the values have as JSON, aliases written out."""

    def __init__(self, heaviest: int) -> None:
        self.documents: list[JSON] = []
        self._heaviest = heaviest
        self._weight = 0
        self._anchors: dict[str, tuple[JSON, int]] = {}
        # Open containers, innermost last: the container, its pending key, its anchor, the weight before it.
        self._open: list[tuple[dict[str, JSON] | list[JSON], str | None, str | None, int]] = []
        self._container: dict[str, JSON] | list[JSON] = self.documents
        self._key: str | None = None

    def take(self, event: Event) -> None:
        """One event of the parser."""
        kind = type(event)
        if kind is ScalarEvent:
            self._scalar(cast("ScalarEvent", event))
        elif kind is MappingStartEvent:
            self._begin({}, cast("MappingStartEvent", event).anchor)
        elif kind is SequenceStartEvent:
            self._begin([], cast("SequenceStartEvent", event).anchor)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._end()
        elif kind is AliasEvent:
            self._alias(cast("AliasEvent", event))
        elif kind is DocumentEndEvent:
            self._anchors.clear()

    def _scalar(self, event: ScalarEvent) -> None:
        text = cast("str", event.value)
        before = self._weight
        self._weight += len(text) + 4
        plain = event.implicit[0] or ((event.tag or "").startswith(_TAG) and event.tag != f"{_TAG}str")
        if type(self._container) is dict and self._key is None:
            self._key = text
            value: JSON = text
        else:
            value = _plain(text) if plain else text
            self._add(value)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._weight - before)

    def _begin(self, container: dict[str, JSON] | list[JSON], anchor: str | None) -> None:
        if type(self._container) is dict and self._key is None:
            raise BadYaml("a mapping or list is used as a key")
        if len(self._open) >= _DEEPEST:
            raise BadYaml(f"nested deeper than {_DEEPEST} levels")
        self._open.append((self._container, self._key, anchor, self._weight))
        self._container, self._key = container, None

    def _end(self) -> None:
        done = self._container
        if type(done) is dict and _MERGE in done:
            _merge(done)
        self._container, self._key, anchor, before = self._open.pop()
        if anchor:
            self._anchors[anchor] = (done, self._weight - before)
        self._add(done)

    def _alias(self, event: AliasEvent) -> None:
        try:
            value, weight = self._anchors[cast("str", event.anchor)]
        except KeyError:
            raise BadYaml("an alias refers to itself or to nothing") from None
        self._weight += weight
        if self._weight > self._heaviest:
            raise BadYaml("aliases expand to far more than the document")
        if type(self._container) is dict and self._key is None:
            if not isinstance(value, str):
                raise BadYaml("an alias of a mapping or list is used as a key")
            self._key = value
        else:
            self._add(value)

    def _add(self, value: JSON) -> None:
        container = self._container
        if type(container) is list:
            container.append(value)
        else:
            cast("dict[str, JSON]", container)[cast("str", self._key)] = value
            self._key = None


def _merge(mapping: dict[str, JSON]) -> None:
    """`<<: *defaults`: take over what the mapping does not say itself."""
    merged = mapping[_MERGE]
    parts = merged if isinstance(merged, list) else [merged]
    if not all(isinstance(part, dict) for part in parts):
        return
    del mapping[_MERGE]
    for part in parts:
        if isinstance(part, dict):
            for name, value in part.items():
                mapping.setdefault(name, value)


@lru_cache(maxsize=8192)
def _plain(text: str) -> JSON:
    """An unquoted scalar, as Kubernetes reads it; numbers beyond 64 bits stay text."""
    first = text[:1]
    if first and first not in "0123456789+-.~nNtTfFyYoO":
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> JSON:
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1] not in "xX"
    number = int(digits.replace("o", ""), 8) if octal else int(digits, 0)
    return text if number >= _LARGEST_INTEGER else (-number if text[0] == "-" else number)
