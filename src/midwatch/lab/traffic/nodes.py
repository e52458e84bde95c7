"""What node exporters say.

Source: node_exporter/collector/{cpu,meminfo,filesystem,diskstats,netstat,loadavg}_linux.go.
"""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.metrics import labels
from midwatch.lab.core.objects import Obj, name_of
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.capacity import capacity
from midwatch.lab.traffic.effects import Effects
from midwatch.lab.traffic.load import Load
from midwatch.lab.traffic.stations import Stations
from midwatch.lab.world.disturbances import DiskFill, DiskSlow, MemoryStress, NetworkLoss, PidStress

_MEMORY, _DISK = 16 * 1024.0**3, 100e9
_SYSTEM = 700 * 1024.0**2
"""What the system itself needs of a node's memory."""
_SEGMENTS = 6.0


class Nodes:
    """Counts on each node."""

    def __init__(self, env: Env, network: Network, load: Load, effects: Effects) -> None:
        self._env = env
        self._network = network
        self._load = load
        self._effects = effects

    def count(self, stations: Stations, _: float, seconds: float) -> None:
        """Let so many seconds pass on all nodes that have power."""
        memory: dict[str, float] = {}
        rps: dict[str, float] = {}
        for each in stations.all.values():
            node = each.process.node
            memory[node] = memory.get(node, 0.0) + each.process.memory
            rps[node] = rps.get(node, 0.0) + each.total_rps
        for each in self._env.store.list(NODE):
            name = name_of(each)
            if not self._network.weather.down(name):
                self._processor(name, seconds)
                self._memory(name, each, memory.get(name, 0.0))
                self._disk(name, each, seconds)
                self._network_card(name, rps.get(name, 0.0), seconds)

    def _processor(self, node: str, seconds: float) -> None:
        cores = self._load.cores.get(node, 4.0)
        used = min(self._load.used.get(node, 0.0) + 0.08, cores)
        metrics = self._env.metrics
        for mode, share in (("user", 0.75), ("system", 0.25)):
            metrics.add("node_cpu_seconds_total", labels(node=node, mode=mode, cpu="0"), used * share * seconds)
        metrics.add("node_cpu_seconds_total", labels(node=node, mode="idle", cpu="0"), (cores - used) * seconds)
        metrics.set("node_load1", labels(node=node), used * 1.1)

    def _memory(self, name: str, node: Obj, used: float) -> None:
        total = capacity(node, "memory", _MEMORY)
        stress = sum(each.bytes for each in self._effects.on_node(name) if isinstance(each, MemoryStress))
        metrics = self._env.metrics
        metrics.set("node_memory_MemTotal_bytes", labels(node=name), total)
        left = max(total - used - stress - _SYSTEM, total * 0.005)
        metrics.set("node_memory_MemAvailable_bytes", labels(node=name), left)

    def _disk(self, name: str, node: Obj, seconds: float) -> None:
        size = capacity(node, "ephemeral-storage", _DISK)
        ref, full, slow = Ref("Node", "", name), 0.32, 1.0
        pids = 400.0
        for each in self._env.world.disturbances:
            if isinstance(each, DiskFill) and each.target == ref:
                full = max(full, each.fraction)
            elif isinstance(each, DiskSlow) and each.target == ref:
                slow *= each.factor
            elif isinstance(each, PidStress) and each.node == name:
                pids = 32_500.0
        at = labels(node=name, device="/dev/nvme0n1p1", fstype="ext4", mountpoint="/")
        metrics = self._env.metrics
        metrics.set("node_filesystem_size_bytes", at, size)
        metrics.set("node_filesystem_avail_bytes", at, size * (1 - full))
        busy = min(0.04 * slow, 1.0)
        metrics.add("node_disk_io_time_seconds_total", labels(node=name, device="nvme0n1"), busy * seconds)
        metrics.set("node_processes_pids", labels(node=name), pids)
        metrics.set("node_processes_max_processes", labels(node=name), 32_768.0)

    def _network_card(self, name: str, rps: float, seconds: float) -> None:
        segments = (rps * _SEGMENTS + 20) * seconds
        lost = 1.0
        ref = Ref("Node", "", name)
        for each in self._env.world.disturbances:
            if isinstance(each, NetworkLoss) and ref in (each.target, each.other):
                lost *= 1 - each.fraction
        share = 0.0002 + (1 - lost)
        metrics = self._env.metrics
        metrics.add("node_netstat_Tcp_OutSegs", labels(node=name), segments)
        metrics.add("node_netstat_Tcp_RetransSegs", labels(node=name), segments * share)
        card = labels(node=name, device="eth0")
        for way in ("receive", "transmit"):
            metrics.add(f"node_network_{way}_bytes_total", card, segments * 900)
            metrics.add(f"node_network_{way}_packets_total", card, segments)
            metrics.add(f"node_network_{way}_drop_total", card, segments * (1 - lost))
