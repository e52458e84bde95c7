"""Quantiles of classic histograms. Source: prometheus/promql/quantile.go (bucketQuantile)."""

from __future__ import annotations

import math
from bisect import bisect_left

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.values import NAME, Vector


def histogram_quantile(share: float, buckets: Vector) -> Vector:
    """The quantile of each histogram, told by the label `le` of its buckets."""
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, value in buckets.items():
        bound = next((text for name, text in labels if name == "le"), None)
        edge = _edge(bound)
        if edge is not None:
            key = tuple(each for each in labels if each[0] not in ("le", NAME))
            groups.setdefault(key, []).append((edge, value))
    return {key: _quantile(share, sorted(found)) for key, found in groups.items()}


def _edge(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _quantile(share: float, found: list[tuple[float, float]]) -> float:
    if math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return math.copysign(math.inf, share - 0.5)
    if len(found) < 2 or found[-1][0] != math.inf:
        return math.nan
    edges = [edge for edge, _ in found]
    counts: list[float] = []
    for _, count in found:  # cumulative counts cannot fall: rates of buckets scraped apart may
        counts.append(max(count, counts[-1]) if counts else count)
    if not counts[-1] > 0:
        return math.nan
    rank = share * counts[-1]
    index = bisect_left(counts, rank, 0, len(counts) - 1)
    if index == len(counts) - 1:
        return edges[-2]
    if index == 0 and edges[0] <= 0:
        return edges[0]
    low = edges[index - 1] if index else 0.0
    below = counts[index - 1] if index else 0.0
    return low + (edges[index] - low) * ((rank - below) / (counts[index] - below))
