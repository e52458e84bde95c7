"""JSON, merge and strategic merge patches, and server-side apply with its managers and conflicts.

Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go, k8s.io/apimachinery/pkg/util/strategicpatch,
k8s.io/apimachinery/pkg/util/managedfields, evanphx/json-patch.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.objects import config
from tests.conformance.talk import APPLY, JSON_PATCH, MERGE, STRATEGIC, Talk

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: "registry.example/web:1", ports: [{containerPort: 80}]}
"""


def json_patches(talk: Talk) -> None:
    """Operations one after the other; all or none."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one"), code=201)
    talk.ask("add and replace", "PATCH", f"{path}/one", [
        {"op": "test", "path": "/data/key", "value": "one"},
        {"op": "replace", "path": "/data/key", "value": "two"},
        {"op": "add", "path": "/data/a", "value": "three"},
        {"op": "copy", "from": "/data/key", "path": "/data/copy"},
        {"op": "move", "from": "/data/copy", "path": "/data/moved"},
    ], media=JSON_PATCH)  # fmt: skip
    wrong = [{"op": "test", "path": "/data/key", "value": "one"}]
    talk.ask("a test that fails", "PATCH", f"{path}/one", wrong, code=422, media=JSON_PATCH)
    missing = [{"op": "remove", "path": "/data/none"}]
    talk.ask("remove what is not there", "PATCH", f"{path}/one", missing, code=422, media=JSON_PATCH)
    talk.ask("no list", "PATCH", f"{path}/one", b'{"op": "add"}', code=400, media=JSON_PATCH)
    talk.ask("not there", "PATCH", f"{path}/none", [], code=404, media=JSON_PATCH)


def merge_patches(talk: Talk) -> None:
    """Members are laid over, null takes away, lists are replaced."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one", metadata={"labels": {"a": "1", "b": "2"}}), code=201)
    change = {"metadata": {"labels": {"a": None, "c": "3"}}, "data": {"more": "x"}}
    found = talk.ask("change", "PATCH", f"{path}/one", change, media=MERGE)
    assert found["metadata"]["labels"] == {"b": "2", "c": "3"}
    talk.ask(
        "an old version", "PATCH", f"{path}/one", {"metadata": {"resourceVersion": "1"}}, code=409, media=MERGE
    )
    talk.ask("no JSON", "PATCH", f"{path}/one", b"{", code=400, media=MERGE)
    talk.ask("an unknown media type", "PATCH", f"{path}/one", {}, code=415, media="application/json")


def strategic_patches(talk: Talk) -> None:
    """Lists of containers, ports and tolerations are merged by their keys."""
    path = f"{talk.group('apps/v1')}/deployments"
    talk.ask("create", "POST", path, DEPLOYMENT.encode(), code=201, media="application/yaml")
    more = {
        "spec": {"template": {"spec": {"containers": [{"name": "sidecar", "image": "registry.example/log:1"}]}}}
    }
    found = talk.ask("a second container", "PATCH", f"{path}/web", more, media=STRATEGIC)
    names = [each["name"] for each in found["spec"]["template"]["spec"]["containers"]]
    assert names == ["sidecar", "app"]
    less = {"spec": {"template": {"spec": {"containers": [{"name": "sidecar", "$patch": "delete"}]}}}}
    found = talk.ask("without it", "PATCH", f"{path}/web", less, media=STRATEGIC)
    assert [each["name"] for each in found["spec"]["template"]["spec"]["containers"]] == ["app"]
    image = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "registry.example/web:2"}]}}}}
    found = talk.ask("another image", "PATCH", f"{path}/web", image, media=STRATEGIC)
    assert found["spec"]["template"]["spec"]["containers"][0]["ports"] == [
        {"containerPort": 80, "protocol": "TCP"}
    ]
    whole = {"spec": {"template": {"spec": {"$patch": "replace", "containers": [{"name": "b", "image": "b:1"}]}}}}
    talk.ask("all of it", "PATCH", f"{path}/web", whole, media=STRATEGIC)


def server_side_apply(talk: Talk) -> None:
    """Who applied a field owns it; another must take it over by force."""
    path = f"{talk.space}/configmaps/one"

    def wanted(**data: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, "data": data}

    made = talk.ask("first", "PATCH", f"{path}?fieldManager=first", wanted(a="1", b="1"), code=201, media=APPLY)
    assert [each["manager"] for each in made["metadata"]["managedFields"]] == ["first"]
    talk.ask("the same again", "PATCH", f"{path}?fieldManager=first", wanted(a="1", b="1"), media=APPLY)
    refused = talk.ask("another", "PATCH", f"{path}?fieldManager=second", wanted(a="2"), code=409, media=APPLY)
    assert refused["reason"] == "Conflict"
    assert refused["message"] == 'Apply failed with 1 conflict: conflict with "first": .data.a'
    assert refused["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "first"', "field": ".data.a"}
    ]
    forced = talk.ask(
        "another by force", "PATCH", f"{path}?fieldManager=second&force=true", wanted(a="2"), media=APPLY
    )
    assert forced["data"] == {"a": "2", "b": "1"}
    less = talk.ask("the first without a", "PATCH", f"{path}?fieldManager=first", wanted(c="1"), media=APPLY)
    assert less["data"] == {"a": "2", "c": "1"}
    talk.ask("shared", "PATCH", f"{path}?fieldManager=third", wanted(a="2", c="1"), media=APPLY)
    talk.ask("an update in between", "PATCH", f"{path}?fieldManager=hand", {"data": {"c": "9"}}, media=MERGE)
    again = talk.ask("after it", "PATCH", f"{path}?fieldManager=first", wanted(c="1"), code=409, media=APPLY)
    assert 'conflict with "hand" using v1' in again["message"]
    talk.ask("no manager", "PATCH", path, wanted(a="1"), code=422, media=APPLY)
    talk.ask(
        "a plain patch by force", "PATCH", f"{path}?force=true", {"data": {}}, code=422, media=MERGE,
    )  # fmt: skip


def applied_workload(talk: Talk) -> None:
    """Lists with keys are owned item by item; defaults belong to nobody."""
    path = f"{talk.group('apps/v1')}/deployments/web"
    made = talk.ask("apply", "PATCH", f"{path}?fieldManager=first", DEPLOYMENT.encode(), code=201, media=APPLY)
    owned = made["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]
    assert set(owned['k:{"name":"app"}']) == {".", "f:image", "f:name", "f:ports"}
    scaled = DEPLOYMENT.replace("replicas: 0", "replicas: 3")
    talk.ask("scale as another", "PATCH", f"{path}?fieldManager=second", scaled.encode(), code=409, media=APPLY)
    dry = f"{path}?fieldManager=second&force=true&dryRun=All"
    talk.ask("try it", "PATCH", dry, scaled.encode(), media=APPLY)
    assert talk.ask("it was only tried", "GET", path)["spec"]["replicas"] == 0


SCENARIOS = (json_patches, merge_patches, strategic_patches, server_side_apply, applied_workload)
