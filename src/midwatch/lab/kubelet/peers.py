"""What a kubelet asks the network."""

from __future__ import annotations

from typing import Protocol

from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Connection
from midwatch.lab.world.programs import Dependency


class Network(Protocol):
    """Who can reach whom; `midwatch.lab.network.Network` is one."""

    def from_node(self, node: str, ip: str, port: int) -> Connection:
        """A probe from a node to a port of a pod."""
        ...

    def check(self, source: Process, dependency: Dependency) -> Connection:
        """A process connects to what it depends on."""
        ...

    def complaint(self, source: Process, dependency: Dependency, connection: Connection) -> str:
        """What its program says when that fails."""
        ...
