"""Objects are created, replaced, deleted; what makes no sense is refused as the API refuses it."""

from __future__ import annotations

from midwatch.lab.core.kinds import CONFIG_MAP, DEPLOYMENT, POD
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import Api, add_deployment, add_node, add_pod

MAPS = "/api/v1/namespaces/shop/configmaps"


def config_map(name: str = "settings", **more: object) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **more}, "data": {"a": "1"}}


async def test_an_object_is_created_read_replaced_and_deleted(api: Api) -> None:
    made = await api.ask("POST", MAPS, config_map())
    assert made.code == 201
    assert made.json["metadata"]["managedFields"][0]["operation"] == "Update"
    read = (await api.get(f"{MAPS}/settings")).json
    assert read == made.json
    changed = await api.ask("PUT", f"{MAPS}/settings", {**read, "data": {"a": "2"}})
    assert changed.json["data"] == {"a": "2"}
    gone = await api.ask("DELETE", f"{MAPS}/settings")
    assert gone.json["status"] == "Success"
    assert gone.json["details"]["uid"] == read["metadata"]["uid"]
    assert (await api.get(f"{MAPS}/settings")).message == 'configmaps "settings" not found'


async def test_an_outdated_update_is_a_conflict(api: Api) -> None:
    old = (await api.ask("POST", MAPS, config_map())).json
    await api.ask("PUT", f"{MAPS}/settings", {**old, "data": {"a": "2"}})
    reply = await api.ask("PUT", f"{MAPS}/settings", {**old, "data": {"a": "3"}})
    assert (reply.code, reply.json["reason"]) == (409, "Conflict")
    assert "the object has been modified" in reply.message


async def test_a_dry_run_stores_nothing(api: Api) -> None:
    assert (await api.ask("POST", f"{MAPS}?dryRun=All", config_map())).code == 201
    assert api.env.store.list(CONFIG_MAP, "shop") == []


async def test_yaml_is_taken_and_given(api: Api) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\n"
    made = await api.ask("POST", MAPS, text, media="application/yaml", accept="application/yaml")
    assert made.code == 201
    assert "kind: ConfigMap" in made.text


async def test_bad_bodies_are_refused_in_the_words_of_the_api(api: Api) -> None:
    broken = await api.ask("POST", MAPS, b"hello")
    assert broken.code == 400
    assert broken.message == (
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; "
        "json parse error: invalid character 'h' looking for beginning of value (68656c6c6f)"
    )
    assert (await api.ask("POST", MAPS, b"<a/>", media="text/xml")).code == 415
    assert (await api.ask("POST", MAPS, b"x" * (3 * 1024 * 1024 + 1))).code == 413
    other = await api.ask("POST", MAPS, {**config_map(), "apiVersion": "v2"})
    assert other.message == "the API version in the data (v2) does not match the expected API version (v1)"
    elsewhere = await api.ask("POST", MAPS, config_map(namespace="default"))
    assert elsewhere.message == (
        "the namespace of the provided object does not match the namespace sent on the request"
    )


async def test_names_must_fit_the_path(api: Api) -> None:
    reply = await api.ask("PUT", f"{MAPS}/settings", config_map("other"))
    assert reply.message == "the name of the object (other) does not match the name on the URL (settings)"


async def test_methods_and_media_types_that_are_not_served_are_refused(api: Api) -> None:
    assert (await api.ask("POST", f"{MAPS}/settings", config_map())).code == 405
    refused = await api.get(MAPS, accept="text/html")
    assert (refused.code, refused.json["reason"]) == (406, "NotAcceptable")


async def test_unknown_fields_warn_or_fail_as_asked(api: Api) -> None:
    body: Obj = {**config_map(), "datum": {}}
    warned = await api.ask("POST", f"{MAPS}?dryRun=All", body)
    assert 'unknown field \\"datum\\"' in warned.headers["Warning"]
    strict = await api.ask("POST", f"{MAPS}?fieldValidation=Strict", body)
    assert (strict.code, "strict decoding error" in strict.message) == (400, True)


async def test_a_deleted_pod_stays_until_its_kubelet_is_done(api: Api) -> None:
    add_node(api.env, "node-1")
    add_pod(api.env, "cart-0", node="node-1", phase="Running")
    reply = await api.ask("DELETE", "/api/v1/namespaces/shop/pods/cart-0", {"gracePeriodSeconds": 5})
    assert reply.json["metadata"]["deletionGracePeriodSeconds"] == 5
    assert len(api.env.store.list(POD)) == 1
    await api.ask("DELETE", "/api/v1/namespaces/shop/pods/cart-0?gracePeriodSeconds=0")
    assert api.env.store.list(POD) == []


async def test_deletion_options_are_checked(api: Api) -> None:
    await api.ask("POST", MAPS, config_map())
    wrong = await api.ask("DELETE", f"{MAPS}/settings", {"propagationPolicy": "Maybe"})
    assert wrong.code == 422
    other = await api.ask("DELETE", f"{MAPS}/settings", {"preconditions": {"uid": "0"}})
    assert other.code == 409
    assert api.env.store.count(CONFIG_MAP) == 1


async def test_a_collection_is_deleted_by_label(api: Api) -> None:
    await api.ask("POST", MAPS, config_map("a", labels={"x": "1"}))
    await api.ask("POST", MAPS, config_map("b"))
    gone = await api.ask("DELETE", f"{MAPS}?labelSelector=x=1")
    assert [each["metadata"]["name"] for each in gone.json["items"]] == ["a"]
    assert [each["metadata"]["name"] for each in api.env.store.list(CONFIG_MAP, "shop")] == ["b"]


async def test_the_status_is_written_apart(api: Api) -> None:
    add_deployment(api.env, "cart")
    path = "/apis/apps/v1/namespaces/shop/deployments/cart"
    found = (await api.get(path)).json
    body = {**found, "spec": {**found["spec"], "replicas": 9}, "status": {"replicas": 7}}
    reply = await api.ask("PUT", f"{path}/status", body)
    assert reply.json["spec"]["replicas"] == 2
    assert reply.json["status"]["replicas"] == 7


async def test_a_scale_is_read_replaced_and_patched(api: Api) -> None:
    add_deployment(api.env, "cart")
    path = "/apis/apps/v1/namespaces/shop/deployments/cart/scale"
    found = (await api.get(path)).json
    assert (found["kind"], found["spec"]["replicas"], found["status"]["selector"]) == ("Scale", 2, "app=cart")
    await api.ask("PUT", path, {**found, "spec": {"replicas": 4}})
    patched = await api.ask("PATCH", path, {"spec": {"replicas": 5}}, media="application/merge-patch+json")
    assert patched.json["spec"]["replicas"] == 5
    stored = api.env.store.demand(DEPLOYMENT, "shop", "cart")
    assert (stored["spec"]["replicas"], stored["metadata"]["generation"]) == (5, 3)
    assert (await api.ask("PUT", path, {**found, "spec": {"replicas": -1}})).code in (409, 422)


async def test_a_bug_in_a_handler_is_a_500_that_is_remembered(api: Api) -> None:
    api.env.registry.hooks.validators.append(lambda *_: 1 / 0)  # type: ignore[arg-type,return-value]
    reply = await api.ask("POST", MAPS, config_map())
    assert (reply.code, reply.json["reason"]) == (500, "InternalError")
    assert [each.component for each in api.env.components.crashes] == ["kube-apiserver"]
    api.env.components.crashes.clear()
