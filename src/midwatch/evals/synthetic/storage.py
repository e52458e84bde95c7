"""Claims and volumes that agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from midwatch.evals.synthetic.pods import Place
from midwatch.evals.synthetic.values import Obj, digest, meta, name_of, namespace_of, part, resource, uid

DRIVER = "disk.csi.example.com"
CLASS = "standard"
ZONE = "topology.kubernetes.io/zone"


def storage_class(created: datetime, name: str = CLASS, *, default: bool = True, **more: object) -> Obj:
    """A StorageClass of the cluster's CSI driver."""
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else None
    body: Obj = {"provisioner": DRIVER, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer"}
    body["allowVolumeExpansion"] = True
    return resource(
        "storage.k8s.io/v1", "StorageClass", name, created=created, annotations=annotations, extra=body | more
    )


def claim_template(name: str, size: str, cls: str = CLASS) -> Obj:
    """One entry of volumeClaimTemplates."""
    spec: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    spec |= {"storageClassName": cls, "volumeMode": "Filesystem"}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def claim(
    name: str,
    namespace: str,
    size: str,
    *,
    created: datetime,
    volume: str = "",
    cls: str | None = CLASS,
    modes: tuple[str, ...] = ("ReadWriteOnce",),
    labels: Mapping[str, str] | None = None,
    phase: str = "",
    **more: object,
) -> Obj:
    """A claim: bound when it names a `volume`, otherwise Pending."""
    spec: Obj = {"accessModes": list(modes), "resources": {"requests": {"storage": size}}}
    spec |= {"volumeMode": "Filesystem", **more}
    if cls is not None:
        spec["storageClassName"] = cls
    status: Obj = {"phase": phase or ("Bound" if volume else "Pending")}
    annotations: dict[str, str] | None = None
    if volume:
        spec["volumeName"] = volume
        status |= {"accessModes": list(modes), "capacity": {"storage": size}}
        annotations = {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}
    head = meta(
        name, namespace, created=created, labels=labels, annotations=annotations, kind="PersistentVolumeClaim"
    )
    head["finalizers"] = ["kubernetes.io/pvc-protection"]
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": spec, "status": status}


def volume(
    name: str,
    size: str,
    *,
    created: datetime,
    bound: Obj | None = None,
    place: Place | None = None,
    cls: str = CLASS,
    modes: tuple[str, ...] = ("ReadWriteOnce",),
    phase: str = "",
    labels: Mapping[str, str] | None = None,
    **more: object,
) -> Obj:
    """A PersistentVolume of the CSI driver, bound to a claim, reachable from the zone of `place`."""
    spec: Obj = {"capacity": {"storage": size}, "accessModes": list(modes), "volumeMode": "Filesystem"}
    spec |= {"persistentVolumeReclaimPolicy": "Delete", "storageClassName": cls}
    spec["csi"] = {"driver": DRIVER, "volumeHandle": f"vol-{digest(name, size=8)}", "fsType": "ext4"}
    if bound is not None:
        spec["claimRef"] = {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": namespace_of(bound),
            "name": name_of(bound), "uid": part(bound, "metadata")["uid"],
        }  # fmt: skip
    if place is not None and place.zone:
        zone = {"key": ZONE, "operator": "In", "values": [place.zone]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}
    head = meta(
        name,
        created=created,
        labels=labels,
        annotations={"pv.kubernetes.io/provisioned-by": DRIVER} if cls else None,
        kind="PersistentVolume",
    )
    head["finalizers"] = ["kubernetes.io/pv-protection"]
    status: Obj = {"phase": phase or ("Bound" if bound else "Available")}
    return {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": head, "spec": spec | more, "status": status
    }  # fmt: skip


def bound_pair(
    name: str,
    namespace: str,
    size: str,
    place: Place,
    *,
    created: datetime,
    labels: Mapping[str, str] | None = None,
) -> list[Obj]:
    """A claim with its provisioned volume, attached to a node."""
    pv_name = f"pvc-{uid('PersistentVolumeClaim', namespace, name)}"
    pvc = claim(name, namespace, size, created=created, volume=pv_name, labels=labels)
    pv = volume(pv_name, size, created=created, bound=pvc, place=place)
    return [pvc, pv, attachment(pv_name, place, created)]


def attachment(pv_name: str, place: Place, created: datetime) -> Obj:
    """A VolumeAttachment that is attached."""
    return resource(
        "storage.k8s.io/v1",
        "VolumeAttachment",
        f"csi-{digest(pv_name, place.name, size=32)}",
        created=created,
        spec={"attacher": DRIVER, "nodeName": place.name, "source": {"persistentVolumeName": pv_name}},
        status={"attached": True},
    )
