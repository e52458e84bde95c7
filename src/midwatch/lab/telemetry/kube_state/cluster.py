"""kube_node_*, kube_namespace_*, kube_persistentvolume(claim)_*, kube_service_*, kube_resourcequota.

Source: kube-state-metrics/internal/store/*.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import Obj, meta, spec, status
from midwatch.lab.telemetry.kube_state.series import About, Sample, amounts, conditions, moment, one_of


def node_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a node."""
    about, body, now = About(found, "node"), spec(found), status(found)
    info: Obj = now.get("nodeInfo") or {}
    addresses: Sequence[Obj] = now.get("addresses") or ()
    address = next((str(each["address"]) for each in addresses if each["type"] == "InternalIP"), "")
    yield from about.sample(
        "kube_node_info",
        1,
        internal_ip=address,
        kubelet_version=str(info.get("kubeletVersion") or ""),
        kernel_version=str(info.get("kernelVersion") or ""),
        container_runtime_version=str(info.get("containerRuntimeVersion") or ""),
    )
    yield from about.sample("kube_node_created", moment(meta(found).get("creationTimestamp")))
    yield from about.sample("kube_node_spec_unschedulable", bool(body.get("unschedulable")))
    for each in body.get("taints") or ():
        key, value, effect = (str(each.get(part) or "") for part in ("key", "value", "effect"))
        yield from about.sample("kube_node_spec_taint", 1, key=key, value=value, effect=effect)
    yield from conditions(about, "kube_node_status_condition", now.get("conditions") or ())
    yield from amounts(about, "kube_node_status_capacity", now.get("capacity") or {})
    yield from amounts(about, "kube_node_status_allocatable", now.get("allocatable") or {})


def namespace_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a namespace."""
    about = About({"metadata": {"name": ""}}, "")
    phase = str(status(found).get("phase") or "Active")
    name = str(meta(found)["name"])
    yield from one_of(
        about, "kube_namespace_status_phase", "phase", ("Active", "Terminating"), phase, namespace=name
    )


def claim_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a PersistentVolumeClaim."""
    about, body = About(found, "persistentvolumeclaim"), spec(found)
    phase = str(status(found).get("phase") or "Pending")
    yield from one_of(
        about, "kube_persistentvolumeclaim_status_phase", "phase", ("Lost", "Bound", "Pending"), phase
    )
    yield from about.sample(
        "kube_persistentvolumeclaim_info",
        1,
        storageclass=str(body.get("storageClassName") or ""),
        volumename=str(body.get("volumeName") or ""),
    )
    resources: Obj = body.get("resources") or {}
    requests: Obj = resources.get("requests") or {}
    asked = parse_quantity(str(requests.get("storage") or ""))
    name = "kube_persistentvolumeclaim_resource_requests_storage_bytes"
    yield from about.sample(name, None if asked is None else float(asked))


def volume_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a PersistentVolume."""
    about = About(found, "persistentvolume")
    phases = ("Pending", "Available", "Bound", "Released", "Failed")
    phase = str(status(found).get("phase") or "Pending")
    yield from one_of(about, "kube_persistentvolume_status_phase", "phase", phases, phase)


def service_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a Service."""
    body = spec(found)
    about = About(found, "service")
    yield from about.sample("kube_service_info", 1, cluster_ip=str(body.get("clusterIP") or ""))
    yield from about.sample("kube_service_spec_type", 1, type=str(body.get("type") or "ClusterIP"))


def quota_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a ResourceQuota."""
    about, now = About(found, "resourcequota"), status(found)
    for kind in ("hard", "used"):
        values: Obj = now.get(kind) or {}
        for resource, text in values.items():
            value = parse_quantity(str(text))
            amount = None if value is None else float(value)
            yield from about.sample("kube_resourcequota", amount, resource=resource, type=kind)
