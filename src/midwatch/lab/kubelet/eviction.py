"""Evicting pods from a node that runs short.

Source: kubernetes/pkg/kubelet/eviction/{eviction_manager,helpers}.go.
"""

from __future__ import annotations

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import part, spec
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.admission import is_critical
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import request
from midwatch.lab.kubelet.pressure import Signal, disk_capacity, disk_used, memory_left, signals, total, usage
from midwatch.lab.kubelet.registration import Registration
from midwatch.lab.kubelet.state import Slot, Tenant

_TRANSITION = 300.0  # evictionPressureTransitionPeriod
_WAIT = 30.0  # podCleanupTimeout
_COLLECT, _GOAL = 0.85, 0.80  # imageGCHighThresholdPercent, imageGCLowThresholdPercent


class Evictor:
    """Watches one node's resources, each ten seconds, and evicts one pod at a time."""

    def __init__(self, host: Host, registration: Registration) -> None:
        self.host = host
        self.registration = registration
        self.seen: dict[str, float] = {}
        self.evicted_at = -_WAIT
        self.collected_at = -_TRANSITION

    def look(self) -> None:
        """Update the conditions, and evict when one of them holds."""
        if not self.host.running:
            return
        self._collect_images()
        if memory_left(self.host) < 0:
            self._kill_for_memory()
        short = signals(self.host)
        now = self.host.now
        for each in short:
            self.seen[each.condition] = now
        before = self.registration.pressures
        after = {each: now - self.seen[each] < _TRANSITION for each in self.seen}
        if after != before:
            self.registration.pressures = after
            self.registration.report()
        if short and now - self.evicted_at >= 10.0:
            self._evict(short[0])

    def _evict(self, signal: Signal) -> None:
        message = f"Attempting to reclaim {signal.resource}"
        self.registration.event("Warning", "EvictionThresholdMet", message)
        for tenant in ranked(self.host, signal.resource):
            self.evicted_at = self.host.now
            evict(self.host, tenant, told(tenant, signal))
            return

    def _collect_images(self) -> None:
        """Source: kubernetes/pkg/kubelet/images/image_gc_manager.go (GarbageCollect)."""
        used = disk_used(self.host)
        if used < _COLLECT or self.host.now - self.collected_at < _TRANSITION:
            return
        self.collected_at = self.host.now
        capacity = disk_capacity(self.host)
        goal = int((used - _GOAL) * capacity)
        event = self.registration.event
        message = (
            f"Failed to garbage collect required amount of images. Attempted to free {goal} bytes, but only found "
            "0 bytes eligible to free."
        )
        event("Warning", "FreeDiskSpaceFailed", message)
        event("Warning", "ImageGCFailed", message)

    def _kill_for_memory(self) -> None:
        """The kernel kills the process that uses the most beyond its request.

        Source: linux/mm/oom_kill.c, kubernetes/pkg/kubelet/oom/oom_watcher_linux.go.
        """
        found = [
            (each.process.memory - (each.process.memory_request or 0.0), each.process)
            for tenant in self.host.tenants.values()
            for each in tenant.alive
            if each.process is not None
        ]
        victim: Process | None = max(found, key=lambda each: each[0], default=(0.0, None))[1]
        if victim is None or victim.memory <= 0:
            return
        number = 1000 + int(self.host.identifier(victim.pod_uid, victim.container, victim.run)[:4], 16)
        name = victim.program.name[:15]
        message = f"System OOM encountered, victim process: {name}, pid: {number}"
        self.registration.event("Warning", "SystemOOM", message)
        self.host.env.runtime.end(victim, 137, "OOMKilled")


def ranked(host: Host, resource: str) -> list[Tenant]:
    """The order of eviction: beyond its requests first, then the lower priority, then the larger excess."""

    def rank(tenant: Tenant) -> tuple[bool, int, float]:
        asked = tenant.asked.memory if resource == "memory" else 0.0
        over = total(tenant, resource) - asked
        return over <= 0, int(spec(tenant.obj).get("priority") or 0), -over

    able = [
        each
        for each in host.tenants.values()
        if not each.terminating and not each.verdict and each.alive and not is_critical(each.obj)
    ]
    return sorted(able, key=rank)


def told(tenant: Tenant, signal: Signal) -> str:
    """Source: evictionMessage in kubernetes/pkg/kubelet/eviction/helpers.go."""
    message = (
        f"The node was low on resource: {signal.resource}. Threshold quantity: "
        f"{_shown(signal, signal.threshold)}, available: {_shown(signal, signal.available)}. "
    )
    for slot in tenant.slots.values():
        used, asked = usage(slot, signal.resource), _asked(slot, signal.resource)
        if used > asked and signal.resource != "pids":
            shown = _raw(slot, signal.resource)
            message += (
                f"Container {slot.name} was using {_shown(signal, used)}, request is {shown}, has larger "
                f"consumption of {signal.resource}. "
            )
    return message


def _asked(slot: Slot, resource: str) -> float:
    return request(slot.spec, resource)


def _raw(slot: Slot, resource: str) -> str:
    sides = (part(slot.spec, "resources", side) for side in ("requests", "limits"))
    found = next((each[resource] for each in sides if resource in each), None)
    return str(found) if parse_quantity(found) else "0"


def _shown(signal: Signal, value: float) -> str:
    """A quantity in its canonical form. Source: k8s.io/apimachinery/pkg/api/resource/quantity.go."""
    number = int(value)
    if signal.resource == "pids" or not number:
        return str(number)
    for suffix, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if number % size == 0:
            return f"{number // size}{suffix}"
    return f"{number // 1024}Ki" if number >= 1024 else str(number)


def evict(host: Host, tenant: Tenant, message: str) -> None:
    """Fail a pod and have it killed."""
    host.event(tenant, "Warning", "Evicted", message)
    tenant.verdict, tenant.disrupted = ("Evicted", message), message
    tenant.grace = 1.0
    host.poke(tenant.uid, 0.0)
