"""A shop of three services as its mesh, containers and nodes are measured; what is wrong is switched on."""

from __future__ import annotations

from dataclasses import dataclass, field

from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.metrics import labels
from midwatch.lab.telemetry import Telemetry, install
from midwatch.lab.world.world import World

START = 1_700_000_000.0
EDGES = (1, 5, 10, 25, 50, 100, 250, 500, 1000)
_CALLS = (("unknown", "web"), ("web", "cart"), ("cart", "stock"))


@dataclass
class Shop:
    """By service: `milliseconds`, `errors` (share), `rps`, `cores`, `throttled` and `full` (shares)."""

    env: Env = field(default_factory=lambda: new_env(World(), START))
    milliseconds: dict[str, float] = field(default_factory=lambda: {"web": 40.0, "cart": 20.0, "stock": 8.0})
    errors: dict[str, float] = field(default_factory=dict[str, float])
    rps: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("web", "cart", "stock"), 20.0))
    cores: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("web", "cart", "stock"), 0.1))
    throttled: dict[str, float] = field(default_factory=dict[str, float])
    full: dict[str, float] = field(default_factory=dict[str, float])
    busy: float = 0.3
    milliseconds_apart: float = 0.0
    telemetry: Telemetry = field(init=False)

    def __post_init__(self) -> None:
        self.telemetry = install(self.env, rules=())
        self._random = self.env.clock.random("shop")
        self.env.clock.every(5.0, self._tick)

    def run(self, minutes: float) -> None:
        """Let some minutes pass."""
        self.env.clock.run(60 * minutes)

    def _tick(self) -> None:
        for source, target in _CALLS:
            self._requests(source, target)
        for each in self.cores:
            self._container(each)
        idle = {"mode": "idle", "instance": "10.0.0.1:9100"}
        self.env.metrics.add("node_cpu_seconds_total", labels(**idle), 5 * (1 - self.busy))
        self.env.metrics.add("node_cpu_seconds_total", labels(**{**idle, "mode": "user"}), 5 * self.busy)
        self.env.metrics.set("kube_node_info", labels(node="n1", internal_ip="10.0.0.1"), 1)

        if self.milliseconds_apart:
            self._connection()

    def _connection(self) -> None:
        """From the pod of `web` to that of `cart`, as the node's agent measures it."""
        pods = {each: f"{each}-6d5f8c7b9-x2k4z" for each in ("web", "cart")}
        for number, (name, pod) in enumerate(pods.items(), 1):
            at = labels(
                namespace="shop", pod=pod, pod_ip=f"10.1.0.{number}", host_network="false", created_by=name
            )
            self.env.metrics.set("kube_pod_info", at, 1)
        ends = {"container_id": f"/k8s/shop/{pods['web']}/app", "actual_destination": "10.1.0.2:8080"}
        self.env.metrics.set("container_net_latency_seconds", labels(**ends), self.milliseconds_apart / 1000)
        self.env.metrics.add("container_net_tcp_retransmits_total", labels(**ends), 0.0)

    def _requests(self, source: str, target: str) -> None:
        count = 5 * self.rps[target] * self._random.uniform(0.9, 1.1)
        late = self.milliseconds[target] * self._random.uniform(0.93, 1.07)
        for code, share in (("200", 1 - self.errors.get(target, 0)), ("503", self.errors.get(target, 0))):
            for reporter in ("source", "destination"):
                at = {
                    "reporter": reporter,
                    "source_workload": source,
                    "source_workload_namespace": "unknown" if source == "unknown" else "shop",
                    "destination_workload": target,
                    "destination_workload_namespace": "shop",
                    "response_code": code,
                }
                self._count(at, count * share, late + (2 if reporter == "source" else 0))

    def _count(self, at: dict[str, str], count: float, late: float) -> None:
        name, add = "istio_request_duration_milliseconds", self.env.metrics.add
        add("istio_requests_total", labels(**at), count)
        add(f"{name}_sum", labels(**at), count * late)
        add(f"{name}_count", labels(**at), count)
        for edge in (*EDGES, "+Inf"):
            inside = 1.0 if edge == "+Inf" else min(1.0, float(edge) / (2 * late))
            add(f"{name}_bucket", labels(**at, le=str(edge)), count * inside)

    def _container(self, name: str) -> None:
        at = labels(namespace="shop", pod=f"{name}-6d5f8c7b9-x2k4z", container="app", node="n1")
        metrics = self.env.metrics
        metrics.add("container_cpu_usage_seconds_total", at, 5 * self.cores[name] * self._random.uniform(0.9, 1.1))
        metrics.add("container_cpu_cfs_periods_total", at, 50)
        metrics.add("container_cpu_cfs_throttled_periods_total", at, 50 * self.throttled.get(name, 0.0))
        metrics.set("container_spec_memory_limit_bytes", at, 100.0)
        metrics.set("container_memory_working_set_bytes", at, 100 * self.full.get(name, 0.4))
