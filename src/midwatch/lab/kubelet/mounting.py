"""Waiting until all volumes of a pod are mounted, with the volume manager's retries.

Source: kubernetes/pkg/kubelet/volumemanager/volume_manager.go (WaitForAttachAndMount),
kubernetes/pkg/volume/util/operationexecutor, kubernetes/pkg/util/goroutinemap/exponentialbackoff.
"""

from __future__ import annotations

from collections.abc import Generator

from midwatch.lab.core.kinds import PVC
from midwatch.lab.core.objects import Obj, parts, spec
from midwatch.lab.kubelet.failure import ConfigMissing, SyncFailed
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.state import Tenant, Volume
from midwatch.lab.kubelet.storage import NotAttached, Unprocessed, claim_of, mount_claim, mount_inline
from midwatch.lab.kubelet.volumes import set_up

_FIRST, _MOST = 0.5, 122.0  # initialDurationBeforeRetry, maxDurationBeforeRetry
_TIMEOUT = 123.0  # podAttachAndMountTimeout
_POLL = 1.0


def mount_all(host: Host, tenant: Tenant) -> Generator[float, None, dict[str, Volume]]:
    """All volumes by name; raises `SyncFailed` when some still fail after two minutes.

    A time-out is not told as an event since 1.28: kubernetes/pkg/kubelet/kubelet.go (SyncPod, wait.Interrupted).
    """
    begun, done = host.now, dict[str, Volume]()
    while True:
        waiting, unprocessed = _round(host, tenant, done)
        if not waiting:
            tenant.mounting.clear()
            return done
        if unprocessed:
            _tell_unprocessed(host, tenant, waiting, unprocessed)
        if host.now - begun >= _TIMEOUT:
            raise SyncFailed
        yield _next(host, tenant, waiting)


def _round(host: Host, tenant: Tenant, done: dict[str, Volume]) -> tuple[list[str], dict[str, str]]:
    """Try what is due; returns what is not mounted, and what could not be processed and why."""
    waiting: list[str] = []
    unprocessed: dict[str, str] = {}
    for each in parts(spec(tenant.obj), "volumes"):
        name: str = each["name"]
        if name in done:
            continue
        try:
            found = _try(host, tenant, each)
        except Unprocessed as error:
            unprocessed[name] = str(error)
            found = None
        if found is None:
            waiting.append(name)
        else:
            done[name] = found
    return waiting, unprocessed


def _try(host: Host, tenant: Tenant, declared: Obj) -> Volume | None:
    name: str = declared["name"]
    due, delay = tenant.mounting.get(name, (0.0, 0.0))
    if host.now < due:
        return None
    try:
        if claim_of(tenant, declared):
            return mount_claim(host, tenant, declared)
        return mount_inline(host, declared) if "csi" in declared else set_up(host, tenant, declared)
    except Unprocessed:
        raise
    except NotAttached:
        return None
    except ConfigMissing as error:
        delay = min(delay * 2, _MOST) if delay else _FIRST
        tenant.mounting[name] = host.now + delay, delay
        host.event(tenant, "Warning", "FailedMount", _told(host, tenant, declared, str(error)))
        return None


def _told(host: Host, tenant: Tenant, declared: Obj, why: str) -> str:
    """Volumes of claims are named for their PersistentVolume."""
    claim = claim_of(tenant, declared)
    found = host.env.store.get(PVC, tenant.namespace, claim) if claim else None
    name = spec(found).get("volumeName") if found else None
    step = "MountDevice" if claim else "SetUp"
    return f'MountVolume.{step} failed for volume "{name or declared["name"]}" : {why}'


def _tell_unprocessed(host: Host, tenant: Tenant, waiting: list[str], unprocessed: dict[str, str]) -> None:
    names = " ".join(sorted(waiting))
    failed = " ".join(sorted(unprocessed))
    why = "; ".join(unprocessed[each] for each in sorted(unprocessed))
    message = (
        f"Unable to attach or mount volumes: unmounted volumes=[{names}], unattached volumes=[{names}], "
        f"failed to process volumes=[{failed}]: {why}"
    )
    host.event(tenant, "Warning", "FailedMount", message)
    raise SyncFailed


def _next(host: Host, tenant: Tenant, waiting: list[str]) -> float:
    due = [tenant.mounting[each][0] - host.now for each in waiting if each in tenant.mounting]
    return max(0.1, min((*due, _POLL if len(due) < len(waiting) else _MOST)))
