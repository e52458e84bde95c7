"""Which database a client means, though the variables that say so often come from Secrets, which nobody reads.

An address names a Service and so a workload. Without one, the only database of that kind, the account in an error
message, or a name that client and database share tell it: less surely, in that order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from midwatch.detectors._backing import backings, backings_by_pod, is_ready
from midwatch.detectors._log_targets import DATABASES, PORTS, Engine, Target, pods_by_address
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.resource import Ref
from midwatch.knowledge.addresses import resolve, words_of
from midwatch.knowledge.references import workload_references
from midwatch.knowledge.templates import pod_templates

_SOLE, _ACCOUNT, _NAMED = 0.95, 0.95, 0.88
_ACCOUNT_VARIABLES = frozenset({
    "MYSQL_USER", "MYSQL_DATABASE", "MARIADB_USER", "MARIADB_DATABASE", "POSTGRES_USER", "POSTGRES_DB",
    "POSTGRESQL_USERNAME", "POSTGRESQL_DATABASE", "MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_DATABASE",
})  # fmt: skip
"""With which the official images, and those of Bitnami, create an account and a database at their first start."""
_KINDS = frozenset(each.value for each in Engine)
_GENERIC = _KINDS | frozenset({
    "db", "database", "sql", "server", "service", "svc", "primary", "leader", "master", "main", "data", "store",
    "cluster", "app", "api", "web", "secret", "config", "credential", "env", "backend",
})  # fmt: skip
_ENDS = ("database", "mysql", "sql", "db")
_PLURAL = 4


class Database(NamedTuple):
    """A workload that serves one kind of back end: its pods, and the users and databases it creates."""

    workload: Ref
    engines: frozenset[Engine]
    pods: tuple[Pod, ...]
    accounts: frozenset[str]

    @property
    def ready(self) -> bool:
        """Whether it takes connections as far as its readiness probes tell."""
        return any(is_ready(pod) for pod in self.pods)


class Meant(NamedTuple):
    """The database a client means, and how surely."""

    database: Database
    certainty: float


def databases(inventory: Inventory) -> Mapping[str, tuple[Database, ...]]:
    """All back ends of each namespace (use with `derive`)."""
    found: dict[str, list[Database]] = defaultdict(list)
    for workload, pods in inventory.pods_by_workload.items():
        engines = _engines(inventory, pods[0])
        if engines:
            accounts = frozenset(_accounts(pods[0].spec))
            found[workload.namespace].append(Database(workload, engines, tuple(pods), accounts))
    return {namespace: tuple(each) for namespace, each in found.items()}


def _engines(inventory: Inventory, pod: Pod) -> frozenset[Engine]:
    declared = {port.container_port for each in pod.spec.containers for port in each.ports}
    served = {
        port.target_port or port.port
        for backing in inventory.derive(backings_by_pod).get(pod.ref, ())
        for port in backing.service.spec.ports
    }
    return frozenset(engine for port, engine in PORTS.items() if port in declared or port in served)


def _accounts(spec: PodSpec) -> Iterator[str]:
    for container in spec.containers:
        yield from (each.value for each in container.env if each.name in _ACCOUNT_VARIABLES and each.value)


def database_meant(inventory: Inventory, namespace: str, client: Ref, target: Target, text: str) -> Meant | None:
    """The database a line of a client is about; None when it cannot be told."""
    if target.service is not None:
        found = _behind(inventory, target.service)
        return Meant(found, 1.0) if found is not None else None
    candidates = [
        each
        for each in inventory.derive(databases).get(namespace, ())
        if each.workload != client and serves(each, target.engine)
    ]
    if target.address is not None:
        return _at(inventory, target.address.host, candidates)
    if len(candidates) < 2:
        return Meant(candidates[0], _SOLE) if candidates else None
    by_account = [each for each in candidates if any(f"'{name}'" in text for name in each.accounts)]
    if len(by_account) == 1:
        return Meant(by_account[0], _ACCOUNT)
    named = _namesake(inventory.derive(_names).get(client, frozenset()), candidates)
    return Meant(named, _NAMED) if named is not None else None


def _at(inventory: Inventory, host: str, candidates: Iterable[Database]) -> Meant | None:
    """The one with a pod at an address, or one after whose workload a host is named whose Service was not seen."""
    pod = inventory.derive(pods_by_address).get(host)
    workload = inventory.workload(pod) if pod is not None else None
    first = host.partition(".")[0]
    for each in candidates:
        if each.workload == workload or (workload is None and first.startswith(each.workload.name)):
            return Meant(each, 1.0 if workload is not None else _NAMED)
    return None


def _behind(inventory: Inventory, service: Service) -> Database | None:
    backing = inventory.derive(backings).get(service.ref)
    if backing is None or not backing.pods:
        return None
    workload = inventory.workload(backing.pods[0])
    known = inventory.derive(databases).get(workload.namespace, ())
    other = Database(workload, frozenset(), backing.pods, frozenset())
    return next((each for each in known if each.workload == workload), other)


def serves(database: Database, engine: Engine | None) -> bool:
    """Whether a workload may be the back end of this kind; without a kind, any database."""
    return engine in database.engines if engine is not None else bool(database.engines & DATABASES)


def _namesake(names: frozenset[str], candidates: Iterable[Database]) -> Database | None:
    """The one whose own words (`orders` of `ordersdb-mysql`) a client or its Secrets bear, if it is just one."""
    scores = [(len(names & stems(each.workload.name)), each) for each in candidates]
    best = max(score for score, _ in scores)
    leading = [each for score, each in scores if score == best]
    return leading[0] if best and len(leading) == 1 else None


def stems(name: str) -> frozenset[str]:
    """The words of a name that tell it from others of its kind, in the singular."""
    words = (_stem(each) for each in words_of(name))
    return frozenset(each for each in words if len(each) > 1 and each not in _GENERIC and not each.isdigit())


def _stem(word: str) -> str:
    for end in _ENDS:
        if word.endswith(end):
            word = word.removesuffix(end)
            break
    return word.removesuffix("s") if len(word) >= _PLURAL else word


def _names(inventory: Inventory) -> dict[Ref, frozenset[str]]:
    """The words in the names of every workload and of its Secrets for back ends (use with `derive`)."""
    return {
        ref: stems(ref.name).union(*(stems(each) for each in _sources(template.spec) if _is_for_backend(each)))
        for ref, template in inventory.derive(pod_templates).items()
    }


def _is_for_backend(name: str) -> bool:
    return any(word in _KINDS or word.endswith(_ENDS) for word in words_of(name))


def _sources(spec: PodSpec) -> Iterator[str]:
    for container in (*spec.init_containers, *spec.containers):
        yield from _sources_of(container)


def _sources_of(container: Container) -> Iterator[str]:
    for each in container.env_from:
        yield from (ref.name for ref in (each.config_map_ref, each.secret_ref) if ref is not None)
    for variable in container.env:
        source = variable.value_from
        if source is not None:
            yield from (ref.name for ref in (source.config_map_key_ref, source.secret_key_ref) if ref is not None)


def clients_of(inventory: Inventory) -> Mapping[Ref, frozenset[Ref]]:
    """The workloads that use each database, by address or by the names of their Secrets (use with `derive`)."""
    found: dict[Ref, set[Ref]] = defaultdict(set)
    for client, references in inventory.derive(workload_references).items():
        for each in references:
            service = resolve(inventory, client.namespace, each.address).service
            behind = _behind(inventory, service) if service is not None else None
            if behind is not None and behind.engines:
                found[behind.workload].add(client)
    for client, template in inventory.derive(pod_templates).items():
        candidates = inventory.derive(databases).get(client.namespace, ())
        engines = {word for name in _sources(template.spec) for word in words_of(name)}
        fitting = [
            each for each in candidates if each.workload != client and engines & {e.value for e in each.engines}
        ]
        named = _namesake(inventory.derive(_names)[client], fitting) if fitting else None
        sole = fitting[0] if len(fitting) == 1 else named
        if sole is not None:
            found[sole.workload].add(client)
    return {workload: frozenset(clients) for workload, clients in found.items()}


def others_are_fine(inventory: Inventory, database: Database, client: Ref) -> bool | None:
    """Whether most other clients of a database are ready; None when there are none that one knows of."""
    others = inventory.derive(clients_of).get(database.workload, frozenset()) - {client, database.workload}
    states = [any(map(is_ready, pods)) for each in others if (pods := inventory.pods_by_workload.get(each))]
    return 2 * sum(states) > len(states) if states else None
