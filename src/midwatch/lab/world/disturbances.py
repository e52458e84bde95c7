"""What disturbs a cluster from outside its API: networks, disks, hardware, load. Faults add and remove them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from midwatch.domain.resource import Ref
from midwatch.lab.world.programs import Effect


@dataclass(frozen=True, slots=True)
class NetworkDelay:
    """Packets to and from a workload's pods, or a node, take longer. `other` restricts it to one peer (node)."""

    target: Ref
    seconds: float
    jitter: float = 0.0
    other: Ref | None = None


@dataclass(frozen=True, slots=True)
class NetworkLoss:
    """A share (0..1) of the packets to and from a workload's pods, or a node, is lost."""

    target: Ref
    fraction: float
    other: Ref | None = None


@dataclass(frozen=True, slots=True)
class CpuStress:
    """Something else burns cores in a workload's pods, or on a node."""

    target: Ref
    cores: float


@dataclass(frozen=True, slots=True)
class MemoryStress:
    """Something else holds memory (bytes): in each pod of a workload, or on a node."""

    target: Ref
    bytes: float


@dataclass(frozen=True, slots=True)
class DiskFill:
    """A node's disk, or a claim's volume (a PersistentVolumeClaim reference), is filled to a share (0..1)."""

    target: Ref
    fraction: float


@dataclass(frozen=True, slots=True)
class DiskSlow:
    """Input and output of a workload's pods, or a node, takes so many times as long."""

    target: Ref
    factor: float


@dataclass(frozen=True, slots=True)
class PidStress:
    """Almost no process IDs are left on a node."""

    node: str


@dataclass(frozen=True, slots=True)
class NodeDown:
    """A node lost power: its kubelet says nothing, its pods answer nothing."""

    node: str


@dataclass(frozen=True, slots=True)
class Defect:
    """A workload misbehaves without any change to its objects (`container` empty: in all its containers)."""

    target: Ref
    effect: Effect
    container: str = ""


@dataclass(frozen=True, slots=True)
class Surge:
    """A client sends so many times its usual requests (below 1: fewer)."""

    client: str
    factor: float


Disturbance: TypeAlias = (
    NetworkDelay
    | NetworkLoss
    | CpuStress
    | MemoryStress
    | DiskFill
    | DiskSlow
    | PidStress
    | NodeDown
    | Defect
    | Surge
)
