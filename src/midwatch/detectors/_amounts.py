"""What pods ask for: effective requests and limits, as the scheduler and the quota evaluator add them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.quantity import Quantity, parse_quantity

_BINARY = ((2.0**40, "Ti"), (2.0**30, "Gi"), (2.0**20, "Mi"), (2.0**10, "Ki"))


@lru_cache(maxsize=8192)
def _parsed(text: str) -> float:
    return max(parse_quantity(text) or 0.0, 0.0)


def amount(value: Quantity | None) -> float:
    """A quantity as a number; 0 when absent, malformed or negative."""
    return _parsed(value) if isinstance(value, str) else max(parse_quantity(value) or 0.0, 0.0)


def amounts(values: Mapping[str, Quantity]) -> dict[str, float]:
    """Quantities as numbers."""
    return {name: amount(value) for name, value in values.items()}


def requests_of(container: Container) -> dict[str, float]:
    """Requests of a container; a limit without a request is a request too (pkg/apis/core/v1/defaults.go)."""
    return amounts({**container.resources.limits, **container.resources.requests})


def limits_of(container: Container) -> dict[str, float]:
    """Limits of a container."""
    return amounts(container.resources.limits)


def pod_requests(spec: PodSpec) -> dict[str, float]:
    """Effective requests of a pod (k8s.io/component-helpers/resource/helpers.go)."""
    inits = [(requests_of(each), each.restart_policy == "Always") for each in spec.init_containers]
    return _combined([requests_of(each) for each in spec.containers], inits)


def pod_limits(spec: PodSpec) -> dict[str, float]:
    """Effective limits of a pod."""
    inits = [(limits_of(each), each.restart_policy == "Always") for each in spec.init_containers]
    return _combined([limits_of(each) for each in spec.containers], inits)


def _combined(mains: list[dict[str, float]], inits: list[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """Containers run together, init containers one after the other beside the sidecars started before them."""
    total: Counter[str] = Counter()
    for each in mains:
        total.update(each)
    sidecars: Counter[str] = Counter()
    peak: dict[str, float] = {}
    for each, is_sidecar in inits:
        step = Counter(sidecars)
        step.update(each)
        peak = {name: max(peak.get(name, 0.0), step[name]) for name in {*peak, *step}}
        if is_sidecar:
            sidecars = step
    total.update(sidecars)
    return {name: max(total[name], peak.get(name, 0.0)) for name in sorted({*total, *peak})}


def show_amount(resource: str, value: float) -> str:
    """A number the way people write it: `500m` and `2` for cores and counts, `512Mi` for bytes."""
    if "memory" in resource or "storage" in resource:
        return _show_bytes(value)
    if value != int(value):
        return f"{round(value * 1000)}m"
    return str(int(value))


def _show_bytes(value: float) -> str:
    for size, unit in _BINARY:
        if value >= size:
            scaled = round(value / size, 1)
            return f"{int(scaled) if scaled == int(scaled) else scaled}{unit}"
    return str(int(value))
