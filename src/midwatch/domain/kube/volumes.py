"""Volumes of a pod (k8s.io/api/core/v1/types.go)."""

from __future__ import annotations

from midwatch.domain.kube.meta import (
    LocalReference,
    Part,
)
from midwatch.domain.quantity import Quantity


class KeyToPath(Part, frozen=True):
    """One projected key."""

    key: str = ""
    path: str = ""


class ConfigMapVolume(Part, frozen=True):
    """A ConfigMap as files."""

    name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class SecretVolume(Part, frozen=True):
    """A Secret as files."""

    secret_name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class ClaimVolume(Part, frozen=True):
    """A PersistentVolumeClaim."""

    claim_name: str = ""
    read_only: bool = False


class HostPathVolume(Part, frozen=True):
    """A path of the node."""

    path: str = ""
    type: str = ""


class EmptyDirVolume(Part, frozen=True):
    """Scratch space."""

    medium: str = ""
    size_limit: Quantity | None = None


class NFSVolume(Part, frozen=True):
    """An NFS export."""

    server: str = ""
    path: str = ""


class CSIVolume(Part, frozen=True):
    """An inline CSI volume."""

    driver: str = ""
    node_publish_secret_ref: LocalReference | None = None


class ProjectedSecret(Part, frozen=True):
    """A Secret or ConfigMap inside a projected volume."""

    name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class ProjectedSource(Part, frozen=True):
    """One source of a projected volume."""

    config_map: ProjectedSecret | None = None
    secret: ProjectedSecret | None = None


class ProjectedVolume(Part, frozen=True):
    """Several sources in one directory."""

    sources: tuple[ProjectedSource, ...] = ()


class EphemeralClaim(Part, frozen=True):
    """Marker of a generic ephemeral volume (its claim is named `<pod>-<volume>`)."""


class Volume(Part, frozen=True):
    """A volume of a pod."""

    name: str = ""
    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    host_path: HostPathVolume | None = None
    empty_dir: EmptyDirVolume | None = None
    nfs: NFSVolume | None = None
    csi: CSIVolume | None = None
    projected: ProjectedVolume | None = None
    ephemeral: EphemeralClaim | None = None
