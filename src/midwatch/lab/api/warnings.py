"""Warnings that go along with an answer: about deprecated versions, and about fields that are better not used.

Source: k8s.io/apiserver/pkg/endpoints/deprecation/deprecation.go (WarningMessage),
k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go,
kubernetes/pkg/api/{service,persistentvolume,persistentvolumeclaim}/warnings.go,
kubernetes/pkg/registry/networking/ingress/strategy.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.podwarnings import pod_warnings
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.tables.custom import definition_version
from midwatch.lab.core.kinds import ENDPOINTS, INGRESS, PV, PVC, SERVICE, Kind
from midwatch.lab.core.objects import Obj, annotations_of, part, spec

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"),
        ("spec", "template"),
    ),
}
_STORAGE_CLASS = "volume.beta.kubernetes.io/storage-class"
_HINTS, _MODE = "service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"
_INGRESS_CLASS = "kubernetes.io/ingress.class"


def warned(reply: Reply, texts: Sequence[str]) -> Reply:
    """An answer with warnings before those that it has already (RFC 7234), each as kubectl shows it."""
    if not texts:
        return reply
    escaped = [each.replace("\\", "\\\\").replace('"', '\\"') for each in texts]
    found = [*(f'299 - "{each}"' for each in escaped), *filter(None, [reply.headers.get("Warning")])]
    return replace(reply, headers={**reply.headers, "Warning": ", ".join(found)})


def deprecations(call: Call, resource: Resource) -> list[str]:
    """About the version that a request is made in."""
    kind = resource.kind
    if kind is ENDPOINTS:
        return ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
    if not kind.custom:
        return []
    version = definition_version(call.env.store, kind)
    default = f"{kind.api_version} {kind.kind} is deprecated"
    return [version.get("deprecationWarning") or default] if version.get("deprecated") else []


def object_warnings(kind: Kind, new: Obj, old: Obj | None) -> list[str]:
    """About an object that was stored. Nothing is said of a specification that did not change."""
    if old is not None and spec(new) == spec(old) and annotations_of(new) == annotations_of(old):
        return []
    where = None if kind.custom else _TEMPLATES.get(kind.kind)
    if where is not None:
        return list(pod_warnings(part(new, *where), ".".join(where)))
    if kind is SERVICE:
        return list(_service(new))
    if kind in (PV, PVC):
        return list(_volume(kind, new))
    if kind is INGRESS and old is None and _INGRESS_CLASS in annotations_of(new):
        return [f"annotation \"{_INGRESS_CLASS}\" is deprecated, please use 'spec.ingressClassName' instead"]
    return []


def _service(new: Obj) -> Iterator[str]:
    body = spec(new)
    if _HINTS in annotations_of(new):
        yield f"annotation {_HINTS} is deprecated, please use {_MODE} instead"
    if body.get("type") == "ClusterIP" and body.get("clusterIP") == "None":
        if body.get("loadBalancerIP"):
            yield "spec.loadBalancerIP is ignored for headless services"
        if body.get("externalIPs"):
            yield "spec.externalIPs is ignored for headless services"
        if body.get("sessionAffinity", "None") != "None":
            yield "spec.SessionAffinity is ignored for headless services"
    if body.get("type") == "ExternalName" and body.get("externalIPs"):
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if body.get("type") != "ExternalName" and body.get("externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'


def _volume(kind: Kind, new: Obj) -> Iterator[str]:
    if _STORAGE_CLASS in annotations_of(new):
        field = f"metadata.annotations[{_STORAGE_CLASS}]"
        yield f'{field}: deprecated since v1.8; use "storageClassName" attribute instead'
    if kind is PV and spec(new).get("persistentVolumeReclaimPolicy") == "Recycle":
        yield (
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the "
            "recommended approach is to use dynamic provisioning."
        )
