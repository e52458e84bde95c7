from __future__ import annotations

import math

import pytest

from midwatch.detectors import performance, registry
from midwatch.detectors.performance._weights import weight
from midwatch.domain.finding import Claim, Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Call, Measure, Signal
from midwatch.domain.resource import Ref
from tests.builders import inventory_of

CALLS = [("front", "orders"), ("front", "search"), ("orders", "stock"), ("orders", "mail")]


def service(name: str) -> Ref:
    return Ref("Service", "shop", name)


def workload(name: str) -> Ref:
    return Ref("StatefulSet", "shop", name)


def calls(pairs: list[tuple[str, str]] | None = None) -> list[Call]:
    return [Call(service(caller), service(callee)) for caller, callee in (CALLS if pairs is None else pairs)]


def running(name: str, on: str, ready: str = "True") -> str:
    return f"""
---
kind: Pod
metadata:
  name: {name}-0
  namespace: shop
  labels: {{app: {name}}}
  ownerReferences: [{{kind: StatefulSet, name: {name}, controller: true}}]
spec: {{nodeName: {on}}}
status: {{phase: Running, conditions: [{{type: Ready, status: "{ready}"}}]}}
---
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}}}
"""


def cluster(**nodes: str) -> Inventory:
    """Who runs where; by default spread over two nodes."""
    places = {"front": "n1", "orders": "n2", "search": "n1", "stock": "n2", "mail": "n1"} | nodes
    return inventory_of(*(running(name, on) for name, on in places.items()))


def signal(name: str, measure: Measure, normal: float | None, current: float | None, unit: str = "") -> Signal:
    return Signal(service(name), measure, normal, current, unit, "")


def slow(name: str, current: float = 900.0, normal: float = 10.0) -> Signal:
    return signal(name, Measure.LATENCY, normal, current, "ms")


def correlated(inventory: Inventory, signals: list[Signal], edges: list[Call] | None = None) -> list[Finding]:
    return list(performance.correlate(inventory, signals, calls() if edges is None else edges))


def best(findings: list[Finding]) -> Claim:
    return max((claim for each in findings for claim in each.claims), key=lambda each: each.strength)


def test_the_deepest_slow_service_is_the_cause_and_its_callers_are_victims() -> None:
    findings = correlated(cluster(), [slow("front", 2000), slow("orders", 1500), slow("stock")])
    assert (best(findings).cause, best(findings).culprit) == ("network-delay", workload("stock"))
    victims = {each.subject for each in findings if each.rule == "performance/victim"}
    assert victims == {workload("front"), workload("orders")}


def test_a_busy_deepest_service_is_overloaded() -> None:
    busy = [
        signal("stock", Measure.CPU, 0.01, 0.16, "cores"),
        signal("stock", Measure.CPU_THROTTLING, None, 0.7, "s"),
        slow("stock", 80),
        slow("orders", 120, 20),
    ]
    assert (best(correlated(cluster(), busy)).cause) == "cpu-overload"


def test_throttling_without_more_use_of_cpu_is_a_limit_that_is_too_low() -> None:
    throttled = [signal("stock", Measure.CPU_THROTTLING, 0.0, 0.9, "s"), slow("stock")]
    assert best(correlated(cluster(), throttled)).cause == "cpu-throttled"


def test_a_busy_service_below_that_answers_in_time_is_not_to_blame() -> None:
    signals = [slow("orders"), signal("stock", Measure.CPU_THROTTLING, None, 0.9, "s")]
    assert best(correlated(cluster(), signals)).culprit == workload("orders")


def test_lost_traffic_below_a_slow_service_is_its_consequence() -> None:
    dropped = [signal(name, Measure.TRAFFIC, 30, 3, "req/s") for name in ("stock", "mail", "orders")]
    findings = correlated(cluster(), [slow("orders"), *dropped])
    assert best(findings).culprit == workload("orders")
    assert all(claim.culprit != workload("stock") for each in findings for claim in each.claims)


def test_a_callee_that_is_down_explains_its_callers() -> None:
    inventory = inventory_of(running("orders", "n1"), running("stock", "n2", "False"))
    findings = correlated(inventory, [slow("orders")])
    assert [each.rule for each in findings] == ["performance/victim"]


def test_a_service_with_sick_pods_is_less_surely_a_network_problem() -> None:
    sick = inventory_of(running("orders", "n1"), running("stock", "n2", "False"))
    well = best(correlated(cluster(), [slow("stock")])).strength
    assert best(correlated(sick, [slow("stock")])).strength < well


@pytest.mark.parametrize(
    ("measure", "unit", "current", "cause"),
    [
        (Measure.NETWORK_RTT, "ms", 120.0, "network-delay"),
        (Measure.NETWORK_RETRANSMITS, "%", 8.0, "network-loss"),
        (Measure.MEMORY, "%", 97.0, "memory-saturated"),
        (Measure.DISK_IO, "%", 99.0, "disk-io-saturated"),
    ],
)
def test_direct_measures_name_the_cause(measure: Measure, unit: str, current: float, cause: str) -> None:
    findings = correlated(cluster(), [slow("stock"), signal("stock", measure, 1.0, current, unit)])
    assert best(findings).cause == cause


def test_errors_and_vanished_answers_without_latency_hint_at_loss() -> None:
    signals = [
        signal("stock", Measure.ERRORS, 100, 60, "%"),
        signal("stock", Measure.TRAFFIC, 30, 2, "req/s"),
    ]
    assert "network-loss" in {claim.cause for each in correlated(cluster(), signals) for claim in each.claims}


FLAT = [("front", name) for name in ("orders", "search", "stock", "mail")]


def test_independent_slow_services_of_one_node_blame_the_node() -> None:
    inventory = cluster(orders="n2", stock="n2", search="n2", mail="n1")
    signals = [slow("orders"), slow("stock"), slow("search"), slow("front", 3000)]
    claim = best(correlated(inventory, signals, calls(FLAT)))
    assert (claim.cause, claim.culprit) == ("node-network-delay", Ref("Node", "", "n2"))


def test_a_node_that_retransmits_much_loses_packets() -> None:
    inventory = cluster(orders="n2", stock="n2", search="n2", mail="n1")
    lost = Signal(Ref("Node", "", "n2"), Measure.NETWORK_RETRANSMITS, 0.0, 6.0, "retrans", "")
    signals = [slow("orders"), slow("stock"), signal("search", Measure.ERRORS, 100, 50, "%"), lost]
    claim = best(correlated(inventory, signals, calls(FLAT)))
    assert (claim.cause, claim.culprit.name) == ("node-network-loss", "n2")


def test_lost_traffic_on_a_node_that_retransmits_is_enough() -> None:
    inventory = cluster(orders="n2", stock="n2", search="n1", mail="n1")
    lost = Signal(Ref("Node", "", "n2"), Measure.NETWORK_RETRANSMITS, 0.0, 6.0, "retrans", "")
    dropped = [signal(name, Measure.TRAFFIC, 30, 3, "req/s") for name in ("orders", "stock")]
    claim = best(correlated(inventory, [lost, *dropped], calls(FLAT)))
    assert (claim.cause, claim.culprit.name) == ("node-network-loss", "n2")


def test_slow_services_on_different_nodes_blame_no_node() -> None:
    inventory = cluster(orders="n1", stock="n2", search="n3", mail="n4")
    findings = correlated(inventory, [slow("orders"), slow("stock"), slow("search")], calls(FLAT))
    assert all(claim.culprit.kind != "Node" for each in findings for claim in each.claims)


def test_without_calls_the_service_that_slowed_down_most_is_the_first_suspect() -> None:
    findings = correlated(cluster(), [slow("front", 2000, 40), slow("stock", 900, 3)], [])
    assert best(findings).culprit == workload("stock")
    assert [each.subject for each in findings if each.rule == "performance/victim"] == [workload("front")]


def test_services_that_call_each_other_do_not_excuse_each_other() -> None:
    findings = correlated(
        cluster(), [slow("front"), slow("orders", 500)], calls([("front", "orders"), ("orders", "front")])
    )
    assert sum(each.rule == "performance/deepest-anomaly" for each in findings) == 1


def test_a_surge_is_told_once_where_it_enters() -> None:
    surge = [signal(name, Measure.TRAFFIC, 10, 60, "req/s") for name in ("front", "orders", "stock")]
    findings = correlated(cluster(), surge)
    assert [(each.subject, each.rule) for each in findings] == [(workload("front"), "performance/traffic-surge")]


def test_nothing_out_of_the_ordinary_is_nothing() -> None:
    assert correlated(cluster(), []) == []
    assert correlated(cluster(), [slow("front", 14), signal("stock", Measure.CPU, 0.0005, 0.02, "cores")]) == []


@pytest.mark.parametrize(
    "tiny",
    [
        signal("stock", Measure.CPU, 0.001, 0.03, "cores"),
        signal("stock", Measure.LATENCY, 0.2, 9.0, "ms"),
        signal("stock", Measure.TRAFFIC, 0.3, 0.0, "req/s"),
        signal("stock", Measure.CPU, 3.0, 5.0, "%"),
    ],
)
def test_large_ratios_of_tiny_values_weigh_nothing(tiny: Signal) -> None:
    assert weight(tiny) == 0.0
    assert list(performance.read_signal(cluster(), tiny)) == []


def test_a_sidecar_weighs_less_than_the_service() -> None:
    busy = signal("stock", Measure.CPU, 0.01, 0.5, "cores")
    sidecar = Signal(busy.subject, busy.measure, 0.01, 0.5, "cores", "container istio-proxy")
    assert weight(sidecar) < weight(busy) / 2


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("value", [None, 0.0, -1.0, math.nan, math.inf, 1e308])
def test_odd_numbers_are_survived(measure: Measure, value: float | None) -> None:
    for normal, current in ((value, 1.0), (1.0, value), (value, value)):
        odd = signal("stock", measure, normal, current, "%")
        assert 0.0 <= weight(odd) <= 1.0
        list(performance.read_signal(cluster(), odd))
        correlated(cluster(), [odd, slow("orders")])


def test_one_signal_alone_is_a_weak_claim_at_the_workload() -> None:
    finding = next(iter(performance.read_signal(cluster(), slow("stock"))))
    assert finding.subject == workload("stock")
    assert finding.claims[0].strength <= 0.4
    node = Signal(Ref("Node", "", "n1"), Measure.NETWORK_RETRANSMITS, 0.0, 3.0, "", "")
    assert next(iter(performance.read_signal(cluster(), node))).claims[0].cause == "node-network-loss"


def test_the_registry_correlates_too() -> None:
    broken: list[str] = []
    found = registry.correlate(cluster(), [slow("stock")], calls(), lambda name, error: broken.append(name))
    assert best(list(found)).culprit == workload("stock")
    assert broken == []


def test_without_calls_a_guess_is_told_as_one() -> None:
    blind = correlated(cluster(), [slow("front", 2000, 40), slow("stock", 900, 3)], [])
    seen = correlated(cluster(), [slow("front", 2000, 40), slow("stock", 900, 3)], calls([("front", "stock")]))
    assert best(blind).strength < 0.5 < best(seen).strength
    assert "unknown" in next(each for each in blind if each.rule == "performance/deepest-anomaly").message.en


def test_a_peer_that_retransmits_a_little_is_not_the_lossy_node() -> None:
    peer = Signal(Ref("Node", "", "n1"), Measure.NETWORK_RETRANSMITS, 0.0, 0.7, "retrans", "")
    dropped = [signal(name, Measure.TRAFFIC, 30, 3, "req/s") for name in ("search", "mail")]
    findings = correlated(cluster(), [slow("orders"), peer, *dropped], [])
    assert all(claim.culprit.kind != "Node" for each in findings for claim in each.claims)


def resent(name: str, current: float) -> Signal:
    return Signal(Ref("Node", "", name), Measure.NETWORK_RETRANSMITS, 0.0, current, "retrans", "")


def test_the_node_that_retransmits_most_loses_packets_although_its_peer_answers_late() -> None:
    inventory = cluster(front="n1", orders="n2", search="n1", stock="n1", mail="n1")
    late = [slow("orders"), slow("search"), signal("front", Measure.ERRORS, 100, 80, "%")]
    claim = best(correlated(inventory, [*late, resent("n1", 5.5), resent("n2", 2.0)]))
    assert (claim.cause, claim.culprit.name) == ("node-network-loss", "n1")


def test_two_nodes_that_retransmit_alike_are_not_told_apart() -> None:
    assert correlated(cluster(), [resent("n1", 3.0), resent("n2", 2.9)]) == []


def test_a_bad_link_between_two_nodes_is_no_fault_of_two_services() -> None:
    inventory = cluster(front="n1", search="n1", orders="n2", stock="n1", mail="n2")
    found = correlated(inventory, [slow("search"), slow("front", 3000), slow("orders", 1500)])
    claim = best(found)
    assert claim.strength < 0.8


def test_late_tails_alone_leave_delay_and_loss_open() -> None:
    inventory = cluster(orders="n2", stock="n2", search="n2", mail="n1")
    edges = calls([("front", "orders"), ("front", "search"), ("front", "stock"), ("front", "mail")])
    tails = [
        Signal(service(name), Measure.LATENCY, 10, 900, "ms", f"{name}-p99latency")
        for name in ("orders", "stock", "search")
    ]
    (found,) = (each for each in correlated(inventory, tails, edges) if each.rule == "performance/shared-node")
    delay, loss = (each.strength for each in found.claims)
    assert delay < 0.8
    assert loss > 0.7 * delay


def test_traffic_lost_by_the_services_of_one_node_only() -> None:
    inventory = cluster(front="n1", orders="n2", search="n2", stock="n2", mail="n1")
    dropped = [signal(name, Measure.TRAFFIC, 30, 3, "req/s") for name in ("orders", "search", "stock")]
    claim = best(correlated(inventory, dropped))
    assert (claim.cause, claim.culprit.name) == ("node-network-loss", "n2")
    assert claim.strength < 0.5


def test_a_busy_back_end_explains_the_late_service_before_it() -> None:
    database = running("stock", "n2").replace(
        "spec: {nodeName: n2}", "spec: {nodeName: n2, containers: [{name: db, ports: [{containerPort: 3306}]}]}"
    )
    others = [running(name, "n1") for name in ("front", "orders", "search", "mail")]
    inventory = inventory_of(database, *others)
    busy = signal("stock", Measure.CPU, 0.01, 0.2, "cores")
    claim = best(correlated(inventory, [slow("orders"), slow("front"), busy]))
    assert (claim.cause, claim.culprit) == ("cpu-overload", workload("stock"))
    silent = correlated(inventory, [slow("orders"), slow("front")])
    assert any(
        claim.culprit == workload("stock") and claim.strength < 0.3 for each in silent for claim in each.claims
    )


def test_a_workload_that_is_far_busier_than_its_traffic_explains_is_told_before_anybody_waits() -> None:
    busy = [
        signal("stock", Measure.CPU, 0.01, 0.2, "cores"),
        signal("stock", Measure.CPU_THROTTLING, None, 0.9, "s"),
    ]
    claim = best(correlated(cluster(), busy))
    assert (claim.cause, claim.culprit, claim.strength) == ("cpu-overload", workload("stock"), 0.6)
    surge = signal("stock", Measure.TRAFFIC, 10, 60, "req/s")
    assert all(each.rule != "performance/saturated" for each in correlated(cluster(), [*busy, surge]))


def test_a_slow_service_whose_round_trips_are_as_ever_waits_by_itself() -> None:
    near = signal("stock", Measure.NETWORK_RTT, 0.4, 0.4, "ms")
    assert best(correlated(cluster(), [slow("stock")])).cause == "network-delay"
    assert best(correlated(cluster(), [slow("stock"), near])).cause == "latency-high"
