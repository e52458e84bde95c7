"""What kubelets say of containers and volumes (cAdvisor), and what an eBPF agent sees of their connections.

Source: cadvisor/metrics/prometheus.go; kubernetes/pkg/kubelet/metrics/collectors/volume_stats.go;
coroot-node-agent/containers/metrics.go (container_net_*).
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PVC
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.traffic.capacity import capacity
from midwatch.lab.traffic.links import Links
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.disturbances import DiskFill

_PERIODS = 10.0
_PACKET, _REQUEST = 1200.0, 900.0
_PERIOD_MICROS = 100_000.0
_ROOT = 10e9


class Containers:
    """Adds up what containers use; series are made when somebody reads."""

    def __init__(self, env: Env, stations: Stations, links: Links) -> None:
        self._env = env
        self._stations = stations
        self._links = links
        self._connections: dict[Labels, tuple[float, float]] = {}
        env.metrics.collector(self._collect)

    def count(self, seconds: float) -> None:
        """Let so many seconds at the present use pass."""
        for each in self._stations.all.values():
            self._count(each, seconds)
        self._count_connections(seconds)

    def _count(self, station: Station, seconds: float) -> None:
        process, totals = station.process, station.totals
        totals.cpu += process.cpu * seconds
        if process.cpu_limit is not None:
            totals.periods += _PERIODS * seconds
            totals.throttled += _PERIODS * seconds * process.throttled
        traffic = station.total_rps * seconds * _REQUEST
        totals.received += traffic
        totals.sent += traffic * 1.4
        totals.packets += traffic / _PACKET + seconds
        totals.dropped += traffic / _PACKET * station.loss
        totals.written += 200 * seconds + (station.total_rps * 400 * seconds if station.protocol else 0.0)

    def _count_connections(self, seconds: float) -> None:
        cohorts = {id(each): each for each in self._stations.cohorts}
        fresh: dict[Labels, tuple[float, float]] = {}
        for (cohort, _), link in self._links.all():
            station = cohorts[cohort].first
            packets = link.rps * seconds * 4 / max(link.ways, 1)
            for connection, _ in link.open:
                process = station.process
                service = connection.service
                at = labels(
                    namespace=process.namespace,
                    pod=process.pod,
                    container_id=f"/k8s/{process.namespace}/{process.pod}/{process.container}",
                    node=process.node,
                    destination=f"{service.name if service is not None else connection.host}:{connection.port}",
                    actual_destination=connection.process.ip if connection.process is not None else "",
                )
                retransmits = self._connections.get(at, (0.0, 0.0))[0] + packets * connection.loss
                fresh[at] = retransmits, connection.seconds + connection.jitter / 2
                if connection.process is not None and connection.loss:
                    station.loss = max(station.loss, connection.loss)
        self._connections = fresh

    def _collect(self) -> None:
        families: dict[str, dict[Labels, float]] = {each: {} for each in _FAMILIES}
        for each in self._stations.all.values():
            _sample(families, each)
        for at, (retransmits, seconds) in self._connections.items():
            families["container_net_tcp_retransmits_total"][at] = retransmits
            families["container_net_latency_seconds"][at] = seconds
        self._volumes(families)
        for name, values in families.items():
            self._env.metrics.replace(name, values)

    def _volumes(self, families: dict[str, dict[Labels, float]]) -> None:
        fills = {
            (each.target.namespace, each.target.name): each.fraction
            for each in self._env.world.disturbances
            if isinstance(each, DiskFill) and each.target.kind == "PersistentVolumeClaim"
        }
        for each in self._stations.all.values():
            for claim in each.party.claims:
                namespace = each.process.namespace
                found = self._env.store.get(PVC, namespace, claim)
                if found is None:
                    continue
                size = capacity(found, "storage", _ROOT)
                used = max(fills.get((namespace, claim), 0.0), 0.18) * size
                at = labels(namespace=namespace, persistentvolumeclaim=claim, node=each.process.node)
                families["kubelet_volume_stats_capacity_bytes"][at] = size
                families["kubelet_volume_stats_used_bytes"][at] = used
                families["kubelet_volume_stats_available_bytes"][at] = max(size - used, 0.0)


_FAMILIES = (
    "container_cpu_usage_seconds_total",
    "container_cpu_cfs_periods_total",
    "container_cpu_cfs_throttled_periods_total",
    "container_memory_working_set_bytes",
    "container_memory_rss",
    "container_spec_memory_limit_bytes",
    "container_spec_cpu_quota",
    "container_spec_cpu_period",
    "container_start_time_seconds",
    "container_fs_writes_bytes_total",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
    "container_network_receive_packets_total",
    "container_network_transmit_packets_total",
    "container_network_receive_packets_dropped_total",
    "container_network_transmit_packets_dropped_total",
    "container_net_tcp_retransmits_total",
    "container_net_latency_seconds",
    "kubelet_volume_stats_capacity_bytes",
    "kubelet_volume_stats_used_bytes",
    "kubelet_volume_stats_available_bytes",
)


def _sample(families: dict[str, dict[Labels, float]], station: Station) -> None:
    process, totals = station.process, station.totals
    at, pod = _labels(station)
    families["container_cpu_usage_seconds_total"][at] = totals.cpu
    families["container_memory_working_set_bytes"][at] = process.memory
    families["container_memory_rss"][at] = process.memory * 0.92
    families["container_spec_memory_limit_bytes"][at] = process.memory_limit or 0.0
    families["container_start_time_seconds"][at] = process.started
    families["container_fs_writes_bytes_total"][at] = totals.written
    if process.cpu_limit is not None:
        families["container_cpu_cfs_periods_total"][at] = totals.periods
        families["container_cpu_cfs_throttled_periods_total"][at] = totals.throttled
        families["container_spec_cpu_quota"][at] = process.cpu_limit * _PERIOD_MICROS
        families["container_spec_cpu_period"][at] = _PERIOD_MICROS
    if process.host_network:
        return
    for name, value in (
        ("receive_bytes", totals.received),
        ("transmit_bytes", totals.sent),
        ("receive_packets", totals.packets),
        ("transmit_packets", totals.packets),
        ("receive_packets_dropped", totals.dropped),
        ("transmit_packets_dropped", totals.dropped),
    ):
        family = families[f"container_network_{name}_total"]
        family[pod] = family.get(pod, 0.0) + value


def _labels(station: Station) -> tuple[Labels, Labels]:
    """Of the container, and of the pod's network."""
    if station.series is None:
        process = station.process
        place = {"namespace": process.namespace, "pod": process.pod, "node": process.node}
        station.series = (
            labels(container=process.container, image=process.image, **place),
            labels(interface="eth0", **place),
        )
    return station.series
