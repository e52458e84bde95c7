"""The eviction of a pod: only when its disruption budget allows it. The API's eviction subresource calls this.

Source: kubernetes/pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from midwatch.domain.kube.selectors import matches
from midwatch.lab.controllers.cluster.disruption_target import with_disruption_target
from midwatch.lab.controllers.cluster.endpoint import is_ready
from midwatch.lab.controllers.cluster.pods_by_label import selector_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import PDB, POD
from midwatch.lab.core.objects import (
    Obj,
    is_deleted,
    labels_of,
    meta,
    name_of,
    namespace_of,
    part,
    parts,
    set_condition,
    spec,
    stamp,
    status,
    uid_of,
    with_status,
)
from midwatch.lab.core.registry import ADMIN, User

_VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_TOO_BIG = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
_MOST = 2000  # MaxDisruptedPodSize


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a pod evicted, and how it is then deleted (the `deleteOptions` of an Eviction)."""

    user: User = ADMIN
    propagation: str = ""
    grace: int | None = None
    uid: str = ""
    version: str = ""
    dry_run: bool = False


def evict(env: Env, pod: Obj, wish: Wish | None = None) -> Obj:
    """Evict a pod; raises `ApiError` 429 when its budget forbids it now, 500 when it has several budgets."""
    wish = wish or Wish()
    if not _expendable(pod):
        budget = _budget(env, pod)
        if budget is not None and not _may_go_unhealthy(budget, pod):
            _take(env, budget, pod, dry_run=wish.dry_run)
        if not wish.dry_run:
            wish = _mark(env, pod, wish)
    return env.registry.delete(
        POD,
        namespace_of(pod),
        name_of(pod),
        user=wish.user,
        propagation=wish.propagation,
        grace=wish.grace,
        uid=wish.uid,
        version=wish.version,
        dry_run=wish.dry_run,
    )


def _mark(env: Env, pod: Obj, wish: Wish) -> Wish:
    """Say on the pod why it goes; its version has then been checked (addConditionAndDeletePod)."""
    for wanted, found, what, else_ in (
        (wish.uid, uid_of(pod), "UID", "deleted and then recreated"),
        (wish.version, meta(pod)["resourceVersion"], "ResourceVersion", "modified"),
    ):
        if wanted and wanted != found:
            why = f"the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). "
            message = f'Operation cannot be fulfilled on Pod "{name_of(pod)}": {why}'
            details = {"name": name_of(pod), "kind": "Pod"}
            raise ApiError(409, "Conflict", f"{message}The object might have been {else_}", details=details)
    marked = with_disruption_target(pod, "EvictionByEvictionAPI", "Eviction API: evicting", env.clock.now)
    env.registry.update_status(POD, marked)
    return replace(wish, version="")


def _expendable(pod: Obj) -> bool:
    """Whether no budget concerns a pod (canIgnorePDB)."""
    return is_deleted(pod) or status(pod).get("phase") in ("Succeeded", "Failed", "Pending")


def _budget(env: Env, pod: Obj) -> Obj | None:
    found: list[Obj] = []
    for each in env.store.list(PDB, namespace_of(pod)):
        selector = selector_of(spec(each).get("selector"))
        if selector is not None and matches(selector, labels_of(pod)):
            found.append(each)
    if len(found) > 1:
        raise ApiError(500, "", _SEVERAL)
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
    """Use one of the disruptions that a budget allows (checkAndDecrement)."""
    found = status(budget)
    _check(budget, found)
    if dry_run:
        return
    left = found["disruptionsAllowed"] - 1
    disrupted = {**part(found, "disruptedPods"), name_of(pod): stamp(env.clock.now)}
    changed: Obj = with_status(budget, disruptionsAllowed=left, disruptedPods=disrupted)
    if left == 0:
        refused = {"type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods", "message": ""}
        refused["observedGeneration"] = found.get("observedGeneration", 0)
        conditions = set_condition(parts(found, "conditions"), refused, env.clock.now)
        changed = with_status(changed, conditions=conditions)
    env.registry.update_status(PDB, changed)


def _check(budget: Obj, found: Obj) -> None:
    name, allowed = name_of(budget), found.get("disruptionsAllowed", 0)
    if found.get("observedGeneration", 0) < meta(budget).get("generation", 0):
        raise _refusal(f"The disruption budget {name} is still being processed by the server.", retry=10)
    if allowed < 0:
        raise _forbidden(name, "pdb disruptions allowed is negative")
    if len(found.get("disruptedPods") or ()) > _MOST:
        raise _forbidden(name, _TOO_BIG)
    if allowed == 0:
        needs, has = found.get("desiredHealthy", 0), found.get("currentHealthy", 0)
        raise _refusal(f"The disruption budget {name} needs {needs} healthy pods and has {has} currently")


def _refusal(why: str, retry: int = 0) -> ApiError:
    causes = [{"reason": "DisruptionBudget", "message": why}]
    return ApiError(429, "TooManyRequests", _VIOLATES, details={"causes": causes}, retry=retry)


def _forbidden(name: str, why: str) -> ApiError:
    """The resource is in the singular there."""
    details = {"name": name, "group": PDB.group, "kind": "poddisruptionbudget"}
    message = f'poddisruptionbudget.policy "{name}" is forbidden: {why}'
    return ApiError(403, "Forbidden", message, details=details)
