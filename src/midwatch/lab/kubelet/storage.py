"""Volumes behind claims and storage drivers.

Source: kubernetes/pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go,
kubernetes/pkg/volume/csi/{csi_attacher,csi_mounter,csi_plugin}.go.
"""

from __future__ import annotations

from midwatch.lab.core.kinds import CSI_DRIVER, PV, PVC, VOLUME_ATTACHMENT
from midwatch.lab.core.objects import Obj, is_deleted, name_of, part, spec, status
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.state import Tenant, Volume


class Unprocessed(ConfigMissing):
    """The claim of a volume is not usable yet, so the volume is not even tried."""


class NotAttached(ConfigMissing):
    """The volume is not attached to the node yet: nothing to say but to wait."""


def claim_of(tenant: Tenant, declared: Obj) -> str:
    """The claim that a volume uses; empty when it uses none."""
    if "ephemeral" in declared:
        return f"{tenant.name}-{declared['name']}"
    return part(declared, "persistentVolumeClaim").get("claimName") or ""


def mount_claim(host: Host, tenant: Tenant, declared: Obj) -> Volume:
    """A volume behind a claim; raises `Unprocessed`, `NotAttached`, or `ConfigMissing` for a failed mount."""
    claim = claim_of(tenant, declared)
    volume = _volume(host, tenant, claim)
    driver = part(spec(volume), "csi").get("driver") or ""
    if driver:
        _attached(host, volume, driver)
        _registered(host, driver, "attacher.MountDevice failed to create newCsiDriverClient")
    read_only = bool(part(declared, "persistentVolumeClaim").get("readOnly"))
    return Volume(declared["name"], "persistentVolumeClaim", read_only=read_only)


def mount_inline(host: Host, declared: Obj) -> Volume:
    """An inline CSI volume."""
    driver = declared["csi"].get("driver") or ""
    _registered(host, driver, "mounter.SetUpAt failed to get CSI client")
    return Volume(declared["name"], "csi", read_only=bool(declared["csi"].get("readOnly")))


def _volume(host: Host, tenant: Tenant, claim: str) -> Obj:
    found = host.env.store.get(PVC, tenant.namespace, claim)
    if found is None:
        why = f'failed to fetch PVC from API server: persistentvolumeclaims "{claim}" not found'
        raise Unprocessed(_processing(tenant, claim, why))
    if is_deleted(found):
        raise Unprocessed(_processing(tenant, claim, "PVC is being deleted"))
    if status(found).get("phase") != "Bound":
        raise Unprocessed(_processing(tenant, claim, "PVC is not bound"))
    name = spec(found).get("volumeName") or ""
    volume = host.env.store.get(PV, "", name)
    if volume is None:
        why = f'failed to fetch PV {name} from API server: persistentvolumes "{name}" not found'
        raise Unprocessed(_processing(tenant, claim, why))
    return volume


def _processing(tenant: Tenant, claim: str, why: str) -> str:
    return f"error processing PVC {tenant.namespace}/{claim}: {why}"


def _attached(host: Host, volume: Obj, driver: str) -> None:
    """Source: kubernetes/pkg/volume/csi/csi_plugin.go (skipAttach), pkg/controller/volume/attachdetach."""
    declared = host.env.store.get(CSI_DRIVER, "", driver)
    if declared is None or spec(declared).get("attachRequired") is False:
        return
    for each in host.env.store.list(VOLUME_ATTACHMENT):
        body = spec(each)
        if body.get("nodeName") != host.name:
            continue
        if part(body, "source").get("persistentVolumeName") == name_of(volume):
            if status(each).get("attached"):
                return
            break
    raise NotAttached(name_of(volume))


def _registered(host: Host, driver: str, step: str) -> None:
    if driver and driver not in host.env.world.drivers:
        raise ConfigMissing(
            f"kubernetes.io/csi: {step}: driver name {driver} not found in the list of registered CSI drivers"
        )
