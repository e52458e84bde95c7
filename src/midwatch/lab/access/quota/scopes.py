"""Which pods (and claims) a quota with scopes is about.

Source: kubernetes/pkg/quota/v1/evaluator/core/pods.go (podMatchesScopeFunc), persistent_volume_claims.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.domain.kube.selectors import satisfies
from midwatch.lab.access.pod_resources import containers_of, init_containers_of
from midwatch.lab.access.selectors import requirement
from midwatch.lab.core.kinds import POD, Kind
from midwatch.lab.core.objects import Obj, part, parts, spec


def in_scope(quota: Obj, kind: Kind, obj: Obj) -> bool:
    """Whether an object counts for a quota; a quota without scopes is about everything."""
    body = spec(quota)
    scopes: Sequence[str] = body.get("scopes") or ()
    expressions = parts(body, "scopeSelector", "matchExpressions")
    if not scopes and not expressions:
        return True
    if kind is not POD:
        return False
    every: tuple[Obj, ...] = (*({"scopeName": each, "operator": "Exists"} for each in scopes), *expressions)
    return all(_matches(each, obj) for each in every)


def _matches(selector: Obj, pod: Obj) -> bool:
    body = spec(pod)
    match selector.get("scopeName"):
        case "Terminating":
            return _ends(body)
        case "NotTerminating":
            return not _ends(body)
        case "BestEffort":
            return _best_effort(pod)
        case "NotBestEffort":
            return not _best_effort(pod)
        case "PriorityClass":
            return _has_priority(selector, body.get("priorityClassName") or "")
        case "CrossNamespacePodAffinity":
            return any(each.get("namespaces") or "namespaceSelector" in each for each in _terms(body))
        case _:
            return False


def _ends(body: Obj) -> bool:
    return (body.get("activeDeadlineSeconds") or -1) >= 0


def _best_effort(pod: Obj) -> bool:
    for each in (*containers_of(pod), *init_containers_of(pod)):
        resources: Obj = each.get("resources") or {}
        for field in ("requests", "limits"):
            if {"cpu", "memory"} & part(resources, field).keys():
                return False
    return True


def _has_priority(selector: Obj, name: str) -> bool:
    if selector.get("operator") == "Exists":
        return bool(name)
    labels = {"PriorityClass": name} if name else {}
    return satisfies(requirement({**selector, "key": "PriorityClass"}), labels)


def _terms(body: Obj) -> Iterator[Obj]:
    affinity: Obj = body.get("affinity") or {}
    for field in ("podAffinity", "podAntiAffinity"):
        rules: Obj = affinity.get(field) or {}
        yield from parts(rules, "requiredDuringSchedulingIgnoredDuringExecution")
        for each in parts(rules, "preferredDuringSchedulingIgnoredDuringExecution"):
            yield part(each, "podAffinityTerm")
