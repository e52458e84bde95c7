"""What all parts of one node's kubelet share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.objects import Obj, labels_of, parts, spec, status
from midwatch.lab.kubelet.addresses import Addresses
from midwatch.lab.kubelet.peers import Network
from midwatch.lab.kubelet.podspec import Role
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.world.disturbances import NodeDown
from midwatch.lab.world.images import Build

_FIELD = {Role.INIT: "spec.initContainers", Role.SIDECAR: "spec.initContainers", Role.APP: "spec.containers"}


@dataclass
class Host:
    """One node: its pods, its cached images (image ID and content by name), when its image puller is free again.

    `poke` asks for another look at a pod after some seconds. `down` is whether the node has power.
    """

    env: Env
    network: Network
    name: str
    number: int
    poke: Callable[[str, float], None]
    tenants: dict[str, Tenant] = field(default_factory=dict[str, Tenant])
    images: dict[str, tuple[str, Build]] = field(default_factory=dict[str, tuple[str, Build]])
    puller_free: float = 0.0
    addresses: Addresses | None = None
    down: bool = False
    runtime_lost: float | None = None
    network_lost: float | None = None
    rejected: int = 0

    def __post_init__(self) -> None:
        self.random = self.env.clock.random(f"kubelet/{self.name}")

    @property
    def now(self) -> float:
        """The time."""
        return self.env.clock.now

    @property
    def running(self) -> bool:
        """Whether the kubelet runs, on a node that has power."""
        return not self.down and self.env.components.running(f"kubelet/{self.name}")

    @property
    def runtime_runs(self) -> bool:
        """Whether the container runtime answers."""
        return self.env.components.running(f"container-runtime/{self.name}")

    @property
    def network_runs(self) -> bool:
        """Whether the network plugin works."""
        return self.env.components.running(f"cni/{self.name}")

    @property
    def api_answers(self) -> bool:
        """Whether the API server can be written to."""
        return self.env.components.running("kube-apiserver") and self.env.components.running("etcd")

    @property
    def node(self) -> Obj | None:
        """Its Node object."""
        return self.env.store.get(NODE, "", self.name)

    @property
    def ip(self) -> str:
        """Its own address."""
        found = parts(status(self.node or {}), "addresses")
        return next((each["address"] for each in found if each["type"] == "InternalIP"), self.default_ip)

    @property
    def default_ip(self) -> str:
        """The address of a node that was registered without one."""
        return f"172.18.{self.number // 250}.{self.number % 250 + 2}"

    @property
    def architecture(self) -> str:
        """Of its processor, `amd64` unless it says otherwise."""
        return labels_of(self.node or {}).get("kubernetes.io/arch") or "amd64"

    def pool(self) -> Addresses:
        """The addresses of its pods, from `spec.podCIDR`."""
        cidr = spec(self.node or {}).get("podCIDR") or f"10.244.{self.number}.0/24"
        if self.addresses is None or self.addresses.cidr != cidr:
            self.addresses = Addresses(cidr)
            for each in self.tenants.values():
                if each.ip and each.ip != self.ip:
                    self.addresses.claim(each.ip)
        return self.addresses

    def event(self, tenant: Tenant, type_: str, reason: str, message: str, slot: Slot | None = None) -> None:
        """Record an event about a pod, or one of its containers."""
        if not self.api_answers:
            return
        where = f"{_FIELD[slot.role]}{{{slot.name}}}" if slot else ""
        self.env.recorder.event(
            tenant.obj, type_, reason, message, component="kubelet", host=self.name, field=where
        )

    def identifier(self, *parts: object) -> str:
        """A container or sandbox ID: 64 hexadecimal digits."""
        return sha256("/".join(map(str, (self.env.clock.seed, self.name, *parts))).encode()).hexdigest()


def lost_power(env: Env, node: str) -> bool:
    """Whether the world has switched a node off."""
    return any(isinstance(each, NodeDown) and each.node == node for each in env.world.disturbances)
