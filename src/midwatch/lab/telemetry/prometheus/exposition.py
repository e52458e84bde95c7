"""The text exposition format, in which a real Prometheus scrapes this cluster.

Source: prometheus.io/docs/instrumenting/exposition_formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.prometheus.answers import number
from midwatch.lab.telemetry.prometheus.metadata import family_of, help_of

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_CHUNK = 2000


def exposition(families: Iterable[tuple[str, Mapping[Labels, float]]]) -> Iterator[str]:
    """The text in parts of some thousand lines; the series of one histogram stand together."""
    found = dict(families)
    names = frozenset(found)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in found:
        groups.setdefault(family_of(name, names), []).append(name)
    lines: list[str] = []
    for (family, kind), members in groups.items():
        lines += [f"# HELP {family} {help_of(family)}", f"# TYPE {family} {kind}"]
        for name in members:
            for labels, value in found[name].items():
                lines.append(f"{name}{_labels(labels)} {number(value)}")
                if len(lines) >= _CHUNK:
                    yield "\n".join(lines) + "\n"
                    lines = []
    yield "\n".join(lines) + "\n" if lines else ""


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{value.translate(_ESCAPES)}"' for key, value in labels) + "}"
