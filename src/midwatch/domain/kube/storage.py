"""Volumes, claims and classes (k8s.io/api/core/v1, storage/v1)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from midwatch.domain.kube.containers import ResourceRequirements
from midwatch.domain.kube.meta import Condition, KubeObject, LabelSelector, ObjectReference, Part, Time
from midwatch.domain.kube.pods import NodeSelector
from midwatch.domain.kube.volumes import HostPathVolume, NFSVolume
from midwatch.domain.quantity import Quantity


class PersistentVolumeClaimSpec(Part, frozen=True):
    """What is asked for. `storage_class_name` None means the default class, "" none."""

    access_modes: tuple[str, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    storage_class_name: str | None = None
    selector: LabelSelector | None = None
    volume_name: str = ""
    volume_mode: str = ""


class PersistentVolumeClaimStatus(Part, frozen=True):
    """What was given."""

    phase: str = ""
    access_modes: tuple[str, ...] = ()
    capacity: dict[str, Quantity] = {}
    conditions: tuple[Condition, ...] = ()


class PersistentVolumeClaim(KubeObject, frozen=True):
    """A claim."""

    KIND: ClassVar[str] = "PersistentVolumeClaim"
    spec: PersistentVolumeClaimSpec = PersistentVolumeClaimSpec()
    status: PersistentVolumeClaimStatus = PersistentVolumeClaimStatus()


class VolumeNodeAffinity(Part, frozen=True):
    """Which nodes can reach the volume."""

    required: NodeSelector | None = None


class CSISource(Part, frozen=True):
    """A volume of a CSI driver."""

    driver: str = ""
    volume_handle: str = ""


class LocalSource(Part, frozen=True):
    """A path of one node."""

    path: str = ""


class PersistentVolumeSpec(Part, frozen=True):
    """What is offered."""

    capacity: dict[str, Quantity] = {}
    access_modes: tuple[str, ...] = ()
    storage_class_name: str = ""
    claim_ref: ObjectReference | None = None
    persistent_volume_reclaim_policy: str = ""
    volume_mode: str = ""
    node_affinity: VolumeNodeAffinity | None = None
    host_path: HostPathVolume | None = None
    local: LocalSource | None = None
    nfs: NFSVolume | None = None
    csi: CSISource | None = None


class PersistentVolumeStatus(Part, frozen=True):
    """Available, Bound, Released or Failed."""

    phase: str = ""
    message: str = ""
    reason: str = ""
    last_phase_transition_time: Time | None = None


class PersistentVolume(KubeObject, frozen=True):
    """A volume."""

    KIND: ClassVar[str] = "PersistentVolume"
    spec: PersistentVolumeSpec = PersistentVolumeSpec()
    status: PersistentVolumeStatus = PersistentVolumeStatus()


class StorageClass(KubeObject, frozen=True):
    """How volumes are made."""

    KIND: ClassVar[str] = "StorageClass"
    provisioner: str = ""
    reclaim_policy: str = ""
    volume_binding_mode: str = ""
    allow_volume_expansion: bool = False


class AttachmentSource(Part, frozen=True):
    """What is attached."""

    persistent_volume_name: str = ""


class VolumeAttachmentSpec(Part, frozen=True):
    """Which volume to which node."""

    attacher: str = ""
    node_name: str = ""
    source: AttachmentSource = AttachmentSource()


class VolumeError(Part, frozen=True):
    """Why it failed."""

    message: str = ""
    time: Time | None = None


class VolumeAttachmentStatus(Part, frozen=True):
    """Whether it is attached."""

    attached: bool = False
    attach_error: VolumeError | None = None
    detach_error: VolumeError | None = None


class VolumeAttachment(KubeObject, frozen=True):
    """An attachment of a volume to a node."""

    KIND: ClassVar[str] = "VolumeAttachment"
    spec: VolumeAttachmentSpec = VolumeAttachmentSpec()
    status: VolumeAttachmentStatus = VolumeAttachmentStatus()


class CSIDriver(KubeObject, frozen=True):
    """An installed CSI driver."""

    KIND: ClassVar[str] = "CSIDriver"


class CSINodeDriver(Part, frozen=True):
    """A driver on a node."""

    name: str = ""
    node_id: str = msgspec.field(default="", name="nodeID")


class CSINodeSpec(Part, frozen=True):
    """Drivers on a node."""

    drivers: tuple[CSINodeDriver, ...] = ()


class CSINode(KubeObject, frozen=True):
    """The CSI drivers that a node has."""

    KIND: ClassVar[str] = "CSINode"
    spec: CSINodeSpec = CSINodeSpec()
