"""Mounted ConfigMaps and Secrets follow their objects, about a minute later; sub paths never do.

Source: kubernetes/pkg/kubelet/kubelet.go (syncFrequency), pkg/kubelet/util/manager/cache_based_manager.go.
"""

from __future__ import annotations

from contextlib import suppress

from midwatch.lab.core.objects import Obj, parts, spec
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.mounts import mounts_of
from midwatch.lab.kubelet.state import Slot, Tenant, Volume
from midwatch.lab.kubelet.volumes import set_up

EARLIEST, LATEST = 40.0, 90.0
"""Seconds from the change to the file."""


def uses(tenant: Tenant, changed: set[tuple[str, str, str]]) -> bool:
    """Whether a pod has one of these (`configmap` or `secret`, namespace, name) mounted."""
    return any(
        (kind, tenant.namespace, name) in changed
        for volume in (tenant.volumes or {}).values()
        for kind, name in volume.sources
    )


def refresh(host: Host, tenant: Tenant) -> None:
    """Bring the files of a pod's volumes up to date."""
    if tenant.volumes is None or tenant.terminating or not host.running:
        return
    declared: dict[str, Obj] = {each["name"]: each for each in parts(spec(tenant.obj), "volumes")}
    for name, old in list(tenant.volumes.items()):
        if old.sources and name in declared:
            with suppress(ConfigMissing):
                tenant.volumes[name] = set_up(host, tenant, declared[name])
    for slot in tenant.alive:
        _rewrite(slot, tenant.volumes)


def _rewrite(slot: Slot, volumes: dict[str, Volume]) -> None:
    process = slot.process
    if process is None:
        return
    files: dict[str, str] = {}
    for mount in mounts_of(slot.spec, volumes, process.environment):
        if mount.sub:
            files |= {path: process.files[path] for path in mount.files if path in process.files}
        else:
            files |= mount.files
    process.files = files
