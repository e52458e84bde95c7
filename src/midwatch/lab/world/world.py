"""The world around and inside a cluster that its API does not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from midwatch.lab.world.disturbances import Disturbance
from midwatch.lab.world.images import Build, Image, ImageRegistry, split_reference


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends requests from outside: to an Ingress or Gateway host (`http://shop.example/cart`), or, as a
    synthetic user inside, to a Service (`http://gateway.shop:80/`). `operation` is the one it asks for at the
    program that answers; `rps` its mean rate, which swings by `swing` (0..1) over a day.
    """

    name: str
    url: str
    operation: str = ""
    rps: float = 5.0
    swing: float = 0.15


@dataclass(frozen=True, slots=True)
class Driver:
    """A storage driver (CSI) that runs in this cluster. `multi` volumes may be used on several nodes at once."""

    name: str
    multi: bool = False
    topology: str = ""
    fails: str = ""


@dataclass(frozen=True, slots=True)
class External:
    """A host outside the cluster that programs call."""

    host: str
    address: str
    ports: tuple[int, ...] = (443,)
    seconds: float = 0.08
    errors: float = 0.0
    reachable: bool = True


@dataclass
class World:
    """Everything declared. Whoever changes it calls `touch`, so that kubelets and traffic look again."""

    registries: dict[str, ImageRegistry] = field(default_factory=dict[str, ImageRegistry])
    images: dict[str, Image] = field(default_factory=dict[str, Image])
    clients: list[Client] = field(default_factory=list[Client])
    drivers: dict[str, Driver] = field(default_factory=dict[str, Driver])
    externals: dict[str, External] = field(default_factory=dict[str, External])
    disturbances: list[Disturbance] = field(default_factory=list[Disturbance])
    manifests: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict[str, tuple[dict[str, Any], ...]])
    """The static pods of each node: what stands in the directory `/etc/kubernetes/manifests` of its disk."""
    cloud_fails: str = ""
    """Why the cloud refuses to make load balancers; empty when it does not."""
    version: int = 0

    def touch(self) -> None:
        """Say that something changed."""
        self.version += 1

    def disturb(self, disturbance: Disturbance) -> None:
        """Begin a disturbance."""
        self.disturbances.append(disturbance)
        self.touch()

    def calm(self, disturbance: Disturbance) -> None:
        """End one."""
        self.disturbances.remove(disturbance)
        self.touch()

    def add_image(self, name: str, builds: dict[str, Build], *, private: bool = False) -> None:
        """Publish an image (`registry.example/shop/cart`) in a registry that exists from now on."""
        host, repository, _ = split_reference(name)
        self.registries.setdefault(host, ImageRegistry(host))
        self.images[repository] = Image(repository, builds, private)

    def build(self, reference: str) -> Build | None:
        """What an image reference holds; None when there is no such image or tag."""
        _, repository, tag = split_reference(reference)
        image = self.images.get(repository)
        if image is None:
            return None
        if tag.startswith("@"):
            return next((each for key, each in image.builds.items() if image.digest(key) == tag[1:]), None)
        return image.builds.get(tag)
