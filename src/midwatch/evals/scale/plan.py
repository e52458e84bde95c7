"""What runs in a synthetic cluster of a size, and who calls whom. Proportions follow large production clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random

_WORDS = """
account address alert archive asset audit auth basket billing bonus booking campaign claim contract coupon
currency customer delivery device discount document export feed forecast fraud geo identity image import
invoice ledger listing loyalty mail market media message offer partner payout permission plan policy price
profile quote rating receipt refund report return review risk route search segment session stock tax ticket
token tracking transfer vendor voucher wallet warehouse
"""
_NOUNS = tuple(_WORDS.split())
_ROLES = ("api", "worker", "web", "sync", "indexer", "proxy")
_SPACE_WORDS = """
shop billing logistics identity media search analytics partners risk content mobile pricing support growth
loyalty fulfilment catalog travel insurance lending
"""
_SPACES = tuple(_SPACE_WORDS.split())
_STORES = (("postgres", 5432, "docker.io/library/postgres:16.8"), ("redis", 6379, "docker.io/library/redis:7.4.2"),
           ("rabbitmq", 5672, "docker.io/library/rabbitmq:4.0.7"))  # fmt: skip
_SYSTEM_DEPLOYMENTS = 4
_SYSTEM_SERVICES = 4


@dataclass(frozen=True, slots=True)
class Store:
    """A StatefulSet with a headless and a client Service."""

    name: str
    namespace: str
    port: int
    image: str
    replicas: int


@dataclass(frozen=True, slots=True)
class App:
    """A Deployment with a Service. `calls` are (variable, Service address, port)."""

    name: str
    namespace: str
    replicas: int
    port: int
    version: str
    previous: str = ""
    cpu: int = 50
    memory: int = 64
    calls: tuple[tuple[str, str, int], ...] = ()
    metrics: bool = False
    scaled: bool = False
    protected: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a cluster of a size runs."""

    workers: int
    masters: int
    ingress_replicas: int
    namespaces: tuple[str, ...]
    apps: tuple[App, ...]
    stores: tuple[Store, ...]
    crons: tuple[tuple[str, str], ...]


def plan(pods: int, random: Random) -> Plan:
    """At 10,000 pods: 200 nodes, 1,000 Services, 500 Deployments; linear, with sensible least sizes."""
    nodes = max(4, pods // 50)
    masters = 3 if nodes >= 20 else 1
    workers, doors = nodes - masters, 3 if pods >= 1000 else 1
    namespaces = tuple(_spaces(max(2, pods // 250)))
    stores = tuple(_stores(max(1, pods // 200), namespaces, 3 if pods >= 500 else 1))
    crons = tuple(
        (f"{_NOUNS[i % len(_NOUNS)]}-cleanup", namespaces[i % len(namespaces)]) for i in range(max(1, pods // 200))
    )
    system = 4 * nodes + 4 * masters + max(2, workers // 40) + 2 + doors
    rest = pods - system - sum(each.replicas for each in stores) - 2 * len(crons)
    count = max(8, pods // 20) - _SYSTEM_DEPLOYMENTS
    extra = max(0, pods // 10 - count - 2 * len(stores) - _SYSTEM_SERVICES)
    apps = _apps(_shares(rest, count, random), namespaces, extra, random)
    return Plan(workers, masters, doors, namespaces, tuple(_connect(apps, stores, random)), stores, crons)


def _spaces(count: int) -> list[str]:
    return [name if i == 0 else f"{name}-{i + 1}" for i in range(count) for name in _SPACES][:count]


def _stores(count: int, namespaces: Sequence[str], replicas: int) -> list[Store]:
    found: list[Store] = []
    for index in range(count):
        name, port, image = _STORES[index // len(namespaces) % len(_STORES)]
        found.append(Store(name, namespaces[index % len(namespaces)], port, image, replicas))
    return found


def _shares(total: int, count: int, random: Random) -> list[int]:
    """Split a total into shares of at least one, unequal as in life."""
    if total < count:
        raise ValueError(f"{total} pods are too few for {count} Deployments: generate at least 50 pods")
    weights = [random.paretovariate(2.5) for _ in range(count)]
    scale = (total - count) / sum(weights)
    shares = [1 + int(weight * scale) for weight in weights]
    for index in range(total - sum(shares)):
        shares[index % count] += 1
    return shares


def _apps(shares: Sequence[int], namespaces: Sequence[str], extra: int, random: Random) -> list[App]:
    names = [f"{noun}-{role}" for role, noun in product(_ROLES, _NOUNS)]
    found: list[App] = []
    for index, replicas in enumerate(shares):
        version = f"{random.randint(1, 4)}.{random.randint(0, 30)}.{random.randint(1, 9)}"
        previous = f"{version.rpartition('.')[0]}.0" if index % 3 == 0 else ""
        found.append(
            App(
                names[index // len(namespaces)],
                namespaces[index % len(namespaces)],
                replicas,
                random.choice((3000, 5000, 7070, 8000, 8080, 8443, 9000)),
                version,
                previous,
                cpu=random.choice((25, 50, 100, 150)),
                memory=random.choice((64, 128, 192, 256)),
                metrics=index < extra,
                scaled=index % 5 == 1 and replicas > 2,
                protected=index % 3 == 1 and replicas > 1,
                public=index % 10 == 0,
            )
        )
    return found


def _connect(apps: Sequence[App], stores: Sequence[Store], random: Random) -> list[App]:
    """Each calls some that stand before it in its namespace, its stores, and at times the first namespace."""
    seen: dict[str, list[App]] = {}
    found: list[App] = []
    for app in apps:
        before = seen.setdefault(app.namespace, [])
        chosen = random.sample(before, min(len(before), random.randint(0, 3)))
        shared = seen[apps[0].namespace]
        if app.namespace != apps[0].namespace and random.random() < 0.15:
            chosen.append(random.choice(shared))
        calls = [(_variable(to.name, "URL"), _address(app, to.name, to.namespace), 80) for to in chosen]
        near = [store for store in stores if store.namespace == app.namespace and random.random() < 0.6]
        calls += [(_variable(store.name, "HOST"), store.name, store.port) for store in near]
        app = replace(app, calls=tuple({call[0]: call for call in calls}.values()))
        before.append(app)
        found.append(app)
    return found


def _variable(name: str, what: str) -> str:
    return f"{name.upper().replace('-', '_')}_{what}"


def _address(app: App, name: str, namespace: str) -> str:
    return name if namespace == app.namespace else f"{name}.{namespace}.svc.cluster.local"
