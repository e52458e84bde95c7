"""How well a simulated cluster is, and what got worse."""

from __future__ import annotations

from random import Random

import pytest

from midwatch.domain.resource import Ref
from midwatch.lab.apps.shop import SHOP
from midwatch.lab.cluster import Cluster, running
from midwatch.lab.faults.catalogue import fault_named
from midwatch.lab.faults.strike import LabView, strike
from midwatch.lab.judge import wellness_of, worse

_START = 1_795_000_000.0
_CATALOG = Ref("Deployment", "shop", "catalog")


@pytest.fixture
def shop() -> Cluster:
    return running(SHOP, _START, warm=300)


def test_nothing_gets_worse_by_itself_in_a_quarter_of_an_hour(shop: Cluster) -> None:
    before = wellness_of(shop)
    shop.run(900)
    assert worse(before, wellness_of(shop)) == ()
    assert any(each.startswith("requests of") for each in before.shares)


def test_a_service_without_endpoints_hurts_clients_and_its_repair_heals_them(shop: Cluster) -> None:
    before = wellness_of(shop)
    undo = strike(shop, fault_named("service-selector-wrong").plan(LabView(shop), _service(shop), Random(1)))
    shop.run(300)
    hurt = worse(before, wellness_of(shop))
    assert any(each.startswith("requests of") for each in hurt)
    for each in undo:
        each()
    shop.run(300)
    assert worse(before, wellness_of(shop)) == ()


def test_scaling_a_broken_workload_to_zero_or_deleting_it_is_no_repair(shop: Cluster) -> None:
    before = wellness_of(shop)
    strike(shop, fault_named("scaled-to-zero").plan(LabView(shop), _CATALOG, Random(1)))
    shop.run(120)
    assert str(_CATALOG) in worse(before, wellness_of(shop))
    kind = shop.env.kinds.named("Deployment")
    assert kind is not None
    shop.env.registry.delete(kind, "shop", "catalog")
    shop.run(120)
    assert str(_CATALOG) in worse(before, wellness_of(shop))


def test_a_stopped_part_of_the_control_plane_is_worse(shop: Cluster) -> None:
    before = wellness_of(shop)
    shop.env.components.stop("kube-scheduler")
    assert worse(before, wellness_of(shop)) == ("kube-scheduler",)


def test_a_node_whose_runtime_comes_back_reports_its_pods_ready_again(shop: Cluster) -> None:
    before = wellness_of(shop)
    shop.env.components.stop("container-runtime/worker-1")
    shop.run(600)
    hurt = worse(before, wellness_of(shop))
    assert {"Node worker-1", "DaemonSet kube-system/kube-proxy"} <= set(hurt)
    shop.env.components.start("container-runtime/worker-1")
    shop.run(300)
    assert worse(before, wellness_of(shop)) == ()


def _service(shop: Cluster) -> Ref:
    found = Ref("Service", "shop", "catalog")
    assert found in fault_named("service-selector-wrong").targets(LabView(shop))
    return found
