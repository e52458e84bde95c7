"""Which containers run again. Source: kubernetes/pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted)."""

from __future__ import annotations

from midwatch.lab.kubelet.podspec import Role, restart_policy
from midwatch.lab.kubelet.state import Slot, Tenant


def should_restart(tenant: Tenant, slot: Slot) -> bool:
    """Whether a container that does not run is to be started (again)."""
    if tenant.terminating or tenant.verdict:
        return False
    code = slot.exit_code
    if slot.state is None:
        return True
    if slot.running:
        return False
    if slot.role is Role.SIDECAR:
        return True
    policy = restart_policy(tenant.obj)
    if slot.role is Role.INIT:
        return code != 0 and policy != "Never"
    return policy == "Always" or (policy == "OnFailure" and code != 0)
