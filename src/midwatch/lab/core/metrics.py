"""Metrics as the components of a cluster expose them: counters and gauges with labels, read by whoever scrapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Sorted pairs of name and value."""


def labels(**pairs: str) -> Labels:
    """Labels in order; empty values are left out, as Prometheus does."""
    return tuple(sorted((key, value) for key, value in pairs.items() if value))


class Metrics:
    """The current value of every series, named as Prometheus does (seconds, bytes, `_total`)."""

    def __init__(self) -> None:
        self._values: dict[str, dict[Labels, float]] = {}
        self._collectors: list[Callable[[], None]] = []

    def set(self, name: str, at: Labels, value: float) -> None:
        """A gauge has this value."""
        self._values.setdefault(name, {})[at] = value

    def add(self, name: str, at: Labels, value: float) -> None:
        """A counter grows."""
        family = self._values.setdefault(name, {})
        family[at] = family.get(at, 0.0) + value

    def forget(self, name: str, at: Labels) -> None:
        """One series is no more."""
        self._values.get(name, {}).pop(at, None)

    def replace(self, name: str, values: dict[Labels, float]) -> None:
        """The series of one name are these from now on."""
        self._values[name] = values

    def drop(self, name: str, keep: Callable[[Labels], bool]) -> None:
        """Forget the series of one name that are not to be kept (their pods are gone)."""
        family = self._values.get(name)
        if family is not None:
            self._values[name] = {at: value for at, value in family.items() if keep(at)}

    def clear(self, name: str) -> None:
        """Forget all series of one name."""
        self._values.pop(name, None)

    def collector(self, collect: Callable[[], None]) -> None:
        """Call before each reading, to bring gauges up to date."""
        self._collectors.append(collect)

    def collect(self) -> Iterator[tuple[str, dict[Labels, float]]]:
        """All families by name, after the collectors ran."""
        for each in self._collectors:
            each()
        yield from self._values.items()
