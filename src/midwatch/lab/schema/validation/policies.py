"""Autoscalers, disruption budgets, quotas, limit ranges, priority classes.

Source: validation.go of kubernetes/pkg/apis/{autoscaling,policy,core,scheduling}/validation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, name_of, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, unsupported
from midwatch.lab.schema.validation.numbers import count_or_share
from midwatch.lab.schema.validation.resources import amount, check_amount, text
from midwatch.lab.schema.validation.selectors import check_selector

_METRICS = ("ContainerResource", "External", "Object", "Pods", "Resource")
_QUOTA = frozenset({
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "services",
    "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
    "services.nodeports", "services.loadbalancers",
})  # fmt: skip
_SCOPES = ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
           "CrossNamespacePodAffinity", "VolumeAttributesClass")  # fmt: skip


def autoscaler(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A HorizontalPodAutoscaler."""
    del old
    body = spec(new)
    least, most = body.get("minReplicas"), body.get("maxReplicas") or 0
    if least is not None and least < 1:
        yield bad("spec.minReplicas", least, "must be greater than or equal to 1")
    if most < 1:
        yield bad("spec.maxReplicas", most, "must be greater than 0")
    if least is not None and most < least:
        yield bad("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    target: Obj = body.get("scaleTargetRef") or {}
    for key in ("kind", "name"):
        if not target.get(key):
            yield required(f"spec.scaleTargetRef.{key}")
        else:
            yield from (bad(f"spec.scaleTargetRef.{key}", target[key], why) for why in names.segment(target[key]))
    for index, each in enumerate(body.get("metrics") or ()):
        yield from _metric(each, f"spec.metrics[{index}]")


def _metric(found: Obj, path: str) -> Iterator[FieldError]:
    kind = found.get("type") or ""
    if not kind:
        yield required(f"{path}.type", "must specify a metric source type")
    if kind not in _METRICS:
        yield unsupported(f"{path}.type", kind, _METRICS)
        return
    key = kind[:1].lower() + kind[1:]
    source: Obj | None = found.get(key)
    if source is None:
        yield required(f"{path}.{key}", "must populate information for the given metric source")
        return
    for other in found.keys() - {"type", key}:
        yield forbidden(f"{path}.{other}", "must populate the given metric source only")
    if key in ("resource", "containerResource"):
        yield from _resource_metric(source, f"{path}.{key}")


def _resource_metric(found: Obj, path: str) -> Iterator[FieldError]:
    if not found.get("name"):
        yield required(f"{path}.name", "must specify a resource name")
    target: Obj = found.get("target") or {}
    share, value = target.get("averageUtilization"), target.get("averageValue")
    if share is None and value is None:
        why = "must set either a target raw value or a target utilization"
        yield required(f"{path}.target.averageUtilization", why)
    if share is not None and share < 1:
        yield bad(f"{path}.target.averageUtilization", share, "must be greater than 0")
    if share is not None and value is not None:
        yield forbidden(
            f"{path}.target.averageValue", "may not set both a target raw value and a target utilization"
        )


def disruption_budget(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A PodDisruptionBudget."""
    del old
    body = spec(new)
    if body.get("minAvailable") is not None and body.get("maxUnavailable") is not None:
        yield bad("spec", body, "minAvailable and maxUnavailable cannot be both set")
    for key in ("minAvailable", "maxUnavailable"):
        if body.get(key) is not None:
            yield from count_or_share(body[key], f"spec.{key}")
    policy = body.get("unhealthyPodEvictionPolicy")
    if policy not in (None, "IfHealthyBudget", "AlwaysAllow"):
        yield unsupported("spec.unhealthyPodEvictionPolicy", policy, ("AlwaysAllow", "IfHealthyBudget"))
    yield from check_selector(body.get("selector"), "spec.selector")


def quota(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A ResourceQuota."""
    hard: Obj = spec(new).get("hard") or {}
    for name, quantity in hard.items():
        path = f"spec.hard[{name}]"
        for why in names.qualified(name):
            yield bad(path, name, why)
        if "/" not in name and name not in _QUOTA and ".hugepages-" not in name:
            yield bad(path, name, "must be a standard resource for quota")
        yield from check_amount(name, quantity, path)
    for each in spec(new).get("scopes") or ():
        if each not in _SCOPES:
            yield bad("spec.scopes", spec(new)["scopes"], "unsupported scope")
    if old is not None and (spec(new).get("scopes") or []) != (spec(old).get("scopes") or []):
        yield bad("spec.scopes", spec(new).get("scopes"), "field is immutable")


def limit_range(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A LimitRange."""
    del old
    seen: set[str] = set()
    for index, each in enumerate(spec(new).get("limits") or ()):
        path, kind = f"spec.limits[{index}]", each.get("type") or ""
        if kind in seen:
            yield duplicate(f"{path}.type", kind)
        seen.add(kind)
        yield from _limits(each, path)


_ORDER: Sequence[tuple[str, str]] = (
    ("min", "max"), ("min", "defaultRequest"), ("defaultRequest", "max"), ("defaultRequest", "default"),
    ("default", "max"), ("min", "default"),
)  # fmt: skip
_WORDS = {
    "min": "min value",
    "max": "max value",
    "default": "default value",
    "defaultRequest": "default request value",
}


def _limits(found: Obj, path: str) -> Iterator[FieldError]:
    for low, high in _ORDER:
        less: dict[str, Any] = found.get(low) or {}
        more: dict[str, Any] = found.get(high) or {}
        for name in less.keys() & more.keys():
            if amount(less[name]) > amount(more[name]):
                why = f"{_WORDS[low]} {text(less[name])} is greater than {_WORDS[high]} {text(more[name])}"
                yield bad(f"{path}.{low}[{name}]", text(less[name]), why)


def priority_class(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A PriorityClass."""
    value = new.get("value", 0)
    if value > 1_000_000_000 and not name_of(new).startswith("system-"):
        why = "maximum allowed value of a user defined priority is 1000000000"
        yield forbidden("value", why)
    if old is not None:
        for key in ("value", "preemptionPolicy"):
            if new.get(key) != old.get(key):
                yield forbidden(key, "may not be changed in an update.")
