"""Samples of a small shop, the same each time: counters with resets, histograms, gauges, series that end."""

from __future__ import annotations

import math
from collections.abc import Iterator

from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.telemetry.database import Database

START = 1_700_000_000.0
STEP = 15.0
COUNT = 160
_EDGES = ("10", "50", "100", "500", "1000", "+Inf")
_SERVICES = ("cart", "web", "db")


def scrape(index: int) -> Iterator[tuple[str, dict[Labels, float]]]:
    """What scrape number `index` finds."""
    requests: dict[Labels, float] = {}
    buckets: dict[Labels, float] = {}
    memory: dict[Labels, float] = {}
    for place, service in enumerate(_SERVICES):
        for code in ("200", "500"):
            grown = index * (place + 1) * (10 if code == "200" else 0.25)
            since = grown if not (service == "db" and index > 90) else (index - 90) * 7.0
            requests[labels(service=service, code=code, pod=f"{service}-0")] = since
        total = index * (place + 1) * 10.0
        for rank, edge in enumerate(_EDGES):
            share = min(1.0, (rank + 1) / 5)
            buckets[labels(service=service, le=edge)] = total * share
        if not (service == "web" and index > 120):
            memory[labels(service=service, node=f"n{place}")] = 1e8 + 1e6 * math.sin(index / 7) * (place + 1)
    yield "requests_total", requests
    yield "duration_bucket", buckets
    yield "memory_bytes", memory
    yield "limit_bytes", {labels(service=each, tier="gold"): 2e8 for each in _SERVICES[:2]}


def filled() -> Database:
    """A database with all of it."""
    found = Database()
    for index in range(COUNT):
        found.append(START + STEP * index, scrape(index))
    return found


def open_metrics() -> str:
    """The same as OpenMetrics text with times, as `promtool tsdb create-blocks-from` reads it."""
    lines: dict[str, list[str]] = {}
    for index in range(COUNT):
        for name, family in scrape(index):
            for at, value in family.items():
                text = ",".join(f'{key}="{each}"' for key, each in at)
                lines.setdefault(name, []).append(f"{name}{{{text}}} {value!r} {START + STEP * index:.3f}")
    return "\n".join(each for family in lines.values() for each in family) + "\n# EOF\n"
