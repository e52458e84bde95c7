"""Custom resource definitions and APIService objects."""

from __future__ import annotations

from midwatch.lab.core.kinds import API_SERVICE, CRD, SERVICE
from midwatch.lab.core.objects import Obj, condition_of, status
from tests.lab.access.lab import Lab, new_lab


def definition(plural: str = "widgets", kind: str = "Widget", version: str = "v1", **names: object) -> Obj:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind, **names},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                    },
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def current(lab: Lab, name: str = "widgets") -> Obj:
    return lab.env.store.demand(CRD, "", f"{name}.example.com")


def widget(name: str = "one", **head: object) -> Obj:
    meta = {"name": name, "namespace": "shop", **head}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": meta, "spec": {"size": 1}}


def test_a_definition_is_established_and_served() -> None:
    lab = new_lab()
    lab.create(definition(shortNames=["wd"]))
    assert lab.env.kinds.named("Widget") is None
    lab.run()
    found = current(lab)
    for type_, reason, message in (
        ("NamesAccepted", "NoConflicts", "no conflicts found"),
        ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ):
        condition = condition_of(found, type_) or {}
        assert (condition["status"], condition["reason"], condition["message"]) == ("True", reason, message)
    assert status(found)["acceptedNames"]["listKind"] == "WidgetList"
    assert status(found)["storedVersions"] == ["v1"]
    kind = lab.kind(lab.create(widget()))
    assert (kind.short, kind.has_status, kind.custom, kind.singular) == (("wd",), True, True, "widget")
    lab.run(2)
    service = lab.env.store.demand(API_SERVICE, "", "v1.example.com")
    assert (condition_of(service, "Available") or {})["reason"] == "Local"


def test_names_in_use_are_not_accepted_until_they_are_free() -> None:
    lab = new_lab()
    lab.create(definition(shortNames=["wd"]))
    lab.run()
    lab.create(definition("wodgets", "Wodget", shortNames=["wd"]))
    lab.run()
    names = condition_of(current(lab, "wodgets"), "NamesAccepted") or {}
    assert (names["status"], names["reason"], names["message"]) == (
        "False",
        "ShortNamesConflict",
        '"wd" is already in use',
    )
    assert (condition_of(current(lab, "wodgets"), "Established") or {})["reason"] == "NotAccepted"
    assert lab.env.kinds.named("Wodget") is None
    lab.env.registry.delete(CRD, "", "widgets.example.com")
    lab.run(10)
    assert lab.env.kinds.named("Wodget") is not None


def test_deleting_a_definition_waits_for_its_objects() -> None:
    lab = new_lab()
    lab.create(definition())
    lab.run()
    kind = lab.kind(lab.create(widget()))
    held = lab.create(widget("held", finalizers=["example.com/wait"]))
    lab.env.registry.delete(CRD, "", "widgets.example.com")
    lab.run(10)
    assert lab.env.store.count(kind) == 1
    condition = condition_of(current(lab), "Terminating") or {}
    assert (condition["status"], condition["reason"]) == ("True", "InstanceDeletionInProgress")
    lab.run(60)
    assert (condition_of(current(lab), "Terminating") or {})["reason"] == "InstanceDeletionCheck"
    lab.env.registry.finalize(kind, held, "example.com/wait")
    lab.run(10)
    assert lab.env.store.get(CRD, "", "widgets.example.com") is None
    assert lab.env.kinds.named("Widget") is None
    lab.run(2)
    assert lab.env.store.get(API_SERVICE, "", "v1.example.com") is None


def test_a_new_storage_version_takes_the_objects_along() -> None:
    lab = new_lab()
    lab.create(definition())
    lab.run()
    lab.create(widget())
    new = definition(version="v2")["spec"]
    lab.update({**current(lab), "spec": {**current(lab)["spec"], "versions": new["versions"]}})
    lab.run()
    kind = lab.env.kinds.named("Widget")
    assert kind is not None
    assert kind.version == "v2"
    assert lab.env.store.demand(kind, "shop", "one")["apiVersion"] == "example.com/v2"
    assert status(current(lab))["storedVersions"] == ["v1", "v2"]


def test_a_group_served_elsewhere_is_available_while_its_service_has_endpoints() -> None:
    lab = new_lab()
    lab.create(
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "insecureSkipTLSVerify": True,
                "service": {"name": "metrics-server", "namespace": "kube-system", "port": 443},
            },
        }
    )

    def available() -> tuple[str, str, str]:
        lab.run()
        found = condition_of(lab.env.store.demand(API_SERVICE, "", "v1beta1.metrics.k8s.io"), "Available") or {}
        return found["status"], found["reason"], found["message"]

    missing = 'service/metrics-server in "kube-system" is not present'
    assert available() == ("False", "ServiceNotFound", missing)
    head = {"name": "metrics-server", "namespace": "kube-system"}
    lab.create({"kind": SERVICE.kind, "metadata": head, "spec": {"ports": [{"port": 443, "name": "https"}]}})
    assert available()[1] == "EndpointsNotFound"
    made = lab.create(_slice(head, ready=False))
    why = 'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"'
    assert available() == ("False", "MissingEndpoints", why)
    lab.update({**made, "endpoints": _slice(head, ready=True)["endpoints"]})
    assert available() == ("True", "Passed", "all checks passed")
    lab.env.components.stop("metrics-server")
    lab.run(30)
    assert available()[1] == "FailedDiscoveryCheck"


def _slice(head: Obj, *, ready: bool) -> Obj:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {**head, "labels": {"kubernetes.io/service-name": "metrics-server"}},
        "addressType": "IPv4",
        "ports": [{"port": 10250, "protocol": "TCP", "name": "https"}],
        "endpoints": [{"addresses": ["10.244.1.5"], "conditions": {"ready": ready}}],
    }
