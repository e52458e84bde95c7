"""What is served and in what shapes: discovery, OpenAPI, tables, metadata only, YAML.

Source: k8s.io/apiserver/pkg/endpoints/discovery, k8s.io/kube-openapi, kubernetes/pkg/printers/internalversion,
k8s.io/apiserver/pkg/endpoints/handlers/response.go.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.objects import config
from tests.conformance.scenarios.patches import DEPLOYMENT
from tests.conformance.scenarios.subresources import lonely_pod
from tests.conformance.talk import TABLE, Talk

_SERVED = {
    "v1": (
        "configmaps", "events", "namespaces", "namespaces/status", "nodes", "persistentvolumeclaims",
        "persistentvolumes", "pods", "pods/eviction", "pods/log", "pods/status", "secrets",
        "serviceaccounts", "services",
    ),
    "apps/v1": (
        "daemonsets", "deployments", "deployments/scale", "deployments/status", "replicasets", "statefulsets",
    ),
    "batch/v1": ("cronjobs", "jobs"),
    "autoscaling/v2": ("horizontalpodautoscalers",),
    "policy/v1": ("poddisruptionbudgets",),
    "networking.k8s.io/v1": ("ingressclasses", "ingresses", "networkpolicies"),
    "rbac.authorization.k8s.io/v1": ("clusterrolebindings", "clusterroles", "rolebindings", "roles"),
    "storage.k8s.io/v1": ("csidrivers", "storageclasses", "volumeattachments"),
    "discovery.k8s.io/v1": ("endpointslices",),
    "coordination.k8s.io/v1": ("leases",),
    "apiextensions.k8s.io/v1": ("customresourcedefinitions",),
}  # fmt: skip
"""What is compared by group: a server may serve more."""
_SCHEMAS = (
    ("api/v1", "io.k8s.api.core.v1.Service"),
    ("api/v1", "io.k8s.api.core.v1.ConfigMap"),
    ("apis/apps/v1", "io.k8s.api.apps.v1.DeploymentSpec"),
    ("apis/batch/v1", "io.k8s.api.batch.v1.CronJobSpec"),
)


def discovery(talk: Talk) -> None:
    """Resources with their verbs and short names, group by group."""
    for group, names in _SERVED.items():
        path = "/api/v1" if group == "v1" else f"/apis/{group}"
        found = talk.quiet("GET", path).content
        assert (found["kind"], found["groupVersion"]) == ("APIResourceList", group)
        resources = {each["name"]: {**each, "verbs": sorted(each["verbs"])} for each in found["resources"]}
        assert set(names) <= set(resources), group
        talk.note(f"resources of {group}", **{name: resources[name] for name in names})
    version = talk.quiet("GET", "/version").content
    assert version["major"] == "1"
    assert int(version["minor"].rstrip("+")) >= 32
    talk.ask("no such group", "GET", "/apis/none.example/v1", code=404)
    talk.ask("no such resource", "GET", "/api/v1/nones", code=404)
    talk.ask("no such verb", "PUT", f"{talk.space}/configmaps", {}, code=405)


def schemas(talk: Talk) -> None:
    """OpenAPI v3 by group: an index, and schemas with the extensions that patches need."""
    index = talk.quiet("GET", "/openapi/v3").content["paths"]
    for where, name in _SCHEMAS:
        document = talk.quiet("GET", index[where]["serverRelativeURL"]).content
        schema = document["components"]["schemas"][name]
        talk.note(f"schema of {name}", **{key: _kind(each) for key, each in schema["properties"].items()})


def _kind(schema: dict[str, Any]) -> dict[str, Any]:
    """What a property is, without its description."""
    return {key: each for key, each in schema.items() if key not in ("description", "default")}


def tables(talk: Talk) -> None:
    """Columns and cells as `kubectl get` shows them."""
    talk.ask("a ConfigMap", "POST", f"{talk.space}/configmaps", config("one"), code=201)
    talk.ask("a pod", "POST", f"{talk.space}/pods", lonely_pod("one"), code=201)
    deployments = f"{talk.group('apps/v1')}/deployments"
    talk.ask("a Deployment", "POST", deployments, DEPLOYMENT.encode(), code=201, media="application/yaml")
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    talk.ask("a Service", "POST", f"{talk.space}/services", service, code=201)
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"services": "5"}}}
    talk.ask("a quota", "POST", f"{talk.space}/resourcequotas", quota, code=201)
    for label, path, columns in (
        ("ConfigMap", f"{talk.space}/configmaps/one", "Name Data Age"),
        ("pod", f"{talk.space}/pods/one", "Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates"),
        ("Deployment", f"{deployments}/web", "Name Ready Up-to-date Available Age Containers Images Selector"),
        ("Service", f"{talk.space}/services/web", "Name Type Cluster-IP External-IP Port(s) Age Selector"),
    ):
        found = talk.ask(f"table of a {label}", "GET", path, accept=TABLE)
        assert " ".join(each["name"] for each in found["columnDefinitions"]) == columns
        assert len(found["rows"]) == 1
    empty = talk.ask("an empty table", "GET", f"{talk.group('batch/v1')}/jobs", accept=TABLE)
    assert not empty["rows"]


def other_shapes(talk: Talk) -> None:
    """Metadata only, YAML, and what cannot be had."""
    path = f"{talk.space}/configmaps"
    talk.ask("create", "POST", path, config("one"), code=201)
    partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    found = talk.ask("metadata only", "GET", f"{path}/one", accept=partial)
    assert (found["kind"], "data" in found) == ("PartialObjectMetadata", False)
    talk.ask("as YAML", "GET", f"{path}/one", accept="application/yaml")
    talk.ask("as a picture", "GET", f"{path}/one", code=406, accept="image/png")
    talk.ask("sent as a picture", "POST", path, b"x", code=415, media="image/png")


SCENARIOS = (discovery, schemas, tables, other_shapes)
