"""Pieces that several faults are made of."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.lab.core.objects import Obj, name_of, part
from midwatch.lab.faults.change import Change, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import View


def next_version(image: str, patch: str) -> str:
    """`.../cart:1.9.2` for `.../cart:1.8.2` and `2`: the release after the current one, broken in its own way."""
    name, _, tag = image.rpartition(":")
    major, minor, _ = tag.split(".")
    return f"{name}:{major}.{int(minor) + 1}.{patch}"


def roll_to(patch: str) -> Change:
    """Release the next minor version with this patch number (`midwatch.lab.apps.programs.releases`)."""
    return in_container(update_at("image", lambda image: next_version(image, patch)))


def config_of(target: Ref) -> Ref:
    """The ConfigMap of a service's settings."""
    return Ref("ConfigMap", target.namespace, f"{target.name}-config")


def secret_of(target: Ref, backend: str) -> Ref:
    """The Secret with a service's account at a backend."""
    return Ref("Secret", target.namespace, f"{target.name}-{backend}")


def address_key(view: View, target: Ref, backend: str = "") -> str:
    """The first key of a service's ConfigMap with the address of a Service (of a backend: its host); or empty."""
    data = part(view.get(config_of(target)) or {}, "data")
    wanted = f"{backend.replace('-', '_').upper()}_HOST" if backend else "_ADDR"
    known = {name_of(each) for each in view.list("Service", target.namespace)}
    found = (each for each in sorted(data) if each.endswith(wanted))
    return next((each for each in found if str(data[each]).partition(":")[0] in known), "")


def quota(target: Ref, hard: dict[str, str], name: str = "team-budget") -> Obj:
    """A ResourceQuota in the target's namespace."""
    head = {"name": name, "namespace": target.namespace}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": head, "spec": {"hard": hard}}


def pod_settings(values: dict[str, object]) -> Change:
    """Set fields of the pod template's spec."""
    return in_pod(lambda found: {**found, **values})


def with_container(added: Obj) -> Change:
    """Add a container to the pod template."""
    return in_pod(lambda found: {**found, "containers": [*found["containers"], added]})


def previous_release() -> Change:
    """Release the version before the current one: it works, exists, and is not on the nodes yet."""
    return in_container(update_at("image", _before))


def _before(image: str) -> str:
    name, _, patch = image.rpartition(".")
    return f"{name}.{int(patch) - 1}"


def callers(view: View) -> list[Ref]:
    """Deployments that are told the address of another service."""
    return [each for each in services()(view) if address_key(view, each)]


def pod_webhook(target: Ref, service: str) -> Obj:
    """A webhook on new pods of the target's namespace, behind a Service there; without it no pod is made."""
    client = {"service": {"name": service, "namespace": target.namespace, "path": "/validate", "port": 443}}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    scope = {"matchLabels": {"kubernetes.io/metadata.name": target.namespace}}
    hook: Obj = {
        "name": "pods.policy.example.com",
        "clientConfig": client,
        "rules": [rule],
        "failurePolicy": "Fail",
    }
    hook |= {
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": scope,
        "timeoutSeconds": 10,
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "pod-policy"},
        "webhooks": [hook],
    }
