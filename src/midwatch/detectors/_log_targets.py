"""The address that a log line complains about, and whom of the cluster it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.knowledge.addresses import Address, Resolution, is_local, resolve, service_addresses, words_of
from midwatch.knowledge.references import Reference, workload_references

_HOST = r"[A-Za-z0-9_][\w.-]{0,252}"
_PORT = r"(?::(?P<port>[0-9]{1,5}))?"
_NEEDED = r"(?::| port )(?P<port>[0-9]{1,5})"
_BESIDE = r"(?: \([^)]{1,64}\))?[^0-9]{1,48}port (?P<port>[0-9]{1,5})"
_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"lookup (?!error:)(?P<host>{_HOST})(?: on [^ ]{{1,64}})?: ",
        rf"(?:ENOTFOUND|EAI_AGAIN|UnknownHostException:|resolve host:) [\"'/]?(?P<host>{_HOST}){_PORT}",
        rf"(?:host name|server host|in upstream|Unable to resolve host) [\"'](?P<host>{_HOST})[\"']",
        rf"DNS resolution failed for (?P<host>{_HOST}){_PORT}",
        rf"not known \((?P<host>{_HOST}):(?P<port>[0-9]{{1,5}})\)",
        rf"->\[?(?P<host>{_HOST})\]?:(?P<port>[0-9]{{1,5}})",
        rf"(?:dial tcp|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ipv4:) ?(?P<host>{_HOST}):(?P<port>[0-9]{{1,5}})",
        rf"host=[\"']?(?P<host>{_HOST})[\"']?, port=(?P<port>[0-9]{{1,5}})",
        rf"\\(host=(?P<host>{_HOST})\\)\\(port=(?P<port>[0-9]{{1,5}})\\)",
        rf"host:(?P<host>{_HOST}), ?port:(?P<port>[0-9]{{1,5}})",
        rf"(?:server at|on host|to host) [\"'](?P<host>{_HOST})[\"']{_BESIDE}",
        rf"MySQL server on '(?P<host>{_HOST}){_PORT}'",
        rf"(?<![\w.-])(?P<host>{_HOST})/[0-9.]{{7,15}}:(?P<port>[0-9]{{1,5}})",
        r"/(?P<host>[0-9.]{7,15}):(?P<port>[0-9]{1,5})",
        rf"(?:[Cc]onnect(?:ing|ion)?(?: to)?|UnableToConnect on|refused:?) \(?[\"'/]?(?P<host>{_HOST}){_NEEDED}",
        rf"\((?P<host>{_HOST}):(?P<port>[0-9]{{1,5}})\)",
    )
)
_MAX_TEXT = 2048
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9.,]{1,16})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class Engine(StrEnum):
    """Kinds of back ends that have a protocol and a port of their own."""

    MYSQL = "mysql"
    POSTGRES = "postgres"
    MONGO = "mongo"
    SQLSERVER = "sqlserver"
    ORACLE = "oracle"
    CASSANDRA = "cassandra"
    REDIS = "redis"
    MEMCACHED = "memcached"
    RABBITMQ = "rabbitmq"
    KAFKA = "kafka"
    NATS = "nats"


PORTS = {
    3306: Engine.MYSQL, 33060: Engine.MYSQL, 5432: Engine.POSTGRES, 27017: Engine.MONGO, 1433: Engine.SQLSERVER,
    1521: Engine.ORACLE, 9042: Engine.CASSANDRA, 6379: Engine.REDIS, 26379: Engine.REDIS, 11211: Engine.MEMCACHED,
    5672: Engine.RABBITMQ, 5671: Engine.RABBITMQ, 9092: Engine.KAFKA, 4222: Engine.NATS,
}  # fmt: skip
_WORDS: tuple[tuple[Engine, re.Pattern[str]], ...] = tuple(
    (engine, re.compile(pattern, re.IGNORECASE))
    for engine, pattern in (
        (Engine.MYSQL, r"mysql|mariadb|innodb|Communications link failure|--(?:super-)?read-only"),
        (Engine.POSTGRES, r"postgres|psycopg|pgx|\bpq:|PSQLException|pg_hba|libpq|connection slots"),
        (Engine.MONGO, r"mongo"),
        (Engine.SQLSERVER, r"sqlserver|SqlClient|mssql"),
        (Engine.ORACLE, r"ORA-[0-9]{5}|oracle"),
        (Engine.CASSANDRA, r"cassandra|NoHostAvailable"),
        (Engine.REDIS, r"redis|jedis|lettuce|READONLY You|WRONGPASS|NOAUTH|MISCONF"),
        (Engine.MEMCACHED, r"memcache"),
        (Engine.RABBITMQ, r"rabbit|amqp|ACCESS_REFUSED"),
        (Engine.KAFKA, r"kafka|NoBrokers|broker"),
        (Engine.NATS, r"\bnats\b"),
    )
)
_ANY_SQL = re.compile(r"jdbc|hikari|hibernate|SQLException|sqlalchemy|\bsql\b|SQLSTATE|database", re.IGNORECASE)
CACHES = frozenset({Engine.REDIS, Engine.MEMCACHED})
BROKERS = frozenset({Engine.RABBITMQ, Engine.KAFKA, Engine.NATS})
DATABASES = frozenset(Engine) - CACHES - BROKERS


class Target(NamedTuple):
    """An address, how it resolves from where it was used, and the engine it seems to be (None: no back end)."""

    address: Address | None
    resolution: Resolution
    engine: Engine | None
    reference: Reference | None = None

    @property
    def service(self) -> Service | None:
        """The Service it reaches."""
        return self.resolution.service


def target_of(inventory: Inventory, namespace: str, client: Ref, text: str, *, backend: bool) -> Target:
    """Whom a line of a client is about. A line about a back end without an address: the one the client names."""
    address = next(addresses_in(text), None)
    engine = engine_of(text, address)
    if address is not None:
        resolution = resolve(inventory, namespace, address)
        known = engine or engine_of_service(resolution.service) or _engine_at(inventory, address)
        return Target(address, resolution, known)
    if backend:
        reference = _reference(inventory, client, engine)
        if reference is not None:
            resolution = resolve(inventory, namespace, reference.address)
            return Target(reference.address, resolution, engine or engine_of("", reference.address), reference)
    return Target(None, Resolution(), engine)


def addresses_in(text: str) -> Iterator[Address]:
    """Addresses a line complains about, the likeliest first; the DNS server that was asked is none."""
    text = _TIME.sub("", text[:_MAX_TEXT])
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if match is not None:
            port = match.groupdict().get("port")
            found = Address(match["host"].lower().rstrip("."), int(port) if port else None)
            if found.port != 53 and (found.port is None or 0 < found.port < 65536):
                yield found
    for found in service_addresses(text):
        if found.port not in (53, None) or found.scheme:
            yield found


def engine_of(text: str, address: Address | None) -> Engine | None:
    """The kind of back end, by the words around, the host name or the port."""
    known = next((engine for engine, pattern in _WORDS if pattern.search(text[:_MAX_TEXT])), None)
    if known is not None or address is None:
        return known
    by_name = next(
        (engine for engine, pattern in _WORDS if pattern.search(address.host + " " + address.scheme)), None
    )
    return by_name or PORTS.get(address.port or 0)


def engine_of_service(service: Service | None) -> Engine | None:
    """The kind of back end whose port a Service has: an address with a wrong port still means it."""
    ports = service.spec.ports if service is not None else ()
    return next((found for each in ports if (found := PORTS.get(each.port)) is not None), None)


def _engine_at(inventory: Inventory, address: Address) -> Engine | None:
    """The kind of back end that the pod with an address is, whatever port of it is asked for."""
    pod = inventory.derive(pods_by_address).get(address.host)
    ports = (port.container_port for each in pod.spec.containers for port in each.ports) if pod is not None else ()
    return next((PORTS[each] for each in ports if each in PORTS), None)


def is_sql(text: str) -> bool:
    """Whether a line is about some relational database."""
    return _ANY_SQL.search(text[:_MAX_TEXT]) is not None


def is_relayed(inventory: Inventory, client: Ref, address: Address) -> bool:
    """Whether an address is one that other workloads hold and this one does not: it passes on their error."""
    holders = inventory.derive(_holders).get(address.host, frozenset[Ref]())
    return bool(holders) and client not in holders


def _holders(inventory: Inventory) -> dict[str, frozenset[Ref]]:
    """The workloads that hold each host (use with `derive`)."""
    found: dict[str, set[Ref]] = {}
    for holder, references in inventory.derive(workload_references).items():
        for each in references:
            found.setdefault(each.address.host, set()).add(holder)
    return {host: frozenset(holders) for host, holders in found.items()}


def _reference(inventory: Inventory, client: Ref, engine: Engine | None) -> Reference | None:
    """The address of a back end that the variables of a client hold, if there is just one host."""
    references = inventory.derive(workload_references).get(client, ())
    found = [each for each in references if _is_of(each, engine)]
    return found[0] if len({each.address.host for each in found}) == 1 else None


def _is_of(reference: Reference, engine: Engine | None) -> bool:
    known = engine_of(reference.variable, reference.address)
    words = set(words_of(reference.variable))
    if known is None:
        return engine in DATABASES | {None} and bool(words & {"db", "database", "sql", "jdbc", "datasource"})
    return known is engine or (engine is None and known in DATABASES)


def serves_backend(pod: Pod) -> bool:
    """Whether a pod itself is a database, cache or broker, by the ports it declares."""
    return any(port.container_port in PORTS for each in pod.spec.containers for port in each.ports)


def is_own(address: Address) -> bool:
    """Whether an address is the pod itself."""
    return is_local(address.host)


def pods_by_address(inventory: Inventory) -> dict[str, Pod]:
    """Pods by their address; those in the network of their node are left out (use with `derive`)."""
    pods = inventory.all(Pod)
    return {pod.status.pod_ip: pod for pod in pods if pod.status.pod_ip and not pod.spec.host_network}
