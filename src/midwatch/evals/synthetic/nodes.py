"""Nodes with their leases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from midwatch.evals.synthetic.pods import Place
from midwatch.evals.synthetic.storage import DRIVER, ZONE
from midwatch.evals.synthetic.values import Obj, condition, digest, meta, resource, stamp, stamp_micro

VERSION = "v1.32.4"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"

_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def node(
    place: Place,
    *,
    now: datetime,
    created: datetime,
    cidr: str,
    control_plane: bool = False,
    cpu: int = 16,
    memory_gib: int = 64,
    labels: Mapping[str, str] | None = None,
) -> Obj:
    """A healthy node that reported a moment ago."""
    head = meta(
        place.name,
        created=created,
        labels=_labels(place, control_plane) | dict(labels or {}),
        annotations={"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        kind="Node",
    )
    spec: Obj = {"podCIDR": cidr, "podCIDRs": [cidr]}
    if control_plane:
        spec["taints"] = [{"key": CONTROL_PLANE, "effect": "NoSchedule"}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": head, "spec": spec,
            "status": _status(place, now, created, cpu, memory_gib)}  # fmt: skip


def _labels(place: Place, control_plane: bool) -> dict[str, str]:
    found = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": place.name,
        "kubernetes.io/os": "linux",
    }
    if place.zone:
        found[ZONE] = place.zone
    if control_plane:
        found |= {CONTROL_PLANE: "", "node.kubernetes.io/exclude-from-external-load-balancers": ""}
    return found


def _status(place: Place, now: datetime, created: datetime, cpu: int, memory_gib: int) -> Obj:
    memory = memory_gib * 1024 * 1024
    capacity: Obj = {"cpu": str(cpu), "ephemeral-storage": "203056560Ki", "hugepages-1Gi": "0"}
    capacity |= {"hugepages-2Mi": "0", "memory": f"{memory - 421_888}Ki", "pods": "110"}
    allocatable = capacity | {"cpu": f"{cpu * 1000 - 90}m", "memory": f"{memory - 1_572_864}Ki"}
    return {
        "capacity": capacity,
        "allocatable": allocatable | {"ephemeral-storage": "187136925556"},
        "conditions": node_conditions(now - timedelta(seconds=int(digest(place.name, size=1), 16) % 240), created),
        "addresses": [
            {"type": "InternalIP", "address": place.ip},
            {"type": "Hostname", "address": place.name},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": digest(place.name, "machine"),
            "systemUUID": digest(place.name, "system"),
            "bootID": digest(place.name, "boot"),
            "kernelVersion": "6.8.0-60-generic",
            "osImage": "Ubuntu 24.04.2 LTS",
            "containerRuntimeVersion": "containerd://1.7.27",
            "kubeletVersion": VERSION,
            "kubeProxyVersion": VERSION,
            "operatingSystem": "linux",
            "architecture": "amd64",
        },
    }


def node_conditions(beat: datetime, since: datetime) -> list[Obj]:
    """The five conditions of a healthy node."""
    heartbeat = {"lastHeartbeatTime": stamp(beat)}
    network = {"lastHeartbeatTime": stamp(since)}
    return [
        condition("NetworkUnavailable", "False", since, "CiliumIsUp", "Cilium is running on this node", **network),
        *(condition(kind, "False", since, reason, message, **heartbeat) for kind, reason, message in _PRESSURES),
        condition("Ready", "True", since, "KubeletReady", "kubelet is posting ready status", **heartbeat),
    ]


def node_lease(place: Place, renewed: datetime, created: datetime) -> Obj:
    """The heartbeat of a kubelet."""
    spec: Obj = {"holderIdentity": place.name, "leaseDurationSeconds": 40, "renewTime": stamp_micro(renewed)}
    return resource("coordination.k8s.io/v1", "Lease", place.name, "kube-node-lease", created=created, spec=spec)


def leader_lease(component: str, place: Place, renewed: datetime, created: datetime) -> Obj:
    """Who leads among the replicas of a control plane component."""
    spec: Obj = {
        "holderIdentity": f"{place.name}_{digest(component, place.name)}",
        "leaseDurationSeconds": 15,
        "acquireTime": stamp_micro(created),
        "renewTime": stamp_micro(renewed),
        "leaseTransitions": 1,
    }
    return resource("coordination.k8s.io/v1", "Lease", component, "kube-system", created=created, spec=spec)


def csi_node(place: Place, created: datetime) -> Obj:
    """The CSI drivers of a node."""
    driver: Obj = {"name": DRIVER, "nodeID": f"i-{digest(place.name, size=8)}", "topologyKeys": [ZONE]}
    driver["allocatable"] = {"count": 39}
    return resource("storage.k8s.io/v1", "CSINode", place.name, created=created, spec={"drivers": [driver]})
