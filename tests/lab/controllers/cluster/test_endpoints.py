from __future__ import annotations

from typing import Any

from midwatch.lab.core.kinds import ENDPOINT_SLICE, ENDPOINTS, POD, SERVICE
from midwatch.lab.core.objects import Obj, parts
from tests.lab.controllers.cluster.hands import Lab


def service(lab: Lab, target: str | int = "http", **body: Any) -> None:
    port = {"name": "http", "port": 80, "targetPort": target, "protocol": "TCP"}
    lab.add(SERVICE, "web", spec={"selector": {"app": "web"}, "ports": [port], "clusterIP": "10.96.0.5", **body})


def pods(lab: Lab, count: int) -> None:
    for index in range(count):
        lab.pod(f"web-{index}")
    lab.run()
    for index in range(count):
        lab.ready(f"web-{index}", f"10.244.0.{index + 2}")
    lab.run()


def slices(lab: Lab) -> list[Obj]:
    return lab.env.store.list(ENDPOINT_SLICE, "shop")


def test_ready_pods_become_endpoints_with_their_node_and_zone() -> None:
    lab = Lab()
    lab.node("node-1", zone="b")
    service(lab)
    pods(lab, 2)
    (found,) = slices(lab)
    assert found["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    first = found["endpoints"][0]
    assert first["conditions"] == {"ready": True, "serving": True, "terminating": False}
    assert (first["nodeName"], first["zone"], first["targetRef"]["name"]) == ("node-1", "b", "web-0")
    subset = parts(lab.get(ENDPOINTS, "web"), "subsets")[0]
    assert [each["ip"] for each in subset["addresses"]] == ["10.244.0.2", "10.244.0.3"]


def test_pods_that_are_not_ready_are_listed_apart() -> None:
    lab = Lab()
    lab.node("node-1")
    service(lab)
    pods(lab, 2)
    lab.ready("web-1", "10.244.0.3", ready=False)
    lab.run()
    assert [each["conditions"]["ready"] for each in slices(lab)[0]["endpoints"]] == [True, False]
    subset = parts(lab.get(ENDPOINTS, "web"), "subsets")[0]
    assert [each["ip"] for each in subset["notReadyAddresses"]] == ["10.244.0.3"]


def test_a_named_port_that_no_pod_has_leaves_no_port_at_all() -> None:
    lab = Lab()
    lab.node("node-1")
    service(lab, target="grpc")
    pods(lab, 1)
    (found,) = slices(lab)
    assert (found["ports"], len(found["endpoints"])) == ([], 1)
    assert parts(lab.get(ENDPOINTS, "web"), "subsets") == []


def test_a_selector_that_matches_nothing_gives_an_empty_slice() -> None:
    lab = Lab()
    lab.node("node-1")
    service(lab, selector={"app": "wbe"})
    pods(lab, 1)
    assert [each["endpoints"] for each in slices(lab)] == [[]]


def test_services_without_a_selector_are_left_alone() -> None:
    lab = Lab()
    service(lab, selector=None)
    lab.run()
    assert slices(lab) == []


def test_a_slice_holds_a_hundred_endpoints_and_keeps_those_it_has() -> None:
    lab = Lab()
    for index in range(2):
        lab.node(f"node-{index}")
    service(lab)
    for index in range(150):
        lab.pod(f"web-{index}", containers=[{"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}])
    lab.run()
    for index in range(150):
        lab.ready(f"web-{index}", f"10.244.{index // 100}.{index % 100 + 2}")
    lab.run()
    assert sorted(len(each["endpoints"]) for each in slices(lab)) == [50, 100]
    lab.env.registry.delete(POD, "shop", "web-0", grace=0)
    lab.run()
    assert sum(len(each["endpoints"]) for each in slices(lab)) == 149
