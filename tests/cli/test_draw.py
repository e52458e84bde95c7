"""The body of `midwatch graph`."""

from __future__ import annotations

import json

import pytest

from midwatch.cli._draw import draw, focus_of
from midwatch.domain.resource import Ref
from midwatch.errors import UnknownName, UsageError
from midwatch.knowledge.graph import build_graph
from tests.builders import inventory_of
from tests.knowledge.shop import SHOP


@pytest.mark.parametrize("name", ["deploy/cart", "Deployment/cart", "deployments/cart"])
def test_kinds_are_understood_as_kubectl_takes_them(name: str) -> None:
    graph = build_graph(inventory_of(SHOP))
    assert focus_of(graph, name, ()) == Ref("Deployment", "shop", "cart")


def test_what_is_missing_can_be_looked_at_too() -> None:
    shown = draw(inventory_of(SHOP), (), "cm/cart-settings", (), 1, "text")
    assert "∅ ConfigMap cart-settings  missing" in str(shown)


def test_each_form_is_made() -> None:
    inventory = inventory_of(SHOP)
    assert str(draw(inventory, (), "deploy/cart", (), 2, "dot")).startswith("digraph")
    assert str(draw(inventory, (), "", ("shop",), 2, "svg")).startswith("<svg")
    image = draw(inventory, (), "", (), 2, "png")
    assert isinstance(image, bytes)
    assert image.startswith(b"\x89PNG")
    picture = json.loads(draw(inventory, (), "deploy/cart", (), 2, "json"))
    assert {"id", "kind", "label", "state", "detail", "count", "focus", "on_path"} == set(picture["nodes"][0])
    assert "[red]" in str(draw(inventory, (), "deploy/cart", (), 2, "markup"))


def test_a_slip_gets_a_hint() -> None:
    with pytest.raises(UnknownName, match="did you mean cart"):
        draw(inventory_of(SHOP), (), "deploy/carts", (), 2, "text")


def test_an_ambiguous_name_asks_for_a_namespace() -> None:
    twice = "kind: Service\nmetadata: {name: cart, namespace: other}\n"
    with pytest.raises(UsageError, match="-n"):
        draw(inventory_of(SHOP, twice), (), "svc/cart", (), 2, "text")
    assert draw(inventory_of(SHOP, twice), (), "svc/cart", ("other",), 2, "text")


def test_a_name_without_kind_is_explained() -> None:
    with pytest.raises(UsageError, match="KIND/NAME"):
        draw(inventory_of(SHOP), (), "cart", (), 2, "text")
