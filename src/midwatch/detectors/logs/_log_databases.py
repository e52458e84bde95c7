"""Log lines about databases: whether the database is to blame for them, or the address that a client has of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from midwatch.detectors._backing import is_ready
from midwatch.detectors._log_rule import Rule
from midwatch.detectors._log_targets import Target
from midwatch.detectors.logs._databases import Database, Meant, database_meant, databases, others_are_fine, serves
from midwatch.detectors.logs._log_line import Line, Meaning, claims_for
from midwatch.domain.finding import Claim, Fact
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import exposes, words_of

_POOL = re.compile(
    r"Connection is not available, request timed out|QueuePool limit|pool.{0,40}exhausted", re.IGNORECASE
)
_NEVER_CONNECTED = re.compile(r"total=0, active=0")
_NO_CONNECTION = re.compile(
    r"connection refused|ECONNREFUSED|actively refused|Errno 111|\(111\b|connect(?:ion)? timed out|ETIMEDOUT"
    r"|i/o timeout|ConnectTimeout|Communications link failure"
    r"|can.t connect to (?:local )?mysql|could not connect to server"
    r"|Socket fail to connect|connection to server at .{1,253} failed|ServerSelection|MongoTimeoutException"
    r"|SQLState: 08(?:S01|001|006)|SQLSTATE\[?(?:08006|08001|HY000\] \[200[23])|No suitable servers found"
    r"|total=0, active=0",
    re.IGNORECASE,
)
"""No connection came about, though the name of the server was found: clients' words for SQLSTATE class 08."""
_UNTOLD = re.compile(
    r"Connection is not available|Unable to open JDBC Connection|during pool initialization"
    r"|spi\.JdbcEnvironment\]|Failed to initialize pool"
    r"|Failed to obtain JDBC Connection",
    re.IGNORECASE,
)
"""It gets no connection while it starts, and the line does not say why."""
_READERS = frozenset({
    "replica", "replicas", "follower", "followers", "slave", "slaves", "readonly", "ro", "reader", "readers",
    "read", "secondary", "secondaries", "standby",
})  # fmt: skip
_MANY = 3


def claims_of_database(inventory: Inventory, line: Line, target: Target) -> tuple[Claim, ...]:
    """Why a client may get no connection: its database is full, or the address it has is wrong."""
    meant = database_meant(inventory, line.namespace, line.client, target, line.text)
    if meant is None:
        return ()
    fine = meant.database.ready and others_are_fine(inventory, meant.database, line.client)
    started = line.pod is not None and is_ready(line.pod)
    claims: list[Claim] = []
    if _POOL.search(line.text) and not _NEVER_CONNECTED.search(line.text):
        strength = 0.35 if started or not fine else 0.15
        claims.append(Claim("db-connections-exhausted", meant.database.workload, strength * meant.certainty))
    if _NO_CONNECTION.search(line.text):
        claims.extend(claims_for(line.client, _misdirected(target, meant, fine=fine)))
    elif fine and not started and target.address is None and _UNTOLD.search(line.text):
        claims.append(Claim("db-port-wrong", line.client, 0.4 * meant.certainty))
    return tuple(claims)


def _misdirected(target: Target, meant: Meant, *, fine: bool | None) -> Iterator[tuple[str, float]]:
    """A database that is ready, and serves its other clients, refuses nobody: this one calls elsewhere."""
    if not meant.database.ready:
        return
    strength = 0.7 if fine else 0.55 if fine is None else 0.3
    address, service = target.address, target.service
    if address is not None and address.port is not None:
        if service is not None and service.spec.cluster_ip != "None" and exposes(service, address.port):
            return
        declared = _ports(meant.database)
        if address.port in declared:
            return
        strength = 0.85 if declared else strength
    yield "db-port-wrong", strength * meant.certainty
    if service is None:
        yield "db-address-wrong", 0.5 * strength * meant.certainty


def _ports(database: Database) -> frozenset[int]:
    return frozenset(
        port.container_port for pod in database.pods for each in pod.spec.containers for port in each.ports
    )


def meaning_of_refusal(inventory: Inventory, line: Line, rule: Rule, target: Target) -> Meaning:
    """An error that a database itself has, as one of its clients words it."""
    meant = database_meant(inventory, line.namespace, line.client, target, line.text)
    if meant is None:
        return Meaning(line.client, _claims_at_any(inventory, line, rule, target))
    who = meant.database.workload
    words = Text(f"{rule.words.en} ({who})", f"{rule.words.zh}（{who}）")
    if rule.name == "db-read-only" and target.service is not None and _is_for_readers(target.service):
        claims = (
            *claims_for(line.client, (("db-address-wrong", 0.65),)),
            *claims_for(who, ((cause, strength * 0.5) for cause, strength in rule.claims)),
        )
        return Meaning(line.client, claims, words, facts_of(target))
    causes = ((cause, strength * meant.certainty) for cause, strength in rule.claims)
    return Meaning(line.client, claims_for(who, causes), words, facts_of(target))


def _claims_at_any(inventory: Inventory, line: Line, rule: Rule, target: Target) -> tuple[Claim, ...]:
    """Any of several databases may be meant; one outside the cluster has only its client to be told of."""
    fitting = [
        each
        for each in inventory.derive(databases).get(line.namespace, ())
        if each.workload != line.client and serves(each, target.engine)
    ]
    if not 0 < len(fitting) <= _MANY or target.address is not None:
        return claims_for(line.client, ((cause, strength * 0.7) for cause, strength in rule.claims))
    share = 0.9 / len(fitting)
    causes = [(cause, strength * share) for cause, strength in rule.claims]
    return tuple(claim for each in fitting for claim in claims_for(each.workload, causes))


def _is_for_readers(service: Service) -> bool:
    """Whether a Service leads to replicas that accept no writes, by its name or the role that it selects."""
    roles = {word for value in service.spec.selector.values() for word in words_of(value)}
    return bool(_READERS.intersection(words_of(service.name)) or _READERS & roles)


def facts_of(target: Target) -> tuple[Fact, ...]:
    """The field with the address, and the ports of the Service it means."""
    found: list[Fact] = []
    if target.reference is not None:
        found.append(Fact(target.reference.where, target.reference.path, str(target.reference.address)))
    if target.service is not None:
        ports = ", ".join(f"{each.port}/{each.protocol}" for each in target.service.spec.ports)
        found.append(Fact(target.service.ref, ".spec.ports", ports))
    return tuple(found)
