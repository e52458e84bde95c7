"""The application as a real cluster can run it: the same objects, with stand-ins for the programs.

Each container runs `agnhost`, an image of Kubernetes' own end-to-end tests. `serve-hostname` answers every HTTP
request with the name of its pod and does nothing else (`netexec` would run commands for whoever asks);
`grpc-health-checking` answers gRPC probes. Source: kubernetes/test/images/agnhost.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.apps.deploy import app_objects
from midwatch.lab.apps.parts import App
from midwatch.lab.core.objects import Obj, parts, spec, with_meta

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.53"
_KEPT = frozenset(
    {
        "ServiceAccount",
        "ConfigMap",
        "Secret",
        "Service",
        "Deployment",
        "StatefulSet",
        "NetworkPolicy",
        "PodDisruptionBudget",
    }
)
_SIZE: Obj = {
    "requests": {"cpu": "25m", "memory": "24Mi"},
    "limits": {"cpu": "200m", "memory": "128Mi"},
}
_MOST_REPLICAS = 2
_USER = 65532
_GRACE = 2  # seconds: serve-hostname sleeps for a minute when it is told to end


def stand_ins(app: App, namespace: str) -> Iterator[Obj]:
    """The objects of an application in a namespace, in the order to create them.

    Left out is what a cluster may lack or share: volumes, autoscalers, Ingresses, rights and pull secrets.
    """
    for each in app_objects(app):
        if each["kind"] in _KEPT and each.get("type", "Opaque") == "Opaque":
            yield with_meta(_body(each), namespace=namespace)


def _body(found: Obj) -> Obj:
    if found["kind"] not in ("Deployment", "StatefulSet"):
        return found
    body = {key: value for key, value in spec(found).items() if key != "volumeClaimTemplates"}
    body["replicas"] = min(body.get("replicas", _MOST_REPLICAS), _MOST_REPLICAS)
    claims = [each["metadata"]["name"] for each in parts(found, "spec", "volumeClaimTemplates")]
    body["template"] = {**body["template"], "spec": _pod(body["template"]["spec"], claims)}
    return {**found, "spec": body}


def _pod(found: Obj, claims: list[str]) -> Obj:
    dropped = ("initContainers", "imagePullSecrets")
    kept = {key: value for key, value in found.items() if key not in dropped}
    scratch: list[Obj] = [{"name": each, "emptyDir": {}} for each in claims]
    volumes = [*parts(found, "volumes"), *scratch]
    more: Obj = {"volumes": volumes} if volumes else {}
    return {
        **kept,
        **more,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": _GRACE,
        "securityContext": {"runAsUser": _USER, **found["securityContext"]},
        "containers": [_container(each) for each in found["containers"]],
    }


def _container(found: Obj) -> Obj:
    port = found["ports"][0]["containerPort"]
    program = "grpc-health-checking" if "grpc" in found.get("readinessProbe", {}) else "serve-hostname"
    return {**found, "image": IMAGE, "args": [program, f"--port={port}"], "resources": _SIZE}
