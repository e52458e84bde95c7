"""What a pod asks of a node: the sum that the scheduler, the kubelet and quotas agree on.

Source: k8s.io/component-helpers/resource/helpers.go (PodRequests).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, TypeAlias

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import Obj, part, parts

Amounts: TypeAlias = dict[str, int]
"""Amounts by resource: `cpu` in thousandths of a core, all else in units or bytes."""

DEFAULT_CPU, DEFAULT_MEMORY = 100, 200 * 1024 * 1024
"""What scoring takes for a container that asks for nothing (pkg/scheduler/util/pod_resources.go)."""


def amounts(values: Mapping[str, Any] | None) -> Amounts:
    """Quantities as whole numbers, rounded up."""
    found: Amounts = {}
    for name, value in (values or {}).items():
        number = parse_quantity(value) or 0.0
        found[name] = ceil(number * 1000 - 1e-9) if name == "cpu" else ceil(number - 1e-9)
    return found


def pod_requests(spec: Obj) -> Amounts:
    """All that a pod asks for, zeros left out: containers, sidecars, the largest init step, overhead."""
    total = _total(spec, {})
    pod_level = amounts(part(spec, "resources", "requests"))
    total |= pod_level
    _add(total, amounts(spec.get("overhead")))
    return {name: value for name, value in total.items() if value}


def scored_requests(spec: Obj) -> tuple[int, int]:
    """CPU and memory for scoring, where containers without requests count as small ones."""
    total = _total(spec, {"cpu": DEFAULT_CPU, "memory": DEFAULT_MEMORY})
    return total.get("cpu", 0), total.get("memory", 0)


def _total(spec: Obj, defaults: Amounts) -> Amounts:
    total: Amounts = {}
    for each in parts(spec, "containers"):
        _add(total, _asked(each, defaults))
    sidecars: Amounts = {}
    largest: Amounts = {}
    for each in parts(spec, "initContainers"):
        wanted = _asked(each, defaults)
        if each.get("restartPolicy") == "Always":
            _add(total, wanted)
            _add(sidecars, wanted)
            wanted = dict(sidecars)
        else:
            _add(wanted, sidecars)
        _raise(largest, wanted)
    _raise(total, largest)
    return total


def _asked(container: Obj, defaults: Amounts) -> Amounts:
    resources: Obj = container.get("resources") or {}
    limits, requests = amounts(resources.get("limits")), amounts(resources.get("requests"))
    return {**defaults, **limits, **requests}


def _add(total: Amounts, more: Amounts) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def _raise(total: Amounts, least: Amounts) -> None:
    for name, value in least.items():
        total[name] = max(total.get(name, 0), value)
