"""Silences: who is not to be told about which alerts, and until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from midwatch.lab.core.metrics import Labels


@dataclass(frozen=True, slots=True)
class Condition:
    """One matcher; a `pattern` is anchored. `equal` False turns it round."""

    name: str
    value: str
    pattern: bool = False
    equal: bool = True

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it."""
        actual = labels.get(self.name, "")
        same = re.fullmatch(self.value, actual) is not None if self.pattern else actual == self.value
        return same is self.equal


@dataclass(frozen=True, slots=True)
class Silence:
    """Times in epoch seconds."""

    id: str
    conditions: tuple[Condition, ...]
    start: float
    end: float
    author: str
    comment: str
    updated: float

    def state(self, now: float) -> str:
        """`pending`, `active` or `expired`."""
        if now < self.start:
            return "pending"
        return "active" if now < self.end else "expired"

    def mutes(self, labels: Labels, now: float) -> bool:
        """Whether it silences an alert now."""
        known = dict(labels)
        return self.state(now) == "active" and all(each.holds(known) for each in self.conditions)
