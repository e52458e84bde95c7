"""What one object counts for in quotas.

Source: kubernetes/pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims,registry}.go,
k8s.io/apiserver/pkg/quota/v1/generic/evaluator.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.access.pod_resources import Amounts, containers_of, init_containers_of, pod_total
from midwatch.lab.access.quantities import milli
from midwatch.lab.core.kinds import POD, PVC, SERVICE, Kind
from midwatch.lab.core.objects import Obj, annotations_of, meta, part, seconds, spec, status

_LEGACY = frozenset({"configmaps", "secrets", "replicationcontrollers", "resourcequotas"})
_REQUIRED = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
_NATIVE = frozenset({"cpu", "memory", "ephemeral-storage"})
_POD = frozenset(
    {
        "count/pods",
        "pods",
        "cpu",
        "memory",
        "ephemeral-storage",
        *(f"{start}.{each}" for start in ("requests", "limits") for each in _NATIVE),
    }
)
_ONE = 1000


def usage(kind: Kind, obj: Obj, now: float) -> Amounts:
    """Thousandths by the resource names that quotas use."""
    if kind is POD:
        return _of_pod(obj, now)
    found = {f"count/{kind.resource}": _ONE}
    if kind is SERVICE:
        return found | _of_service(spec(obj))
    if kind is PVC:
        return found | _of_claim(obj)
    if not kind.group and kind.plural in _LEGACY:
        found[kind.plural] = _ONE
    return found


def concerns(kind: Kind, resource: str) -> bool:
    """Whether objects of a kind count for a resource of a quota."""
    if kind is POD:
        return resource in _POD or _is_extended(resource)
    if resource == f"count/{kind.resource}":
        return True
    if kind is SERVICE:
        return resource in ("services", "services.nodeports", "services.loadbalancers")
    if kind is PVC:
        return (
            resource in ("persistentvolumeclaims", "requests.storage")
            or ".storageclass.storage.k8s.io/" in resource
        )
    return not kind.group and kind.plural in _LEGACY and resource == kind.plural


def missing(pod: Obj, resources: Sequence[str]) -> str:
    """What containers must say because a quota counts it (`limits.cpu for: app; ...`); empty when they do."""
    wanted = sorted(_REQUIRED.intersection(resources))
    parts: list[str] = []
    for each in wanted:
        without = sorted({own["name"] for own in _all(pod) if not _says(own, each)})
        if without:
            parts.append(f"{each} for: {','.join(without)}")
    return "; ".join(parts)


def _of_pod(pod: Obj, now: float) -> Amounts:
    found = {"count/pods": _ONE}
    if not is_live(pod, now):
        return found
    found["pods"] = _ONE
    requests = pod_total(pod, "requests")
    for key, value in requests.items():
        if key in _NATIVE or key.startswith("hugepages-"):
            found[key] = value
        found[f"requests.{key}"] = value
    for key, value in pod_total(pod, "limits").items():
        if key in _NATIVE:
            found[f"limits.{key}"] = value
    return found


def is_live(pod: Obj, now: float) -> bool:
    """Whether a pod has not ended, and is not past the time it was given to end."""
    if status(pod).get("phase") in ("Failed", "Succeeded"):
        return False
    head = meta(pod)
    if "deletionTimestamp" not in head or "deletionGracePeriodSeconds" not in head:
        return True
    return now <= seconds(head["deletionTimestamp"]) + head["deletionGracePeriodSeconds"]


def _of_service(body: Obj) -> Amounts:
    ports = len(body.get("ports") or ())
    found = {"services": _ONE, "services.nodeports": 0, "services.loadbalancers": 0}
    if body.get("type") == "NodePort":
        found["services.nodeports"] = ports * _ONE
    elif body.get("type") == "LoadBalancer":
        allocated = body.get("allocateLoadBalancerNodePorts") is not False
        found["services.nodeports"] = ports * _ONE if allocated else 0
        found["services.loadbalancers"] = _ONE
    return found


def _of_claim(claim: Obj) -> Amounts:
    requests = part(claim, "spec", "resources", "requests")
    size = milli(requests.get("storage"))
    found = {"persistentvolumeclaims": _ONE, "requests.storage": size}
    own = spec(claim).get("storageClassName") or annotations_of(claim).get(
        "volume.beta.kubernetes.io/storage-class"
    )
    if own:
        found[f"{own}.storageclass.storage.k8s.io/persistentvolumeclaims"] = _ONE
        found[f"{own}.storageclass.storage.k8s.io/requests.storage"] = size
    return found


def _is_extended(resource: str) -> bool:
    if resource.startswith(("hugepages-", "requests.hugepages-")):
        return True
    return resource.startswith("requests.") and "/" in resource


def _all(pod: Obj) -> tuple[Obj, ...]:
    return (*containers_of(pod), *init_containers_of(pod))


def _says(container: Obj, resource: str) -> bool:
    field, dot, name = resource.partition(".")
    if not dot:
        field, name = "requests", resource
    return name in part(container, "resources", field)
