"""Type, unit and help text of metrics, by the conventions of their names."""

from __future__ import annotations

import re

_PART = re.compile(r"_(bucket|sum|count)$")
_HELP = {
    "up": "Whether the target could be scraped.",
    "istio_requests_total": "Total requests.",
    "istio_request_duration_milliseconds": "Duration of requests, in milliseconds.",
    "container_cpu_usage_seconds_total": "Cumulative cpu time consumed in seconds.",
    "container_cpu_cfs_periods_total": "Number of elapsed enforcement period intervals.",
    "container_cpu_cfs_throttled_periods_total": "Number of throttled period intervals.",
    "container_memory_working_set_bytes": "Current working set in bytes.",
    "container_spec_memory_limit_bytes": "Memory limit for the container.",
}


def family_of(name: str, names: frozenset[str]) -> tuple[str, str]:
    """The family that a series name belongs to, and its type: `counter`, `gauge` or `histogram`."""
    base = _PART.sub("", name)
    if base != name and f"{base}_bucket" in names:
        return base, "histogram"
    return name, "counter" if name.endswith("_total") else "gauge"


def help_of(family: str) -> str:
    """A sentence about a family."""
    known = _HELP.get(family)
    return known or f"{family.replace('_', ' ').capitalize()}."
