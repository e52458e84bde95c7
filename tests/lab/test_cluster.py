"""The whole simulated cluster: an application runs in it, is served, breaks, and recovers."""

from __future__ import annotations

from random import Random

import pytest

from midwatch.domain.resource import Ref
from midwatch.lab.apps.shop import SHOP
from midwatch.lab.cluster import Cluster, running
from midwatch.lab.core.kinds import DEPLOYMENT, POD
from midwatch.lab.core.objects import name_of, namespace_of, parts, spec, status
from midwatch.lab.faults.catalogue import all_faults, fault_named
from midwatch.lab.faults.strike import LabView, strike
from tests.lab.causes import KNOWN

START = 1_795_000_000.0


@pytest.fixture(scope="module")
def shop() -> Cluster:
    return running(SHOP, START, warm=60)


def test_every_deployment_of_the_shop_becomes_available_and_its_clients_are_served(shop: Cluster) -> None:
    lacking = [
        name_of(each)
        for each in shop.env.store.list(DEPLOYMENT)
        if status(each).get("availableReplicas") != spec(each)["replicas"]
    ]
    assert lacking == []
    assert shop.env.components.crashes == []
    assert all(shop.traffic.health(each.name, 60).success > 0.99 for each in shop.env.world.clients)


def test_the_same_seed_gives_the_same_cluster() -> None:
    pods = [
        sorted(
            (name_of(each), spec(each)["nodeName"]) for each in running(SHOP, START, warm=0).env.store.list(POD)
        )
        for _ in range(2)
    ]
    assert pods[0] == pods[1]


@pytest.mark.parametrize("name", sorted(all_faults()))
def test_every_fault_names_known_causes_and_can_strike_the_shop(name: str, shop: Cluster) -> None:
    fault, view = fault_named(name), LabView(shop)
    targets = sorted(fault.targets(view))
    assert targets, "nothing to strike"
    plan = fault.plan(view, targets[0], Random(1))
    assert set(fault.causes) <= KNOWN
    assert bool(plan.culprits) is not fault.harmless


def test_a_release_of_a_missing_image_shows_and_its_undoing_heals() -> None:
    cluster = running(SHOP, START, warm=0)
    target = Ref("Deployment", "shop", "cart")
    plan = fault_named("image-tag-missing").plan(LabView(cluster), target, Random(1))
    undo = strike(cluster, plan)
    cluster.run(300)
    assert "ImagePullBackOff" in _waiting(cluster)
    for each in undo:
        each()
    cluster.run(300)
    assert _waiting(cluster) == []


def _waiting(cluster: Cluster) -> list[str]:
    return [
        each["state"]["waiting"]["reason"]
        for pod in cluster.env.store.list(POD)
        if namespace_of(pod) == "shop"
        for each in parts(status(pod), "containerStatuses")
        if "waiting" in each["state"]
    ]
