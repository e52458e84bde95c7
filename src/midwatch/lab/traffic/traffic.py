"""Traffic: a tick every 15 seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.apicalls import ApiCalls, Asked
from midwatch.lab.traffic.arrivals import Arrival, Arrivals
from midwatch.lab.traffic.containers import Containers
from midwatch.lab.traffic.dns import Dns
from midwatch.lab.traffic.effects import Effects
from midwatch.lab.traffic.health import Health, Healths, workload_health
from midwatch.lab.traffic.links import Links
from midwatch.lab.traffic.load import Load
from midwatch.lab.traffic.mesh import Mesh
from midwatch.lab.traffic.model import Flow, Model
from midwatch.lab.traffic.nodes import Nodes
from midwatch.lab.traffic.pools import Pools
from midwatch.lab.traffic.probes import Probes
from midwatch.lab.traffic.request_logs import RequestLogs
from midwatch.lab.traffic.server_logs import ServerLogs
from midwatch.lab.traffic.servers import Servers
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.traffic.tracing import Tracing
from midwatch.lab.traffic.wear import Wear

TICK = 15.0
_FIRST = 3.0

Allowed: TypeAlias = Callable[[str, Asked], tuple[bool, str]]
"""Whether a service account may call the API, and the refusal's message when not."""


def _everything(_: str, __: Asked) -> tuple[bool, str]:
    return True, ""


class Traffic:
    """The requests of the cluster. While it is not `enabled` nothing flows (runs at scale)."""

    def __init__(self, env: Env, network: Network, allowed: Allowed = _everything) -> None:
        self.enabled = True
        self._env = env
        self._last = env.clock.now
        self._effects = Effects(env.world)
        self.stations = Stations(env, network, self._effects)
        self._links = Links(env, network, self.stations)
        self._load = Load(env, self._effects)
        self._model = Model(env, network, self.stations, self._links, self._load)
        self._arrivals = Arrivals(env, network, self.stations)
        self._pools = Pools(network, self.stations, self._links)
        self._wear = Wear(env, network, self._effects)
        self._healths = Healths(env.clock)
        self._request_logs = RequestLogs(env, network)
        self._server_logs = ServerLogs(env)
        self._tracing = Tracing(env, self._links, self.stations, self._load)
        self._mesh = Mesh(env, self._links)
        self._probes = Probes(env)
        self._containers = Containers(env, self.stations, self._links)
        self._nodes = Nodes(env, network, self._load, self._effects)
        self._servers = Servers(env, network, self.stations)
        self._dns = Dns(env, network, self.stations, self._links)
        self.api_calls = ApiCalls(env, self.stations, allowed)

    def tick(self) -> None:
        """One step of the fluid, with all that it leaves behind."""
        now, self._last, seconds = self._env.clock.now, self._env.clock.now, self._env.clock.now - self._last
        if not self.enabled or seconds <= 0:
            return
        self.stations.look()
        self._links.begin()
        arrivals = self._arrivals.now()
        flow = self._model.solve(arrivals)
        self._pools.settle()
        self._pools.unready()
        for each in arrivals:
            self._probes.note(each, self._healths.note(each), seconds)
        self._tell(flow, arrivals, now, seconds)
        self._tracing.sample(arrivals)
        self._request_logs.arrivals(arrivals, seconds)
        self._wear.apply(self.stations, seconds)

    def _tell(self, flow: Flow, arrivals: list[Arrival], now: float, seconds: float) -> None:
        self._mesh.count(flow, seconds)
        self._mesh.arrivals(arrivals, seconds)
        self._containers.count(seconds)
        self._nodes.count(self.stations, now, seconds)
        self._servers.count(seconds)
        self._dns.count(seconds)
        self._request_logs.write(flow, seconds)
        self._server_logs.write(self._links.all(), {id(each): each for each in self.stations.cohorts}, seconds)

    def health(self, client: str, seconds: float) -> Health:
        """How a client's requests fared over the last seconds."""
        return self._healths.of(client, seconds)

    def workload(self, ref: Ref) -> Health:
        """How requests to a workload fare at the moment."""
        return workload_health(self.stations, ref)

    def usage(self, pod_uid: str, container: str) -> tuple[float, float]:
        """CPU (cores) and memory (bytes) that a container uses; zeros when it does not run."""
        process: Process | None = self._env.runtime.processes.get((pod_uid, container))
        return (process.cpu, process.memory) if process is not None else (0.0, 0.0)

    def station(self, process: Process) -> Station | None:
        """The state of a process in the last tick."""
        return self.stations.of(process)


def install(env: Env, network: Network, allowed: Allowed = _everything) -> Traffic:
    """Let traffic flow: a first tick soon, then one every 15 seconds."""
    traffic = Traffic(env, network, allowed)
    env.clock.every(TICK, traffic.tick, first=_FIRST)
    env.clock.every(60.0, traffic.api_calls.call, first=10.0)
    return traffic
