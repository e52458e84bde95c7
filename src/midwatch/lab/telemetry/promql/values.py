"""What expressions evaluate to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.syntax import PromqlError

NAME = "__name__"

Vector: TypeAlias = dict[Labels, float]
"""One value for each label set, the metric name being the label `__name__`; the order is the one to show."""


class Window(NamedTuple):
    """The samples of one series in a range: `start` and `end` of the range, times and values."""

    labels: Labels
    start: float
    end: float
    times: Sequence[float]
    values: list[float]


Matrix: TypeAlias = list[Window]
Value: TypeAlias = float | str | Vector | Matrix


def nameless(labels: Labels) -> Labels:
    """Labels without the metric name, as every calculation leaves them."""
    if labels and labels[0][0] == NAME:  # where it stands when nothing in capitals comes before it
        return labels[1:]
    return tuple(each for each in labels if each[0] != NAME)


def without_names(found: Vector) -> Vector:
    """A vector whose metric names are dropped; raises `PromqlError` when that makes two series the same."""
    return unique((nameless(labels), value) for labels, value in found.items())


def unique(pairs: Iterable[tuple[Labels, float]]) -> Vector:
    """Pairs of labels and value as a vector; raises `PromqlError` when a label set occurs twice."""
    found: Vector = {}
    for labels, value in pairs:
        if labels in found:
            raise PromqlError("vector cannot contain metrics with the same labelset", "execution")
        found[labels] = value
    return found


def sort_labels(pairs: dict[str, str]) -> Labels:
    """Labels in their order, empty ones left out."""
    return tuple(sorted((key, value) for key, value in pairs.items() if value))
