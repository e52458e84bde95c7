"""A small cluster to try the kubelets in: nodes, images, and a network in which everything can be reached."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from midwatch.lab import kubelet
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import EVENT, NAMESPACE, NODE, POD, Kind
from midwatch.lab.core.objects import Obj, condition_of, meta, part, status
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet import Kubelets
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.images import Build
from midwatch.lab.world.programs import Dependency, Port, Program
from midwatch.lab.world.world import World

START = 1_767_225_600.0
IMAGE = "registry.example/shop/cart:1.0"
PROGRAM = Program("cart", ports=(Port(8080),))


@dataclass
class Wires:
    """Everything that listens answers; dependencies answer unless they are named in `broken`."""

    env: Env
    broken: set[str] = field(default_factory=set[str])

    def from_node(self, node: str, ip: str, port: int) -> Connection:
        found = next((each for each in self.env.runtime.at(ip) if port in each.listening), None)
        return Connection(ip, port, process=found, failure=None if found else Failure.REFUSED)

    def check(self, source: Process, dependency: Dependency) -> Connection:
        failure = Failure.REFUSED if dependency.name in self.broken else None
        return Connection(dependency.name, 5432, failure=failure)

    def complaint(self, source: Process, dependency: Dependency, connection: Connection) -> str:
        return f"{dependency.name}: dial tcp 10.96.0.9:5432: connect: connection refused"


@dataclass
class Bench:
    """The cluster, its kubelets and its wires."""

    env: Env
    wires: Wires
    kubelets: Kubelets

    def create(self, kind: Kind, body: Obj) -> Obj:
        return self.env.registry.create(kind, body)

    def run(self, seconds: float) -> None:
        self.env.clock.run(seconds)
        assert not self.env.components.crashes, self.env.components.crashes

    def pod(self, name: str = "cart", node: str = "node-1", namespace: str = "shop", **body: Any) -> Obj:
        """Create a pod that is bound already; `container` is laid over its only container."""
        container: Obj = {"name": "app", "image": IMAGE, **body.pop("container", {})}
        labels = body.pop("labels", {"app": name})
        spec: Obj = {"nodeName": node, "containers": [container], **body}
        return self.create(
            POD, {"metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec}
        )

    def get(self, name: str = "cart") -> Obj:
        return self.env.store.demand(POD, "shop", name)

    def phase(self, name: str = "cart") -> str:
        return status(self.get(name)).get("phase", "")

    def app(self, name: str = "cart") -> Obj:
        """The status of the first container."""
        return status(self.get(name))["containerStatuses"][0]

    def waiting(self, name: str = "cart") -> tuple[str, str]:
        found = part(self.app(name), "state", "waiting")
        return found.get("reason", ""), found.get("message", "")

    def is_ready(self, name: str = "cart") -> bool:
        found = condition_of(self.get(name), "Ready")
        return found is not None and found["status"] == "True"

    def process(self, name: str = "cart", container: str = "app") -> Process:
        return self.env.runtime.processes[meta(self.get(name))["uid"], container]

    def log(self, name: str = "cart", *, previous: bool = False) -> list[str]:
        lines = self.env.runtime.lines(meta(self.get(name))["uid"], "app", previous=previous)
        return [each.text for each in lines or []]

    def events(self, name: str = "cart") -> list[tuple[str, str]]:
        """Reasons and messages of the events about a pod (or a node), in order."""
        found = [each for each in self.env.store.list(EVENT) if each["involvedObject"]["name"] == name]
        return [(each["reason"], each["message"]) for each in found]

    def reasons(self, name: str = "cart") -> list[str]:
        return [reason for reason, _ in self.events(name)]


def node(name: str, number: int = 1, **more: Any) -> Obj:
    capacity = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    spec = {"podCIDR": f"10.244.{number}.0/24"}
    body = {"capacity": capacity, "allocatable": capacity}
    return {"metadata": {"name": name, "labels": more}, "spec": spec, "status": body}


def publish(world: World, program: Program = PROGRAM, tag: str = "1.0", name: str = "cart", **build: Any) -> None:
    """Put one more tag of an image into the registry."""
    reference = f"registry.example/shop/{name}"
    known = world.images.get(reference)
    builds = {**(known.builds if known else {}), tag: Build(program, **build)}
    world.add_image(reference, builds, private=known.private if known else False)


def bench(program: Program = PROGRAM, nodes: int = 1, **build: Any) -> Bench:
    """A cluster with some nodes and one image."""
    world = World()
    publish(world, program, **build)
    env = new_env(world, START, seed=7)
    for each in ("default", "shop", "kube-system", "kube-node-lease"):
        env.registry.create(NAMESPACE, {"metadata": {"name": each}})
    wires = Wires(env)
    kubelets = kubelet.install(env, wires)
    for number in range(1, nodes + 1):
        env.registry.create(NODE, node(f"node-{number}", number))
    env.clock.run(1.0)
    return Bench(env, wires, kubelets)


def program(**changes: Any) -> Program:
    return replace(PROGRAM, **changes)
