"""One alert."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from midwatch.lab.core.metrics import Labels


class AlertState(StrEnum):
    """Pending until it has lasted as long as the rule wants."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """What a rule found. Times in epoch seconds: `since` it holds, when it `fired`, when it `ended`."""

    rule: str
    labels: Labels
    annotations: tuple[tuple[str, str], ...]
    state: AlertState
    value: float
    since: float
    fired: float | None = None
    ended: float | None = None
    query: str = ""

    @property
    def name(self) -> str:
        """The label `alertname`."""
        return self.label("alertname")

    @property
    def fingerprint(self) -> str:
        """What Alertmanager knows the alert by."""
        return fingerprint(self.labels)

    def label(self, name: str) -> str:
        """The value of a label, empty when it has none."""
        return next((value for key, value in self.labels if key == name), "")


def fingerprint(labels: Iterable[tuple[str, str]]) -> str:
    """FNV-1a over sorted labels, 16 hexadecimal digits. Source: prometheus/common/model/signature.go."""
    found = 0xCBF29CE484222325
    for name, value in sorted(labels):
        for byte in (*name.encode(), 0xFF, *value.encode(), 0xFF):
            found = ((found ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{found:016x}"
