"""Patches of all kinds, and server-side apply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.lab.api.jsonpatch import PatchFailed, json_patch
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import TEMPLATE, Api, add_deployment

PATH = "/apis/apps/v1/namespaces/shop/deployments/cart"


async def test_each_kind_of_patch_changes_what_it_says(api: Api) -> None:
    add_deployment(api.env, "cart")
    pointed = [
        {"op": "test", "path": "/spec/replicas", "value": 2},
        {"op": "replace", "path": "/spec/replicas", "value": 3},
    ]
    assert (await api.ask("PATCH", PATH, pointed, media="application/json-patch+json")).json["spec"][
        "replicas"
    ] == 3
    merged = {"spec": {"replicas": 4}, "metadata": {"labels": {"x": "y"}}}
    assert (await api.ask("PATCH", PATH, merged, media="application/merge-patch+json")).json["spec"][
        "replicas"
    ] == 4
    template = {
        "spec": {
            "template": {"spec": {"containers": [{"name": "app", "image": "x:2"}, {"name": "b", "image": "b:1"}]}}
        }
    }
    reply = await api.ask("PATCH", PATH, template, media="application/strategic-merge-patch+json")
    assert sorted(each["image"] for each in reply.json["spec"]["template"]["spec"]["containers"]) == ["b:1", "x:2"]


async def test_patches_that_make_no_sense_are_refused(api: Api) -> None:
    add_deployment(api.env, "cart")
    assert (await api.ask("PATCH", PATH, {}, media="application/json")).code == 415
    failed = [{"op": "test", "path": "/spec/replicas", "value": 9}]
    reply = await api.ask("PATCH", PATH, failed, media="application/json-patch+json")
    assert (reply.code, reply.json["reason"]) == (422, "Invalid")
    assert (await api.ask("PATCH", PATH, b"{", media="application/merge-patch+json")).code == 400
    renamed = await api.ask("PATCH", PATH, {"metadata": {"name": "x"}}, media="application/merge-patch+json")
    assert renamed.code == 400
    stale = {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 1}}
    assert (await api.ask("PATCH", PATH, stale, media="application/merge-patch+json")).code == 409


async def test_applying_creates_then_updates_and_conflicts_with_other_owners(api: Api) -> None:
    body = {"replicas": 2, "selector": {"matchLabels": {"app": "cart"}}, "template": TEMPLATE}
    sent = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"}, "spec": body}
    media = "application/apply-patch+yaml"
    assert (await api.ask("PATCH", f"{PATH}?fieldManager=one", sent, media=media)).code == 201
    assert (await api.ask("PATCH", f"{PATH}?fieldManager=one", sent, media=media)).code == 200
    other = {**sent, "spec": {**body, "replicas": 5}}
    conflict = await api.ask("PATCH", f"{PATH}?fieldManager=two", other, media=media)
    assert (conflict.code, ".spec.replicas" in conflict.message) == (409, True)
    forced = await api.ask("PATCH", f"{PATH}?fieldManager=two&force=true", other, media=media)
    assert forced.json["spec"]["replicas"] == 5
    unnamed = await api.ask("PATCH", PATH, sent, media=media)
    assert unnamed.message.endswith("fieldManager: Required value: is required for apply patch")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/1", "value": 9}, {"a": [1, 9, 2], "b~": {"c/d": 3}}),
        ({"op": "add", "path": "/a/-", "value": 9}, {"a": [1, 2, 9], "b~": {"c/d": 3}}),
        ({"op": "remove", "path": "/a/0"}, {"a": [2], "b~": {"c/d": 3}}),
        ({"op": "replace", "path": "/b~0/c~1d", "value": 4}, {"a": [1, 2], "b~": {"c/d": 4}}),
        ({"op": "copy", "from": "/a/0", "path": "/e"}, {"a": [1, 2], "b~": {"c/d": 3}, "e": 1}),
        ({"op": "move", "from": "/b~0", "path": "/e"}, {"a": [1, 2], "e": {"c/d": 3}}),
    ],
)
def test_pointers_lead_to_the_right_place(operation: Obj, expected: Obj) -> None:
    document = {"a": [1, 2], "b~": {"c/d": 3}}
    assert json_patch(document, [operation]) == expected
    assert document == {"a": [1, 2], "b~": {"c/d": 3}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/x"},
        {"op": "replace", "path": "/a/7", "value": 1},
        {"op": "test", "path": "/a/0", "value": 2},
        {"op": "frobnicate", "path": "/a"},
        {"op": "add", "path": "/x/y", "value": 1},
    ],
)
def test_operations_that_do_not_fit_fail(operation: Obj) -> None:
    with pytest.raises(PatchFailed):
        json_patch({"a": [1]}, [operation])


@given(st.dictionaries(st.text(max_size=5), st.integers(), min_size=1))
def test_what_is_added_and_removed_again_leaves_no_trace(document: dict[str, int]) -> None:
    add, remove = {"op": "add", "path": "/new key", "value": 1}, {"op": "remove", "path": "/new key"}
    document.pop("new key", None)
    assert json_patch(document, [add, remove]) == document
