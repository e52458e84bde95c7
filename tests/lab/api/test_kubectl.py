"""kubectl itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from midwatch.lab.core.kinds import DEPLOYMENT, HPA, NODE
from tests.lab.api.conftest import Api, add_deployment, add_node, add_pod

Kubectl = Callable[..., Coroutine[Any, Any, tuple[int, str, str]]]

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: registry.example/web:1}]}
"""


async def test_it_lists_and_describes(api: Api, kubectl: Kubectl) -> None:
    add_node(api.env, "node-1")
    pod = add_pod(api.env, "cart-0", node="node-1", phase="Running")
    api.env.recorder.event(pod, "Warning", "BackOff", "Back-off restarting failed container", component="kubelet")
    _, out, _ = await kubectl("get", "pods", "-A", "-o", "wide")
    columns = "NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES"
    assert " ".join(out.splitlines()[0].split()) == columns
    _, out, _ = await kubectl("-n", "shop", "describe", "pod", "cart-0")
    assert "Back-off restarting failed container" in out
    _, out, _ = await kubectl("-n", "shop", "events")
    assert "Pod/cart-0" in out
    _, out, _ = await kubectl("api-resources", "--api-group=apps", "-o", "name")
    assert "deployments.apps" in out.split()


async def test_it_applies_scales_and_deletes(api: Api, kubectl: Kubectl) -> None:
    for replicas, word in ((2, "created"), (2, "unchanged"), (3, "configured")):
        code, out, err = await kubectl("apply", "-f", "-", stdin=MANIFEST % replicas)
        assert (code, out.strip()) == (0, f"deployment.apps/web {word}"), err
    code, out, err = await kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=MANIFEST % 4)
    assert (code, "serverside-applied" in out) == (0, True), err
    for arguments in (
        ("scale", "deploy/web", "--replicas=5"),
        ("set", "image", "deploy/web", "app=registry.example/web:2"),
        ("label", "deploy/web", "team=shop"),
        ("annotate", "deploy/web", "note=x"),
        ("patch", "deploy/web", "-p", '{"spec":{"paused":true}}'),
        ("autoscale", "deploy/web", "--min=1", "--max=4", "--cpu-percent=50"),
    ):
        code, _, err = await kubectl("-n", "shop", *arguments)
        assert code == 0, err
    found = api.env.store.demand(DEPLOYMENT, "shop", "web")
    assert found["spec"]["replicas"] == 5
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/web:2"
    assert found["metadata"]["labels"]["team"] == "shop"
    assert api.env.store.count(HPA) == 1
    code, out, err = await kubectl("-n", "shop", "delete", "deploy", "web")
    assert (code, "deleted" in out) == (0, True), err


async def test_it_cordons_and_drains(api: Api, kubectl: Kubectl) -> None:
    add_node(api.env, "node-1")
    add_pod(api.env, "cart-0", node="node-1", phase="Succeeded")
    code, _, err = await kubectl("drain", "node-1", "--force", "--timeout=20s")
    assert code == 0, err
    assert api.env.store.pods_on("node-1") == []
    assert api.env.store.demand(NODE, "", "node-1")["spec"]["unschedulable"]
    await kubectl("uncordon", "node-1")
    assert not api.env.store.demand(NODE, "", "node-1")["spec"].get("unschedulable")


async def test_it_explains_and_answers_what_one_may(api: Api, kubectl: Kubectl) -> None:
    add_deployment(api.env, "cart")
    _, out, _ = await kubectl("explain", "deployment.spec.replicas")
    assert "FIELD: replicas <integer>" in out
    _, out, _ = await kubectl("auth", "can-i", "delete", "pods")
    assert out.strip() == "yes"
    code, _, err = await kubectl("get", "pods", "--as=bob")
    assert code != 0
    assert 'User "bob" cannot list resource "pods"' in err
    code, _, err = await kubectl("-n", "shop", "get", "pods", "--field-selector=spec.foo=1")
    assert "field label not supported: spec.foo" in err
