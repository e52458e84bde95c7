"""Where two servers answered differently, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, cast

from tests.conformance.talk import Said

_ABSENT = "<absent>"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one answer: `step` is the label of the request, `path` leads to the field."""

    step: str
    path: str
    lab: object
    real: object

    def __str__(self) -> str:
        return f"{self.step}: {self.path}: the lab says {self.lab!r}, the real server {self.real!r}"


def differences(lab: Sequence[Said], real: Sequence[Said]) -> list[Difference]:
    """All differences of two runs of a scenario, in its order."""
    labels = [each.label for each in lab], [each.label for each in real]
    if labels[0] != labels[1]:
        return [Difference("scenario", "steps", *labels)]
    return [found for ours, theirs in zip(lab, real, strict=True) for found in _step(ours, theirs)]


def _step(ours: Said, theirs: Said) -> Iterator[Difference]:
    for path, mine, other in _values("", ours.said, theirs.said):
        yield Difference(ours.label, path or ".", mine, other)


def _values(path: str, lab: Any, real: Any) -> Iterator[tuple[str, object, object]]:
    if isinstance(lab, dict) and isinstance(real, dict):
        ours, theirs = cast("dict[str, Any]", lab), cast("dict[str, Any]", real)
        for key in sorted({*ours, *theirs}):
            yield from _values(f"{path}.{key}", ours.get(key, _ABSENT), theirs.get(key, _ABSENT))
    elif isinstance(lab, list) and isinstance(real, list):
        yield from _items(path, cast("list[Any]", lab), cast("list[Any]", real))
    elif lab != real:
        yield path, lab, real


def _items(path: str, lab: list[Any], real: list[Any]) -> Iterator[tuple[str, object, object]]:
    """Item by item; what only one of the lists has is absent from the other."""
    for index, (mine, other) in enumerate(zip_longest(lab, real, fillvalue=_ABSENT)):
        yield from _values(f"{path}[{index}]", mine, other)
