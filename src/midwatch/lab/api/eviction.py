"""Evictions, which respect disruption budgets.

Source: kubernetes/pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.api.body import decoded
from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.deleting import Options, options_of, removed
from midwatch.lab.api.resources import Resource
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError, bad_request, forbidden
from midwatch.lab.core.kinds import PDB, POD
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    is_deleted,
    labels_of,
    meta,
    name_of,
    namespace_of,
    part,
    set_condition,
    spec,
    stamp,
    status,
    with_status,
)

_REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_MOST = 2000  # MaxDisruptedPodSize


def evict(call: Call, _: Resource) -> Reply:
    """Evict a pod; raises `ApiError` 429 when a budget does not allow it now."""
    body = decoded(call.body, call.headers.get("content-type", ""), "Eviction")
    name = meta(body).get("name") or ""
    if name != call.target.name:
        raise bad_request("name in URL does not match name in Eviction object")
    options = options_of(call, body.get("deleteOptions") or {})
    pod = call.env.store.demand(POD, call.target.namespace, name)
    if not _expendable(pod):
        _use_budget(call.env, pod, options)
    removed(call, POD, pod, options)
    return Answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}, 201)


def _expendable(pod: Obj) -> bool:
    """Whether no budget concerns a pod (canIgnorePDB)."""
    return is_deleted(pod) or status(pod).get("phase") in ("Succeeded", "Failed", "Pending")


def _budgets(env: Env, pod: Obj) -> list[Obj]:
    return [each for each in env.store.list(PDB, namespace_of(pod)) if _covers(each, pod)]


def _covers(budget: Obj, pod: Obj) -> bool:
    chosen: Obj | None = spec(budget).get("selector")
    return chosen is not None and matches(msgspec.convert(chosen, LabelSelector), labels_of(pod))


def _use_budget(env: Env, pod: Obj, options: Options) -> None:
    found = _budgets(env, pod)
    if len(found) > 1:
        raise ApiError(500, "", _SEVERAL)
    if not found or _unready_anyway(found[0], pod):
        return
    budget = found[0]
    state = status(budget)
    _check(budget, state)
    if options.dry_run:
        return
    left = state["disruptionsAllowed"] - 1
    disrupted = {**part(state, "disruptedPods"), name_of(pod): stamp(env.clock.now)}
    changed = with_status(budget, disruptionsAllowed=left, disruptedPods=disrupted)
    if left == 0:
        refused = {"type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods", "message": ""}
        refused["observedGeneration"] = state.get("observedGeneration", 0)
        conditions: Sequence[Obj] = state.get("conditions") or ()
        changed = with_status(changed, conditions=set_condition(conditions, refused, env.clock.now))
    env.registry.update_status(PDB, changed)


def _unready_anyway(budget: Obj, pod: Obj) -> bool:
    """An unready pod does not count, as long as enough others are healthy (or the budget says so)."""
    if (condition_of(pod, "Ready") or {}).get("status") == "True":
        return False
    if spec(budget).get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    wanted = status(budget).get("desiredHealthy", 0)
    return status(budget).get("currentHealthy", 0) >= wanted > 0


def _check(budget: Obj, state: Obj) -> None:
    name, allowed = name_of(budget), state.get("disruptionsAllowed", 0)
    if state.get("observedGeneration", 0) < meta(budget).get("generation", 0):
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", 10)
    if allowed < 0:
        raise forbidden(PDB, name, "pdb disruptions allowed is negative")
    if len(state.get("disruptedPods") or ()) > _MOST:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise forbidden(PDB, name, why)
    if allowed == 0:
        wanted, healthy = state.get("desiredHealthy", 0), state.get("currentHealthy", 0)
        raise _too_many(f"The disruption budget {name} needs {wanted} healthy pods and has {healthy} currently", 0)


def _too_many(cause: str, retry: int) -> ApiError:
    details = {"causes": [{"reason": "DisruptionBudget", "message": cause}]}
    return ApiError(429, "TooManyRequests", _REFUSED, details=details, retry=retry)
