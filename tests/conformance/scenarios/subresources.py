"""Status, scale and eviction; and what owners take with them.

Source: kubernetes/pkg/registry/apps/deployment/storage/storage.go (ScaleREST),
kubernetes/pkg/registry/core/pod/storage/eviction.go, kubernetes/pkg/controller/garbagecollector.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.objects import config
from tests.conformance.scenarios.patches import DEPLOYMENT
from tests.conformance.talk import MERGE, STRATEGIC, Talk

_VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget."


def lonely_pod(name: str, **more: Any) -> dict[str, Any]:
    """A pod that no scheduler places, so that nothing happens to it."""
    body = {
        "schedulerName": "conformance-none",
        "containers": [{"name": "app", "image": "registry.example/app:1"}],
    }
    return {"metadata": {"name": name, "labels": {"app": "web"}}, "spec": {**body, **more}}


def statuses(talk: Talk) -> None:
    """The status is written by its own path only, and nothing else by that path."""
    path = f"{talk.space}/pods"
    made = talk.ask("create", "POST", path, {**lonely_pod("one"), "status": {"phase": "Running"}}, code=201)
    assert made["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    found = talk.ask("status", "PATCH", f"{path}/one/status", {"status": {"message": "m"}}, media=STRATEGIC)
    assert found["status"]["message"] == "m"
    labelled = {**found, "spec": {**found["spec"], "priority": 7}, "status": {**found["status"], "message": "n"}}
    found = talk.ask("spec by the status", "PUT", f"{path}/one/status", labelled)
    assert (found["spec"].get("priority"), found["status"]["message"]) == (0, "n")
    found = talk.ask("status by the object", "PATCH", f"{path}/one", {"status": {"message": "o"}}, media=MERGE)
    assert found["status"]["message"] == "n"
    talk.ask("read the status", "GET", f"{path}/one/status")
    talk.ask("delete", "DELETE", f"{path}/one?gracePeriodSeconds=0")


def scales(talk: Talk) -> None:
    """Replicas by the scale of a workload."""
    path = f"{talk.group('apps/v1')}/deployments/web"
    talk.ask("create", "POST", path.removesuffix("/web"), DEPLOYMENT.encode(), code=201, media="application/yaml")
    found = talk.ask("scale", "GET", f"{path}/scale")
    assert found["kind"] == "Scale"
    talk.ask("up", "PATCH", f"{path}/scale", {"spec": {"replicas": 2}}, media=MERGE)
    assert talk.quiet("GET", path).content["spec"]["replicas"] == 2
    talk.refused(
        "below nothing", "PATCH", f"{path}/scale", {"spec": {"replicas": -1}}, code=422, reason="Invalid",
        message='Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or '
        "equal to 0", media=MERGE,
    )  # fmt: skip
    talk.ask("none", "GET", f"{talk.group('apps/v1')}/deployments/none/scale", code=404)


def evictions(talk: Talk) -> None:
    """A budget that has no room refuses; a pod that is no longer needed goes anyway."""
    talk.ask("create", "POST", f"{talk.space}/pods", lonely_pod("web"), code=201)
    budget = {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1}
    budgets = f"{talk.group('policy/v1')}/poddisruptionbudgets"
    talk.quiet("POST", budgets, {"metadata": {"name": "web"}, "spec": budget})
    running = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
    talk.ask("it runs", "PATCH", f"{talk.space}/pods/web/status", running, media=STRATEGIC)
    counts = {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    settled = {"status": {**counts, "observedGeneration": 1}}
    talk.quiet("PATCH", f"{budgets}/web/status", settled, media=MERGE)
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web"}}
    refused = talk.refused(
        "no room", "POST", f"{talk.space}/pods/web/eviction", eviction, code=429, reason="TooManyRequests",
        message=_VIOLATES,
    )  # fmt: skip
    assert refused["details"]["causes"] == [
        {
            "reason": "DisruptionBudget",
            "message": "The disruption budget web needs 1 healthy pods and has 1 currently",
        }
    ]
    other = {**eviction, "metadata": {"name": "other"}}
    talk.ask("another name", "POST", f"{talk.space}/pods/web/eviction", other, code=400)
    ended = {"status": {"phase": "Succeeded"}}
    talk.ask("it ends", "PATCH", f"{talk.space}/pods/web/status", ended, media=MERGE)
    talk.ask("it goes", "POST", f"{talk.space}/pods/web/eviction", eviction, code=201)
    talk.ask("it is gone", "GET", f"{talk.space}/pods/web", code=404)


def _owned(name: str, owner: dict[str, Any]) -> dict[str, Any]:
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    return config(name, metadata={"ownerReferences": [{**reference, "blockOwnerDeletion": True}]})


def owners(talk: Talk) -> None:
    """What is owned goes with its owner, before it, or stays, as it was asked for."""
    path = f"{talk.space}/configmaps"
    for policy in ("Background", "Foreground", "Orphan"):
        owner = talk.ask(f"{policy}: owner", "POST", path, config("owner"), code=201)
        talk.ask(f"{policy}: owned", "POST", path, _owned("owned", owner), code=201)
        talk.ask(f"{policy}: delete", "DELETE", f"{path}/owner", {"propagationPolicy": policy})
        talk.until(f"{path}/owner", lambda reply: reply.code == 404, "the owner is gone")
        if policy == "Orphan":
            found = talk.until(
                f"{path}/owned",
                lambda reply: not reply.content["metadata"].get("ownerReferences"),
                "it is orphaned",
            )
            assert found.code == 200
        else:
            talk.until(f"{path}/owned", lambda reply: reply.code == 404, "what it owned is gone")
    talk.refused(
        "an unknown policy", "DELETE", f"{path}/owned", {"propagationPolicy": "Some"}, code=422, reason="Invalid",
        message='DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Some": supported '
        'values: "Foreground", "Background", "Orphan"',
    )  # fmt: skip


SCENARIOS = (statuses, scales, evictions)
WITH_CONTROLLERS = (owners,)
