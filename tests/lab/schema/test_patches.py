"""Merge patches, plain and strategic."""

from __future__ import annotations

import pytest

from midwatch.lab import schema
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import DEPLOYMENT, POD, SERVICE, Kind


def test_a_merge_patch_replaces_lists_and_removes_with_null():
    current = {"a": {"b": 1, "c": 2}, "l": [1, 2], "keep": True}
    assert schema.json_merge(current, {"a": {"b": None, "d": 3}, "l": [3]}) == {
        "a": {"c": 2, "d": 3},
        "l": [3],
        "keep": True,
    }
    assert current["a"] == {"b": 1, "c": 2}


def pod(*containers: dict[str, object], **more: object) -> dict[str, object]:
    """The part of a Deployment in which its containers are."""
    return {"spec": {"template": {"spec": {"containers": list(containers), **more}}}}


def test_containers_merge_by_name_and_new_ones_come_before_those_that_only_the_server_has():
    """As the documentation shows it (kubernetes.io, Update API Objects in Place Using kubectl patch)."""
    current = pod({"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}, {"name": "b", "image": "2"})
    patch = pod({"name": "a", "image": "9", "env": [{"name": "Y", "value": "2"}]}, {"name": "c", "image": "3"})
    assert schema.strategic_merge(DEPLOYMENT, current, patch) == pod(
        {"name": "a", "image": "9", "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]},
        {"name": "c", "image": "3"},
        {"name": "b", "image": "2"},
    )


def test_directives_delete_replace_and_order():
    current = pod({"name": "a", "image": "1"}, {"name": "b", "image": "2"}, nodeSelector={"x": "y"})
    patch = pod({"name": "a", "$patch": "delete"}, nodeSelector={"$patch": "replace", "z": "1"})
    assert schema.strategic_merge(DEPLOYMENT, current, patch) == pod(
        {"name": "b", "image": "2"}, nodeSelector={"z": "1"}
    )
    order = {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}
    patch = pod({"name": "a", "image": "3"}, **order)
    assert schema.strategic_merge(DEPLOYMENT, current, patch) == pod(
        {"name": "b", "image": "2"}, {"name": "a", "image": "3"}, nodeSelector={"x": "y"}
    )
    found = schema.strategic_merge(
        DEPLOYMENT,
        {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}},
        {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
    )
    assert found == {"spec": {"strategy": {"type": "Recreate"}}}
    found = schema.strategic_merge(
        POD,
        {"metadata": {"finalizers": ["a.b/c", "d.e/f"]}},
        {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.b/c"], "finalizers": ["g.h/i"]}},
    )
    assert found == {"metadata": {"finalizers": ["g.h/i", "d.e/f"]}}


def test_atomic_lists_are_replaced():
    current = {"spec": {"tolerations": [{"key": "a"}, {"key": "b"}]}}
    found = schema.strategic_merge(POD, current, {"spec": {"tolerations": [{"key": "c"}]}})
    assert found == {"spec": {"tolerations": [{"key": "c"}]}}


def test_the_ports_of_a_service_merge_by_number():
    current = {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}
    found = schema.strategic_merge(SERVICE, current, {"spec": {"ports": [{"port": 80, "targetPort": 9090}]}})
    assert found == {"spec": {"ports": [{"port": 80, "targetPort": 9090}]}}


def test_custom_types_have_no_strategic_patches():
    widget = Kind("example.com", "v1", "Widget", "widgets", custom=True)
    with pytest.raises(ApiError, match="the body of the request was in an unknown format") as caught:
        schema.strategic_merge(widget, {}, {})
    assert caught.value.code == 415
