"""Stopping a pod for good: because it was deleted, evicted, or has ended by itself.

Source: kubernetes/pkg/kubelet/kubelet.go (SyncTerminatingPod, SyncTerminatedPod),
kubernetes/pkg/kubelet/status/status_manager.go (canBeDeleted).
"""

from __future__ import annotations

from collections.abc import Generator

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import is_deleted, meta
from midwatch.lab.core.registry import User
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.killing import kill_container
from midwatch.lab.kubelet.podspec import Role
from midwatch.lab.kubelet.sandbox import release
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.kubelet.status import publish
from midwatch.lab.kubelet.together import together


def terminate(host: Host, tenant: Tenant) -> Generator[float, None, None]:
    """Stop all containers, report the end, give back what the pod held, and let a deleted pod go."""
    tenant.terminating = True
    grace = meta(tenant.obj).get("deletionGracePeriodSeconds")
    if is_deleted(tenant.obj) and grace is not None:
        tenant.grace = min(tenant.grace, float(grace)) if tenant.grace is not None else float(grace)
    for slot in tenant.slots.values():
        if slot.prober is not None:
            slot.prober.stop_liveness()
    if not tenant.finished:
        publish(host, tenant)
    yield from together([_kill(host, tenant, each) for each in tenant.of(Role.APP, Role.INIT) if each.running])
    for each in reversed(tenant.of(Role.SIDECAR)):
        if each.running:
            yield from _kill(host, tenant, each)
    tenant.finished = True
    publish(host, tenant)
    if tenant.sandbox:
        yield host.random.uniform(0.2, 0.6)
        release(host, tenant)
    remove(host, tenant)


def _kill(host: Host, tenant: Tenant, slot: Slot) -> Generator[float, None, None]:
    return kill_container(host, tenant, slot, grace=tenant.grace)


def remove(host: Host, tenant: Tenant) -> None:
    """Let the API forget a pod that was deleted; one that only ended stays. Later when the API does not answer."""
    if not is_deleted(tenant.obj):
        return
    if not host.api_answers:
        host.poke(tenant.uid, 5.0)
        return
    user = User(f"system:node:{host.name}", ("system:nodes", "system:authenticated"), system=True)
    host.env.registry.delete(POD, tenant.namespace, tenant.name, user=user, grace=0, uid=tenant.uid)
