"""Lists: pages, selectors, versions, shapes."""

from __future__ import annotations

import pytest

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONFIG_MAP
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import Api, add_deployment, add_node, add_pod

MAPS = "/api/v1/namespaces/shop/configmaps"
PODS = "/api/v1/namespaces/shop/pods"


@pytest.fixture
def maps(env: Env) -> None:
    for space, number in (("default", 3), ("shop", 7)):
        for order in range(number):
            env.registry.create(CONFIG_MAP, {"metadata": {"name": f"m{order}", "namespace": space}, "data": {}})


def names(found: Obj) -> list[str]:
    return [each["metadata"]["name"] for each in found["items"]]


@pytest.mark.usefixtures("maps")
async def test_pages_join_to_the_list_of_one_moment(api: Api) -> None:
    first = (await api.get(f"{MAPS}?limit=3")).json
    assert first["metadata"]["remainingItemCount"] == 4
    await api.ask("DELETE", f"{MAPS}/m5")
    seen, token = names(first), first["metadata"]["continue"]
    while token:
        page = (await api.get(f"{MAPS}?limit=3&continue={token}")).json
        assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        seen, token = [*seen, *names(page)], page["metadata"].get("continue")
    assert seen == [f"m{order}" for order in range(7)]


@pytest.mark.usefixtures("maps")
async def test_an_expired_page_offers_to_go_on_inconsistently(api: Api) -> None:
    token = (await api.get(f"{MAPS}?limit=3")).json["metadata"]["continue"]
    for order in range(200):
        await api.ask("POST", MAPS, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"n{order}"}})
        await api.get(f"{MAPS}?limit=1")
    gone = await api.get(f"{MAPS}?limit=3&continue={token}")
    assert (gone.code, gone.json["reason"]) == (410, "Expired")
    assert gone.message.startswith("The provided continue parameter is too old")
    rest = await api.get(f"{MAPS}?limit=3&continue={gone.json['metadata']['continue']}")
    assert names(rest.json) == ["m3", "m4", "m5"]


@pytest.mark.usefixtures("maps")
async def test_items_of_built_in_lists_carry_no_kind(api: Api) -> None:
    assert "kind" not in (await api.get(MAPS)).json["items"][0]


async def test_a_broken_token_is_refused(api: Api) -> None:
    assert "continue key is not valid" in (await api.get(f"{MAPS}?continue=xyz")).message


@pytest.mark.usefixtures("maps")
async def test_versions_mean_what_they_mean(api: Api) -> None:
    now = api.env.store.revision
    assert (await api.get(f"{MAPS}?resourceVersion=0&limit=2")).json["metadata"].get("continue") is None
    assert (await api.get(f"{MAPS}?resourceVersion={now}&resourceVersionMatch=Exact")).code == 200
    future = await api.get(f"{MAPS}?resourceVersion={now + 99}&resourceVersionMatch=NotOlderThan")
    assert (future.code, "Too large resource version" in future.message) == (504, True)
    past = await api.get(f"{MAPS}?resourceVersion=1&resourceVersionMatch=Exact")
    assert past.code == 410
    alone = await api.get(f"{MAPS}?resourceVersionMatch=Exact")
    assert alone.code == 422
    assert "resourceVersionMatch is forbidden unless resourceVersion is provided" in alone.message


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("app=a", ["p0"]),
        ("app!=a", ["p1", "p2"]),
        ("app in (a,b)", ["p0", "p1"]),
        ("app notin (a,b)", ["p2"]),
        ("tier", ["p1"]),
        ("!tier", ["p0", "p2"]),
        ("app=b,tier=x", ["p1"]),
    ],
)
async def test_labels_select(api: Api, selector: str, expected: list[str]) -> None:
    for name, labels in (("p0", {"app": "a"}), ("p1", {"app": "b", "tier": "x"}), ("p2", {"app": "c"})):
        add_pod(api.env, name, labels=labels)
    from urllib.parse import quote

    assert names((await api.get(f"{PODS}?labelSelector={quote(selector)}")).json) == expected


async def test_fields_select_and_unknown_ones_are_refused(api: Api) -> None:
    add_node(api.env, "node-1")
    add_pod(api.env, "bound", node="node-1", phase="Running")
    add_pod(api.env, "free", phase="Pending")
    assert names((await api.get(f"{PODS}?fieldSelector=spec.nodeName=node-1")).json) == ["bound"]
    assert names((await api.get(f"{PODS}?fieldSelector=status.phase!=Running")).json) == ["free"]
    unknown = await api.get(f"{PODS}?fieldSelector=spec.foo=1")
    assert (unknown.code, unknown.message) == (400, "field label not supported: spec.foo")
    other = await api.get("/apis/apps/v1/deployments?fieldSelector=spec.foo=1")
    assert other.message == '"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"'


async def test_events_are_selected_by_what_they_are_about_in_both_versions(api: Api) -> None:
    pod = add_pod(api.env, "cart-0")
    api.env.recorder.event(pod, "Warning", "BackOff", "Back-off restarting", component="kubelet", host="node-1")
    query = "fieldSelector=involvedObject.name=cart-0,type=Warning"
    assert len((await api.get(f"/api/v1/events?{query}")).json["items"]) == 1
    newer = (await api.get("/apis/events.k8s.io/v1/events?fieldSelector=regarding.name=cart-0")).json["items"]
    assert newer[0]["note"] == "Back-off restarting"
    assert newer[0]["deprecatedCount"] == 1
    assert (await api.get("/api/v1/events?fieldSelector=involvedObject.name=x")).json["items"] == []


async def test_only_metadata_is_sent_when_that_is_wanted(api: Api) -> None:
    add_pod(api.env, "cart-0")
    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    found = (await api.get(PODS, accept=accept)).json
    assert found["kind"] == "PartialObjectMetadataList"
    assert "spec" not in found["items"][0]


async def test_an_autoscaler_is_served_in_its_old_version_too(api: Api) -> None:
    add_deployment(api.env, "cart")
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"}
    body = {"scaleTargetRef": target, "maxReplicas": 5, "targetCPUUtilizationPercentage": 50}
    sent = {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "cart"},
        "spec": body,
    }
    made = await api.ask("POST", "/apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers", sent)
    assert made.json["spec"]["targetCPUUtilizationPercentage"] == 50
    newer = (await api.get("/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/cart")).json
    assert newer["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 50
