"""What is drawn, what is grouped, and what is left out with a note."""

from __future__ import annotations

import pytest

from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.errors import UnknownName
from midwatch.knowledge.graph import Graph, build_graph
from midwatch.knowledge.view import picture_of
from midwatch.render.picture import Picture, PictureNode, State
from tests.builders import inventory_of
from tests.knowledge.big import big_inventory
from tests.knowledge.shop import SHOP

CART = Ref("Deployment", "shop", "cart")
SETTINGS = Ref("ConfigMap", "shop", "cart-settings")
INGRESS = Ref("Ingress", "shop", "shop")


@pytest.fixture(scope="module")
def shop() -> tuple[Graph, Inventory]:
    inventory = inventory_of(SHOP)
    return build_graph(inventory), inventory


def node(picture: Picture, kind: str, label: str) -> PictureNode:
    return next(each for each in picture.nodes if (each.kind, each.label) == (kind, label))


def test_pods_of_a_workload_are_one_box_and_its_replicasets_none(shop: tuple[Graph, Inventory]) -> None:
    picture = picture_of(*shop, CART, (), 2)
    pods = node(picture, "Pod", "cart-1-…")
    assert (pods.count, pods.state, pods.detail) == (2, State.ERROR, "CreateContainerConfigError")
    assert "ReplicaSet" not in {each.kind for each in picture.nodes}
    assert node(picture, "ConfigMap", "cart-settings").state is State.MISSING
    assert node(picture, "Deployment", "cart").focus


def test_the_path_of_the_fault_is_marked(shop: tuple[Graph, Inventory]) -> None:
    graph, inventory = shop
    picture = picture_of(graph, inventory, CART, (), 1, path=graph.path(SETTINGS, INGRESS))
    assert sum(each.on_path for each in picture.edges) == 5
    assert node(picture, "Ingress", "shop").on_path


def test_findings_colour_their_subjects(shop: tuple[Graph, Inventory]) -> None:
    finding = Finding("rule", Ref("Secret", "shop", "cart-db"), Text("m", "m"), Severity.WARNING)
    picture = picture_of(*shop, CART, (), 2, findings=[finding])
    assert node(picture, "Secret", "cart-db").state is State.WARN


def test_what_follows_from_other_edges_is_not_drawn_twice(shop: tuple[Graph, Inventory]) -> None:
    picture = picture_of(*shop, CART, (), 2)
    pods = node(picture, "Pod", "cart-1-…").id
    assert [each.label for each in picture.edges if each.target == pods] == ["owns"]
    assert not [each for each in picture.edges if each.source == pods and each.label == "mounts"]


def test_an_overview_shows_traffic_workloads_and_trouble(shop: tuple[Graph, Inventory]) -> None:
    picture = picture_of(*shop, None, ("shop",))
    kinds = {each.kind for each in picture.nodes}
    assert {"Ingress", "Service", "Deployment", "Pod", "PersistentVolumeClaim"} <= kinds
    assert "Secret" not in kinds
    assert node(picture, "ConfigMap", "cart-settings").state is State.MISSING
    assert [each.label for each in picture.nodes if each.kind == "Node"] == ["disk-1"]


def test_other_namespaces_are_left_out(shop: tuple[Graph, Inventory]) -> None:
    picture = picture_of(*shop, None, ("other",))
    assert not [each for each in picture.nodes if each.kind != "Node"]


def test_a_large_cluster_is_cut_with_a_note() -> None:
    inventory = big_inventory(pods=400, services=200, deployments=100, nodes=10)
    picture = picture_of(build_graph(inventory), inventory, limit=30)
    assert len(picture.nodes) == 30
    assert picture.notes[0].startswith("Not drawn for want of room: ")


def test_an_unknown_object_is_named_in_the_error(shop: tuple[Graph, Inventory]) -> None:
    with pytest.raises(UnknownName, match="Pod a/b"):
        picture_of(*shop, Ref("Pod", "a", "b"))


def test_an_overview_folds_fine_pods_into_their_workload(shop: tuple[Graph, Inventory]) -> None:
    picture = picture_of(*shop, None, ("shop",))
    assert [each.label for each in picture.nodes if each.kind == "Pod"] == ["cart-1-…"]
    database = node(picture, "StatefulSet", "db")
    claim = node(picture, "PersistentVolumeClaim", "data-db-0")
    assert (database.id, claim.id, "mounts") in {(each.source, each.target, each.label) for each in picture.edges}
    assert (database.count, node(picture, "Deployment", "front").detail) == (1, "4/4 ready")
