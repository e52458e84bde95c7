from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.controllers.cluster import Wish, evict
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import PDB, POD, REPLICA_SET
from midwatch.lab.core.objects import Obj, condition_of, owner_reference, status, uid_of
from tests.lab.controllers.cluster.hands import Lab


def guarded(ready: int, **budget: Any) -> Lab:
    """Two pods of a ReplicaSet, so many of them ready, with a budget."""
    lab = Lab()
    lab.node("node-1")
    selector = {"matchLabels": {"app": "web"}}
    owner: Obj = lab.add(REPLICA_SET, "web", spec={"replicas": 2, "selector": selector})
    for index in range(2):
        lab.pod(f"web-{index}", meta={"ownerReferences": [owner_reference(owner)]})
    lab.run()
    for index in range(2):
        lab.ready(f"web-{index}", f"10.244.0.{index + 2}", ready=index < ready)
    lab.add(PDB, "web", spec={"selector": selector, **budget})
    lab.run()
    return lab


def test_a_budget_counts_what_may_go() -> None:
    found = status(guarded(2, maxUnavailable=1).get(PDB, "web"))
    counts = [found[each] for each in ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")]
    assert counts == [2, 2, 1, 1]


def test_a_budget_that_allows_it_lets_one_pod_go_at_a_time() -> None:
    lab = guarded(2, minAvailable="50%")
    evict(lab.env, lab.get(POD, "web-0"))
    target = condition_of(lab.get(POD, "web-0"), "DisruptionTarget") or {}
    assert target["reason"] == "EvictionByEvictionAPI"
    with pytest.raises(ApiError) as refused:
        evict(lab.env, lab.get(POD, "web-1"))
    assert refused.value.code == 429


def test_a_budget_without_room_refuses_with_its_numbers() -> None:
    lab = guarded(2, minAvailable=2)
    assert (condition_of(lab.get(PDB, "web"), "DisruptionAllowed") or {})["reason"] == "InsufficientPods"
    with pytest.raises(ApiError) as refused:
        evict(lab.env, lab.get(POD, "web-0"))
    assert refused.value.message == "Cannot evict pod as it would violate the pod's disruption budget."
    cause = "The disruption budget web needs 2 healthy pods and has 2 currently"
    assert refused.value.details["causes"][0]["message"] == cause


def test_a_budget_about_no_pods_says_so() -> None:
    lab = Lab()
    lab.add(PDB, "web", spec={"selector": {"matchLabels": {"app": "web"}}, "maxUnavailable": 1})
    lab.run()
    assert lab.events("NoPods") == ["No matching pods found"]
    assert status(lab.get(PDB, "web"))["disruptionsAllowed"] == 0


def test_an_eviction_of_another_pod_of_that_name_is_refused_and_marks_nothing() -> None:
    lab = guarded(2, minAvailable="50%")
    with pytest.raises(ApiError) as refused:
        evict(lab.env, lab.get(POD, "web-0"), Wish(uid="another"))
    assert refused.value.message == (
        'Operation cannot be fulfilled on Pod "web-0": the UID in the precondition (another) does not match the '
        f"UID in record ({uid_of(lab.get(POD, 'web-0'))}). The object might have been deleted and then recreated"
    )
    assert condition_of(lab.get(POD, "web-0"), "DisruptionTarget") is None


def test_a_budget_with_too_many_unconfirmed_evictions_refuses() -> None:
    lab = guarded(2, minAvailable="50%")
    budget = lab.get(PDB, "web")
    many = {f"gone-{number}": "2026-01-01T00:00:00Z" for number in range(2001)}
    lab.env.registry.update_status(PDB, {**budget, "status": {**status(budget), "disruptedPods": many}})
    with pytest.raises(ApiError) as refused:
        evict(lab.env, lab.get(POD, "web-0"))
    assert refused.value.message == (
        'poddisruptionbudget.policy "web" is forbidden: DisruptedPods map too big - too many evictions not '
        "confirmed by PDB controller"
    )
