"""Server-side apply, and who manages what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midwatch.lab import schema
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import CONFIG_MAP, DEPLOYMENT
from tests.lab.schema.conftest import Obj

NOW = 1_700_000_000.0


def deployment(**spec: Any) -> Obj:
    """A configuration of a Deployment."""
    head = {"name": "x", "namespace": "d"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": head, "spec": spec}


def containers(**images: str) -> Obj:
    """A template with containers by name."""
    return {"spec": {"containers": [{"name": name, "image": image} for name, image in images.items()]}}


def managers(found: Obj) -> list[tuple[str, str]]:
    """Who manages an object, how."""
    return [(each["manager"], each["operation"]) for each in found["metadata"]["managedFields"]]


def fields(found: Obj, manager: str) -> Obj:
    """What a manager manages."""
    return next(each["fieldsV1"] for each in found["metadata"]["managedFields"] if each["manager"] == manager)


def test_writes_are_recorded_field_by_field():
    body = deployment(replicas=1, template=containers(a="1"))
    found = schema.track(DEPLOYMENT, None, body, "kubectl-create", "Update", NOW)
    assert found["metadata"]["managedFields"] == [
        {
            "manager": "kubectl-create",
            "operation": "Update",
            "apiVersion": "apps/v1",
            "time": "2023-11-14T22:13:20Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:spec": {
                    "f:replicas": {},
                    "f:template": {
                        "f:spec": {"f:containers": {'k:{"name":"a"}': {".": {}, "f:image": {}, "f:name": {}}}}
                    },
                }
            },
        }
    ]


def test_a_later_write_takes_the_fields_that_it_changes():
    first = schema.track(DEPLOYMENT, None, deployment(replicas=1, paused=True), "kubectl", "Update", NOW)
    second = schema.track(
        DEPLOYMENT, first, {**first, "spec": {**first["spec"], "replicas": 5}}, "autoscaler", "Update", NOW + 60
    )
    assert fields(second, "kubectl") == {"f:spec": {"f:paused": {}}}
    assert fields(second, "autoscaler") == {"f:spec": {"f:replicas": {}}}
    assert schema.track(DEPLOYMENT, second, second, "nobody", "Update", NOW + 90) == second


def test_a_write_of_status_is_kept_apart():
    first = schema.track(DEPLOYMENT, None, deployment(replicas=1), "kubectl", "Update", NOW)
    changed = {**first, "status": {"replicas": 1}}
    found = schema.track(DEPLOYMENT, first, changed, "kube-controller-manager", "Update", NOW, "status")
    entry = found["metadata"]["managedFields"][0]
    assert entry["subresource"] == "status"
    assert entry["fieldsV1"] == {"f:status": {"f:replicas": {}}}


def test_a_field_of_someone_else_conflicts_unless_forced():
    live = schema.track(
        DEPLOYMENT,
        None,
        deployment(replicas=1, template=containers(a="1")),
        "kubectl-client-side-apply",
        "Update",
        NOW,
    )
    wanted = deployment(replicas=2)
    with pytest.raises(ApiError) as caught:
        schema.apply(DEPLOYMENT, live, wanted, "argocd", False, NOW)
    why = 'conflict with "kubectl-client-side-apply" using apps/v1'
    assert caught.value.message == f"Apply failed with 1 conflict: {why}: .spec.replicas"
    assert (caught.value.code, caught.value.reason) == (409, "Conflict")
    assert caught.value.details["causes"] == [
        {"reason": "FieldManagerConflict", "message": why, "field": ".spec.replicas"}
    ]
    found = schema.apply(DEPLOYMENT, live, wanted, "argocd", True, NOW)
    assert found["spec"]["replicas"] == 2
    assert managers(found) == [("argocd", "Apply"), ("kubectl-client-side-apply", "Update")]
    assert "f:replicas" not in fields(found, "kubectl-client-side-apply")["f:spec"]


def test_several_conflicts_are_listed():
    live = schema.track(
        DEPLOYMENT, None, deployment(replicas=1, template=containers(a="1")), "kubectl", "Update", NOW
    )
    with pytest.raises(ApiError) as caught:
        schema.apply(DEPLOYMENT, live, deployment(replicas=2, template=containers(a="2")), "argocd", False, NOW)
    assert caught.value.message == (
        'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1:\n- .spec.replicas\n'
        '- .spec.template.spec.containers[name="a"].image'
    )


def test_the_same_value_is_shared_without_conflict():
    live = schema.track(DEPLOYMENT, None, deployment(replicas=1), "kubectl", "Update", NOW)
    found = schema.apply(DEPLOYMENT, live, deployment(replicas=1), "argocd", False, NOW)
    assert fields(found, "argocd") == fields(found, "kubectl") == {"f:spec": {"f:replicas": {}}}


def test_what_is_no_longer_applied_goes_and_what_others_set_stays():
    first = schema.apply(
        DEPLOYMENT, None, deployment(replicas=3, template=containers(a="1", b="1")), "argocd", False, NOW
    )
    shared = schema.apply(DEPLOYMENT, first, deployment(replicas=3), "other", False, NOW)
    found = schema.apply(DEPLOYMENT, shared, deployment(template=containers(a="1")), "argocd", False, NOW)
    assert found["spec"] == {"replicas": 3, **deployment(template=containers(a="1"))["spec"]}
    found = schema.apply(DEPLOYMENT, found, deployment(), "other", False, NOW)
    assert "replicas" not in found["spec"]


def test_fields_that_do_not_exist_cannot_be_applied():
    with pytest.raises(ApiError) as caught:
        schema.apply(DEPLOYMENT, None, deployment(foo=1), "argocd", False, NOW)
    why = "failed to create typed patch object (d/x; apps/v1, Kind=Deployment)"
    wanted = f"{why}: .spec.foo: field not declared in schema"
    assert caught.value.message == wanted
    keyless = deployment(template={"spec": {"containers": [{"image": "1"}]}})
    with pytest.raises(ApiError, match='omits key field "name"'):
        schema.apply(DEPLOYMENT, None, keyless, "argocd", False, NOW)


def test_a_configuration_may_not_name_managers():
    body = {**deployment(), "metadata": {"name": "x", "managedFields": [{"manager": "a"}]}}
    with pytest.raises(ApiError, match=r"metadata\.managedFields must be nil"):
        schema.apply(DEPLOYMENT, None, body, "argocd", False, NOW)


names = st.text("abc", min_size=1, max_size=2)
values = st.text("xyz", max_size=2)
configs = st.fixed_dictionaries(
    {},
    optional={
        "replicas": st.integers(0, 3),
        "paused": st.booleans(),
        "template": st.dictionaries(names, values.filter(bool), max_size=3).map(lambda found: containers(**found)),
    },
).map(lambda found: deployment(**found))


@given(configs, configs, st.booleans())
def test_applying_twice_is_applying_once(first: Obj, second: Obj, forced: bool):
    live = schema.apply(DEPLOYMENT, None, first, "one", False, NOW)
    once = schema.apply(DEPLOYMENT, live, second, "two", True, NOW + 1)
    assert schema.apply(DEPLOYMENT, once, second, "two", forced, NOW + 2) == once


@given(configs, configs)
def test_a_manager_gets_exactly_what_it_applied_last(first: Obj, second: Obj):
    live = schema.apply(DEPLOYMENT, None, first, "one", False, NOW)
    found = schema.apply(DEPLOYMENT, live, second, "one", False, NOW)
    fresh = schema.apply(DEPLOYMENT, None, second, "one", False, NOW)
    assert _leaves(found["spec"]) == _leaves(fresh["spec"])


def _leaves(spec: Obj) -> Obj:
    """A spec with its containers in any order, and without lists and structures that nobody fills."""
    found = spec.get("template", {}).get("spec", {}).get("containers", [])
    named = {each["name"]: each for each in found}
    return {**{key: value for key, value in spec.items() if key != "template"}, **({"c": named} if named else {})}


@given(st.dictionaries(names, values), st.dictionaries(names, values))
def test_managers_of_different_fields_do_not_disturb_each_other(left: dict[str, str], right: dict[str, str]):
    mine = {f"l{key}": value for key, value in left.items()}
    others = {f"r{key}": value for key, value in right.items()}

    def config(data: dict[str, str]) -> Obj:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": data}

    first = schema.apply(CONFIG_MAP, None, config(mine), "left", False, NOW)
    both = schema.apply(CONFIG_MAP, first, config(others), "right", False, NOW)
    assert both["data"] == {**mine, **others}
    gone = schema.apply(CONFIG_MAP, both, config({}), "left", False, NOW)
    assert gone["data"] == others
