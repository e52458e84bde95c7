"""What is left of a node's memory, disk and process IDs, and which thresholds that crosses.

Source: kubernetes/pkg/kubelet/eviction/{helpers,defaults_linux}.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.domain.quantity import parse_quantity
from midwatch.domain.resource import Ref
from midwatch.lab.core.objects import part, status
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.world.disturbances import DiskFill, MemoryStress, PidStress

MEMORY_THRESHOLD = 100 * 1024 * 1024
DISK_THRESHOLD = 0.10
_SYSTEM = 600 * 1024 * 1024.0  # what the operating system and the kubelet need themselves
_DISK_USED = 0.25
_LOGS = 60 * 1024.0
_PIDS, _PIDS_LEFT = 32768, 300


@dataclass(frozen=True, slots=True)
class Signal:
    """One resource below its threshold: `available` and `threshold` in bytes (or process IDs)."""

    condition: str
    resource: str
    threshold: float
    available: float


def signals(host: Host) -> list[Signal]:
    """The resources that are short at the moment."""
    found = [_memory(host), _disk(host), _pids(host)]
    return [each for each in found if each is not None]


def memory_left(host: Host) -> float:
    """Bytes of memory that are free on a node; below zero when the kernel must kill."""
    used = sum(each.process.memory for tenant in host.tenants.values() for each in tenant.alive if each.process)
    here = Ref("Node", "", host.name)
    stress = sum(
        each.bytes
        for each in host.env.world.disturbances
        if isinstance(each, MemoryStress) and each.target == here
    )
    return _capacity(host, "memory") - _SYSTEM - used - stress


def _capacity(host: Host, resource: str) -> float:
    return parse_quantity(part(status(host.node or {}), "capacity").get(resource)) or 0.0


def _memory(host: Host) -> Signal | None:
    if not _capacity(host, "memory"):
        return None
    left = memory_left(host)
    if left >= MEMORY_THRESHOLD:
        return None
    return Signal("MemoryPressure", "memory", MEMORY_THRESHOLD, max(left, 0.0))


def disk_capacity(host: Host) -> float:
    """Bytes of the node's file system."""
    return _capacity(host, "ephemeral-storage") or 100 * 2.0**30


def disk_used(host: Host) -> float:
    """The share (0..1) of the node's file system that is full."""
    here = Ref("Node", "", host.name)
    fills = [
        each.fraction for each in host.env.world.disturbances if isinstance(each, DiskFill) and each.target == here
    ]
    return max([_DISK_USED, *fills])


def _disk(host: Host) -> Signal | None:
    left = 1 - disk_used(host)
    if left >= DISK_THRESHOLD:
        return None
    capacity = disk_capacity(host)
    return Signal("DiskPressure", "ephemeral-storage", DISK_THRESHOLD * capacity, max(left, 0.0) * capacity)


def _pids(host: Host) -> Signal | None:
    if not any(isinstance(each, PidStress) and each.node == host.name for each in host.env.world.disturbances):
        return None
    return Signal("PIDPressure", "pids", float(_PIDS // 20), float(_PIDS_LEFT))


def usage(slot: Slot, resource: str) -> float:
    """What a container uses of a resource."""
    if slot.process is None or not slot.running:
        return 0.0
    if resource == "memory":
        return slot.process.memory
    return _LOGS + 4096.0 * slot.restarts if resource == "ephemeral-storage" else 8.0


def total(tenant: Tenant, resource: str) -> float:
    """What a pod uses of a resource."""
    return sum(usage(each, resource) for each in tenant.slots.values())
