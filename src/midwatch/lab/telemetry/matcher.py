"""Conditions on labels, as selectors of metrics and of logs state them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; an absent label is the empty text. `pattern` is anchored."""

    name: str
    op: str
    value: str
    pattern: re.Pattern[str] | None = None

    def matches(self, value: str) -> bool:
        """Whether a value of the label fulfils it."""
        if self.pattern is None:
            return (value == self.value) is (self.op == "=")
        return (self.pattern.fullmatch(value) is not None) is (self.op == "=~")
