"""The sandbox of a pod, with its address.

Source: kubernetes/pkg/kubelet/kuberuntime/kuberuntime_sandbox.go (createPodSandbox),
containerd/internal/cri/server/sandbox_run.go.
"""

from __future__ import annotations

from collections.abc import Generator

from midwatch.lab.kubelet.failure import SyncFailed
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import host_network
from midwatch.lab.kubelet.state import Tenant

NOT_INITIALIZED = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
NOTICES = 5.0
"""Seconds until the kubelet has noticed that the network plugin is gone."""
_SOCKET = (
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix '
    '/run/containerd/containerd.sock: connect: connection refused"'
)


def ensure_sandbox(host: Host, tenant: Tenant) -> Generator[float, None, None]:
    """Give a pod its sandbox and address; raises `SyncFailed`."""
    if tenant.sandbox:
        return
    yield host.random.uniform(0.15, 0.4)
    if not host.runtime_runs:
        raise _failed(host, tenant, f"Failed to create pod sandbox: {_SOCKET}")
    if host_network(tenant.obj):
        tenant.ip = host.ip
    else:
        tenant.ip = _address(host, tenant)
    tenant.sandbox = host.identifier(tenant.uid, tenant.sandboxes)
    tenant.sandboxes += 1
    host.poke(tenant.uid, host.random.uniform(0.4, 1.2))


def network_problem(host: Host) -> str:
    """What the kubelet says of the node's network; empty when it is ready."""
    lost = host.network_lost
    return NOT_INITIALIZED if lost is not None and host.now - lost >= NOTICES else ""


def _address(host: Host, tenant: Tenant) -> str:
    if not host.network_runs:
        why = "loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory"
        raise _failed(host, tenant, _network(host, tenant, f'plugin type="flannel" failed (add): {why}'))
    pool = host.pool()
    found = pool.take()
    if found is None:
        raise _failed(
            host, tenant, _network(host, tenant, f'plugin type="host-local" failed (add): {pool.exhausted}')
        )
    return found


def _network(host: Host, tenant: Tenant, why: str) -> str:
    tenant.sandboxes += 1
    wanted = host.identifier(tenant.uid, tenant.sandboxes)
    return (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        f'"{wanted}": {why}'
    )


def _failed(host: Host, tenant: Tenant, message: str) -> SyncFailed:
    host.event(tenant, "Warning", "FailedCreatePodSandBox", message)
    return SyncFailed()


def release(host: Host, tenant: Tenant) -> None:
    """The sandbox is gone, and with it the address."""
    if tenant.ip and not host_network(tenant.obj) and host.addresses is not None:
        host.addresses.release(tenant.ip)
    tenant.sandbox = ""
