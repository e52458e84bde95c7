"""Who can reach whom: names, Services, policies, ports, the state of networks and of the process that answers."""

from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.network import Network

__all__ = ["Connection", "Failure", "Network"]
