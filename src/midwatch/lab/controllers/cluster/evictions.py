"""The eviction of a pod: only when its disruption budget allows it. The API's eviction subresource calls this.

Source: kubernetes/pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from midwatch.domain.kube.selectors import matches
from midwatch.lab.controllers.cluster.disruption_target import with_disruption_target
from midwatch.lab.controllers.cluster.endpoint import is_ready
from midwatch.lab.controllers.cluster.pods_by_label import selector_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import PDB, POD
from midwatch.lab.core.objects import (
    Obj,
    labels_of,
    meta,
    name_of,
    namespace_of,
    part,
    spec,
    stamp,
    status,
    with_status,
)
from midwatch.lab.core.registry import ADMIN, User

_VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."


def evict(env: Env, pod: Obj, *, user: User = ADMIN, grace: int | None = None, dry_run: bool = False) -> Obj:
    """Evict a pod; raises `ApiError` 429 when its budget forbids it now, 500 when it has several budgets."""
    phase = status(pod).get("phase")
    if phase not in ("Succeeded", "Failed", "Pending") and not meta(pod).get("deletionTimestamp"):
        budget = _budget(env, pod)
        if budget is not None and not _may_go_unhealthy(budget, pod):
            _take(env, budget, pod, dry_run=dry_run)
        if not dry_run:
            marked = with_disruption_target(pod, "EvictionByEvictionAPI", "Eviction API: evicting", env.clock.now)
            env.registry.update_status(POD, marked)
    return env.registry.delete(POD, namespace_of(pod), name_of(pod), user=user, grace=grace, dry_run=dry_run)


def _budget(env: Env, pod: Obj) -> Obj | None:
    found: list[Obj] = []
    for each in env.store.list(PDB, namespace_of(pod)):
        selector = selector_of(spec(each).get("selector"))
        if selector is not None and matches(selector, labels_of(pod)):
            found.append(each)
    if len(found) > 1:
        raise ApiError(500, "InternalError", _SEVERAL)
    return found[0] if found else None


def _may_go_unhealthy(budget: Obj, pod: Obj) -> bool:
    """Whether a pod that is not ready may go whatever the budget (`unhealthyPodEvictionPolicy`)."""
    if is_ready(pod):
        return False
    if spec(budget).get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    found = status(budget)
    return found.get("desiredHealthy", 0) > 0 and found.get("currentHealthy", 0) >= found.get("desiredHealthy", 0)


def _take(env: Env, budget: Obj, pod: Obj, *, dry_run: bool) -> None:
    """Use one of the disruptions that a budget allows."""
    found, name = status(budget), name_of(budget)
    if found.get("observedGeneration", 0) < meta(budget).get("generation", 1):
        raise _refusal(f"The disruption budget {name} is still being processed by the server.", retry=10)
    allowed = int(found.get("disruptionsAllowed") or 0)
    if allowed <= 0:
        needs, has = found.get("desiredHealthy", 0), found.get("currentHealthy", 0)
        raise _refusal(f"The disruption budget {name} needs {needs} healthy pods and has {has} currently")
    if dry_run:
        return
    disrupted = {**part(found, "disruptedPods"), name_of(pod): stamp(env.clock.now)}
    changed: Obj = with_status(budget, disruptionsAllowed=allowed - 1, disruptedPods=disrupted)
    env.registry.update_status(PDB, changed)


def _refusal(why: str, retry: int = 0) -> ApiError:
    causes = [{"reason": "DisruptionBudget", "message": why}]
    return ApiError(429, "TooManyRequests", _VIOLATES, details={"causes": causes}, retry=retry)
