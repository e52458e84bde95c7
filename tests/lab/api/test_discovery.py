"""Discovery, health and what is no resource at all."""

from __future__ import annotations

from midwatch.lab.core.kinds import API_SERVICE, Kind
from tests.lab.api.conftest import Api

V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


async def test_the_version_is_that_of_kubernetes_1_34(api: Api) -> None:
    found = (await api.get("/version")).json
    assert (found["major"], found["minor"]) == ("1", "34")


async def test_groups_and_resources_are_listed_in_the_old_form(api: Api) -> None:
    groups = {each["name"]: each for each in (await api.get("/apis")).json["groups"]}
    assert groups["autoscaling"]["preferredVersion"]["version"] == "v2"
    assert {"authorization.k8s.io", "events.k8s.io", "apps"} <= set(groups)
    pods = next(each for each in (await api.get("/api/v1")).json["resources"] if each["name"] == "pods")
    assert pods["shortNames"] == ["po"]
    assert "deletecollection" in pods["verbs"]


async def test_all_groups_come_at_once_in_the_new_form(api: Api) -> None:
    reply = await api.get("/apis", accept=V2)
    assert reply.json["kind"] == "APIGroupDiscoveryList"
    assert "as=APIGroupDiscoveryList" in reply.headers["Content-Type"]
    apps = next(each for each in reply.json["items"] if each["metadata"]["name"] == "apps")
    deployments = next(each for each in apps["versions"][0]["resources"] if each["resource"] == "deployments")
    assert {each["subresource"] for each in deployments["subresources"]} == {"status", "scale"}


async def test_a_kind_added_at_run_time_is_served(api: Api) -> None:
    api.env.kinds.add(Kind("demo.example", "v1", "Widget", "widgets", custom=True))
    assert (await api.get("/apis/demo.example/v1")).json["resources"][0]["kind"] == "Widget"
    assert (await api.get("/apis/demo.example/v1/namespaces/shop/widgets")).json["kind"] == "WidgetList"


async def test_unknown_paths_and_resources_are_told_apart(api: Api) -> None:
    page = await api.get("/apis/none.example/v1")
    assert (page.code, page.text) == (404, "404 page not found\n")
    resource = await api.get("/api/v1/foos")
    assert (resource.code, resource.message) == (404, "the server could not find the requested resource")


async def test_health_endpoints_name_what_fails(api: Api) -> None:
    assert (await api.get("/readyz")).text == "ok"
    api.env.components.stop("kube-scheduler")
    verbose = await api.get("/readyz?verbose")
    assert verbose.code == 200
    assert "[-]component/kube-scheduler failed: stopped" in verbose.text
    api.env.components.stop("etcd")
    failed = await api.get("/readyz")
    assert failed.code == 500
    assert "[-]etcd failed: reason withheld" in failed.text


async def test_without_etcd_reads_time_out_as_they_do_in_reality(api: Api) -> None:
    api.env.components.stop("etcd")
    reply = await api.get("/api/v1/pods")
    assert (reply.code, reply.message) == (500, "etcdserver: request timed out")
    assert (await api.get("/api/v1/pods?resourceVersion=0")).code == 200
    api.env.components.start("etcd")
    assert (await api.get("/api/v1/pods")).code == 200


async def test_a_stopped_server_answers_503_and_a_started_one_again(api: Api) -> None:
    api.env.components.stop("kube-apiserver")
    assert (await api.get("/api/v1/pods")).code == 503
    assert (await api.get("/readyz")).code == 500
    api.env.components.start("kube-apiserver")
    assert (await api.get("/api/v1/pods")).code == 200


async def test_an_aggregated_group_without_its_server_is_stale_and_unavailable(api: Api) -> None:
    body = {
        "service": {"namespace": "kube-system", "name": "metrics-server"},
        "group": "x.example",
        "version": "v1",
    }
    body |= {"groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": True}
    api.env.registry.create(API_SERVICE, {"metadata": {"name": "v1.x.example"}, "spec": body})
    items = (await api.get("/apis", accept=V2)).json["items"]
    group = next(each for each in items if each["metadata"]["name"] == "x.example")
    assert group["versions"][0]["freshness"] == "Stale"
    assert (await api.get("/apis/x.example/v1/things")).code == 503


async def test_dates_are_simulated(api: Api) -> None:
    assert (await api.get("/version")).headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"


async def test_schemas_are_published(api: Api) -> None:
    paths = (await api.get("/openapi/v3")).json["paths"]
    reply = await api.get(paths["apis/apps/v1"]["serverRelativeURL"])
    assert "io.k8s.api.apps.v1.Deployment" in reply.json["components"]["schemas"]
    assert (await api.get("/openapi/v3/apis/none/v1")).code == 404
