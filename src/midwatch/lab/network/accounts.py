"""Who may log in at databases, caches and brokers, and what else makes them refuse.

A database makes its accounts when its volume is first initialised; changing its Secret later changes nothing in
it, and callers that have the new password are refused (docker-library/postgres docker-entrypoint.sh).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PVC
from midwatch.lab.core.objects import name_of, namespace_of
from midwatch.lab.core.runtime import Process
from midwatch.lab.core.store import Change
from midwatch.lab.network.address import expand, parse_address
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.parties import Parties
from midwatch.lab.network.sessions import Sessions
from midwatch.lab.world.disturbances import DiskFill
from midwatch.lab.world.programs import Dependency, Protocol

FULL = 0.98
"""The share of a volume at which writes fail."""
_UNLIMITED, _DEFAULT = 10_000, 100
_LIMIT = re.compile(r"(?:max_connections|maxclients)[= ](\d+)")
_NAMES: dict[Protocol, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    Protocol.POSTGRES: (
        ("POSTGRES_USER", "POSTGRESQL_USERNAME"),
        ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"),
        ("POSTGRES_DB", "POSTGRESQL_DATABASE"),
    ),
    Protocol.MYSQL: (
        ("MYSQL_USER", "MARIADB_USER"),
        ("MYSQL_PASSWORD", "MARIADB_PASSWORD"),
        ("MYSQL_DATABASE", "MARIADB_DATABASE"),
    ),
    Protocol.MONGODB: (
        ("MONGO_INITDB_ROOT_USERNAME",), ("MONGO_INITDB_ROOT_PASSWORD",), (),
    ),
    Protocol.AMQP: (("RABBITMQ_DEFAULT_USER",), ("RABBITMQ_DEFAULT_PASS",), ()),
    Protocol.REDIS: ((), ("REDIS_PASSWORD",), ()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """The one account of a server. Without a password everybody is let in; without a database any name will do."""

    user: str
    password: str
    database: str


class Accounts:
    """The accounts of all servers."""

    def __init__(self, env: Env, parties: Parties, sessions: Sessions) -> None:
        self._env = env
        self._parties = parties
        self._sessions = sessions
        self._initial: dict[str, Account] = {}
        env.store.watch(self._claim_changed, PVC)

    def remember(self, server: Process) -> Account | None:
        """The account of a server, as it was when its volume was first used; None for other programs."""
        protocol = server_protocol(server)
        if protocol is None:
            return None
        found = _account(server, protocol)
        if protocol is Protocol.REDIS:
            return found
        return self._initial.setdefault(self._key(server), found)

    def _key(self, server: Process) -> str:
        claims = self._parties.of(server).claims
        return f"{server.namespace}/{claims[0]}" if claims else server.pod_uid

    def _claim_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            self._initial.pop(f"{namespace_of(change.new)}/{name_of(change.new)}", None)

    def check(
        self, source: Process, dependency: Dependency, found: Connection, *, crowded: bool = True
    ) -> Connection:
        """A connection to a server with what it says to this caller; `crowded`: whether it counts connections."""
        server = found.process
        account = self.remember(server) if server is not None else None
        if server is None or account is None:
            return found
        failure = Failure.TOO_MANY if crowded and self._crowded(source, server) else None
        failure = failure or self._refusal(source, dependency, server, account)
        return (
            found if failure is None else replace(found, failure=failure, detail=account.password and "password")
        )

    def _crowded(self, source: Process, server: Process) -> bool:
        key = server.pod_uid, server.container
        others = self._sessions.total(key, without=(source.pod_uid, source.container))
        return others >= connection_limit(server)

    def _refusal(
        self, source: Process, dependency: Dependency, server: Process, account: Account
    ) -> Failure | None:
        user, password, database = credentials(source, dependency)
        if not _admits(account, dependency, user, password):
            return Failure.AUTHENTICATION
        if account.database and database and dependency.protocol in (Protocol.POSTGRES, Protocol.MYSQL):
            known = (account.database, "postgres", "template1", "mysql", "information_schema")
            if database not in known:
                return Failure.NO_DATABASE
        if server.notes.get("read_only"):
            return Failure.READ_ONLY
        return Failure.DISK_FULL if self.disk_share(server) >= FULL else None

    def disk_share(self, server: Process) -> float:
        """How full the fullest of its volumes was made."""
        claims = self._parties.of(server).claims
        shares = [
            each.fraction
            for each in self._env.world.disturbances
            if isinstance(each, DiskFill)
            and each.target.kind == "PersistentVolumeClaim"
            and each.target.namespace == server.namespace
            and each.target.name in claims
        ]
        return max(shares, default=0.0)


def credentials(source: Process, dependency: Dependency) -> tuple[str, str, str]:
    """User, password and database that a process presents: its settings, else those in the connection URL."""
    values = source.environment
    address = parse_address(expand(dependency.address, values))
    database = expand(dependency.database, values) or (address.database if address.scheme else "")
    return (
        expand(dependency.user, values) or address.user,
        expand(dependency.password, values) or address.password,
        database,
    )


def connection_limit(server: Process) -> int:
    """How many connections it takes: an argument of its, else its program's; caches and brokers take many."""
    told = _LIMIT.search(" ".join(server.arguments))
    if told is not None:
        return int(told[1])
    limit = server.program.connections
    sql = server_protocol(server) in (Protocol.POSTGRES, Protocol.MYSQL)
    return limit if sql or limit != _DEFAULT else _UNLIMITED


def server_protocol(server: Process) -> Protocol | None:
    """What a database, cache or broker speaks; None for other programs."""
    return next((each.protocol for each in server.program.ports if each.protocol in _NAMES), None)


def _account(server: Process, protocol: Protocol) -> Account:
    users, passwords, databases = _NAMES[protocol]
    password = _first(server, passwords)
    if protocol is Protocol.REDIS:
        words = server.arguments
        told = next((words[at + 1] for at, each in enumerate(words[:-1]) if each == "--requirepass"), "")
        return Account("", expand(told, server.environment) or password, "")
    user = _first(server, users) or ("postgres" if protocol is Protocol.POSTGRES else "")
    database = _first(server, databases) or (user if protocol is Protocol.POSTGRES else "")
    return Account(user, password, database)


def _first(server: Process, names: tuple[str, ...]) -> str:
    return next((server.environment[each] for each in names if server.environment.get(each)), "")


def _admits(account: Account, dependency: Dependency, user: str, password: str) -> bool:
    """Whether the credentials fit. A dependency that declares none is checked by a cache with a password only."""
    if dependency.protocol is Protocol.REDIS:
        return password == account.password
    if not account.password or not (dependency.user or dependency.password or user):
        return True
    return password == account.password and user in (account.user, "root") if user else False
