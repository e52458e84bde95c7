"""What the exporters of databases, caches and brokers say (postgres_exporter, mysqld_exporter, redis_exporter,
rabbitmq_prometheus, mongodb_exporter).
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.network.accounts import connection_limit
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.programs import Protocol

_MESSAGES = "rabbitmq_queue_messages_ready"


class Servers:
    """Counts at each server that is alive; what is gone has no series."""

    def __init__(self, env: Env, network: Network, stations: Stations) -> None:
        self._env = env
        self._network = network
        self._stations = stations
        self._backlog: dict[str, float] = {}
        self._queries: dict[int, float] = {}
        env.metrics.collector(self._collect)

    def count(self, seconds: float) -> None:
        """Let so many seconds pass."""
        alive = {id(each): each for each in self._stations.all.values() if each.protocol is not None}
        self._queries = {
            key: self._queries.get(key, 0.0) + each.total_rps * seconds for key, each in alive.items()
        }
        for each in alive.values():
            if each.protocol is Protocol.AMQP:
                key = f"{each.process.namespace}/{each.process.pod}"
                growing = each.total_rps * seconds * (1 - each.served)
                self._backlog[key] = max(self._backlog.get(key, 0.0) * 0.5 + growing, 0.0)

    def _collect(self) -> None:
        families: dict[str, dict[Labels, float]] = {}
        for each in self._stations.all.values():
            if each.protocol is not None and each.process.serving:
                for name, more, value in self._samples(each):
                    at = labels(namespace=each.process.namespace, pod=each.process.pod, **more)
                    families.setdefault(name, {})[at] = value
        for name in _NAMES:
            self._env.metrics.replace(name, families.get(name, {}))

    def _samples(self, station: Station) -> list[tuple[str, dict[str, str], float]]:
        process = station.process
        held = float(self._network.sessions.total((process.pod_uid, process.container)))
        limit, queries = float(connection_limit(process)), self._queries.get(id(station), 0.0)
        match station.protocol:
            case Protocol.POSTGRES:
                database = process.environment.get("POSTGRES_DB", "postgres")
                active = min(station.busy, held)
                return [
                    ("pg_stat_activity_count", {"datname": database, "state": "active"}, active),
                    ("pg_stat_activity_count", {"datname": database, "state": "idle"}, held - active),
                    ("pg_settings_max_connections", {}, limit),
                    ("pg_up", {}, 1.0),
                    ("pg_stat_database_xact_commit", {"datname": database}, queries),
                ]
            case Protocol.MYSQL:
                return [
                    ("mysql_global_status_threads_connected", {}, held),
                    ("mysql_global_variables_max_connections", {}, limit),
                    ("mysql_global_status_queries", {}, queries),
                ]
            case Protocol.REDIS:
                return [
                    ("redis_memory_used_bytes", {}, process.memory * 0.7),
                    ("redis_connected_clients", {}, held),
                    ("redis_commands_processed_total", {}, queries),
                ]
            case Protocol.AMQP:
                ready = self._backlog.get(f"{process.namespace}/{process.pod}", 0.0)
                return [(_MESSAGES, {"queue": "events"}, ready), ("rabbitmq_connections", {}, held)]
            case _:
                return [("mongodb_ss_connections", {"conn_type": "current"}, held)]


_NAMES = (
    "pg_stat_activity_count", "pg_settings_max_connections", "pg_up", "pg_stat_database_xact_commit",
    "mysql_global_status_threads_connected", "mysql_global_variables_max_connections",
    "mysql_global_status_queries",
    "redis_memory_used_bytes", "redis_connected_clients", "redis_commands_processed_total",
    _MESSAGES, "rabbitmq_connections", "mongodb_ss_connections",
)  # fmt: skip
