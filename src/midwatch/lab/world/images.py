"""Images and the registries they are pulled from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from midwatch.lab.world.programs import Program

__all__ = ["Build", "Image", "ImageRegistry", "Program", "split_reference"]


@dataclass(frozen=True, slots=True)
class Build:
    """What one tag holds. `user` is a number, or a name, which `runAsNonRoot` cannot verify.

    `broken` is a bad binary: `exec-format` (another architecture inside), `segfault`, or empty.
    """

    program: Program
    size: int = 45_000_000
    architectures: tuple[str, ...] = ("amd64", "arm64")
    user: str = "65532"
    entrypoint: tuple[str, ...] = ("/app/server",)
    commands: frozenset[str] = frozenset({"/app/server"})
    broken: str = ""


@dataclass
class Image:
    """A repository with its tags. `private` ones need the credentials of their registry."""

    name: str
    builds: dict[str, Build]
    private: bool = False

    def digest(self, tag: str) -> str:
        """`sha256:...` of a tag."""
        return f"sha256:{sha256(f'{self.name}:{tag}'.encode()).hexdigest()}"


@dataclass
class ImageRegistry:
    """A registry host, and what is wrong with it. `accounts` are user names with their passwords."""

    host: str
    address: str = "203.0.113.10"
    resolvable: bool = True
    reachable: bool = True
    trusted: bool = True
    limited: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict[str, str])


def split_reference(reference: str) -> tuple[str, str, str]:
    """Host, repository (with the host as people write it) and tag of an image reference, with the usual defaults.

    `nginx` is `docker.io`, `docker.io/library/nginx`, `latest`. A digest stands in for the tag (`@sha256:...`).
    """
    name, at, digest = reference.partition("@")
    head, slash, rest = name.partition("/")
    has_host = bool(slash) and ("." in head or ":" in head or head == "localhost")
    host, path = (head, rest) if has_host else ("docker.io", name)
    path, _, tag = path.partition(":") if ":" in path else (path, "", "")
    if host == "docker.io" and "/" not in path:
        path = f"library/{path}"
    return host, f"{host}/{path}", f"@{digest}" if at else tag or "latest"
