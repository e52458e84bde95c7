"""What databases, caches and brokers log of callers that they turn away, and of disks that are full.

Source: postgres/src/backend/libpq/auth.c, utils/init/postinit.c, storage/file/fd.c; rabbitmq-server
deps/rabbit/src/rabbit_reader.erl, rabbit_disk_monitor.erl; redis/src/rdb.c, networking.c; mysql sql/auth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from midwatch.lab.core.env import Env
from midwatch.lab.network.accounts import credentials
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.traffic.links import Link, LinkKey
from midwatch.lab.traffic.stations import Cohort, Station
from midwatch.lab.world.programs import Protocol
from midwatch.lab.world.style import format_line

_TOLD = frozenset({Failure.AUTHENTICATION, Failure.NO_DATABASE, Failure.DISK_FULL, Failure.TOO_MANY})


class ServerLogs:
    """Writes a line for each kind of refusal and caller in each tick."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._random: Random = env.clock.random("traffic/server-logs")

    def write(self, links: Iterable[tuple[LinkKey, Link]], cohorts: dict[int, Cohort], seconds: float) -> None:
        """Log this tick's refusals."""
        for (key, _), link in links:
            caller = cohorts[key].first
            for connection in (*link.shut, *(each for each, _ in link.open)):
                if connection.failure in _TOLD:
                    self._tell(link, caller, connection, seconds)
            if link.crowded:
                for connection, _ in link.open:
                    self._say(link, caller, connection, Failure.TOO_MANY)

    def _tell(self, link: Link, caller: Station, connection: Connection, seconds: float) -> None:
        """Refused callers try again and again; at least now and then."""
        if connection.failure is None or self._random.random() > max(link.rps, 0.02) * seconds:
            return
        self._say(link, caller, connection, connection.failure)

    def _say(self, link: Link, caller: Station, connection: Connection, failure: Failure) -> None:
        process = connection.process
        if process is None:
            return
        user, _, database = credentials(caller.process, link.dependency)
        at = self._env.clock.now - self._random.random() * 14
        for level, text in _words(link.dependency.protocol, failure, user, database, caller.process.ip):
            self._env.runtime.log(process, at, format_line(process.program.style, at, level, "server", text))


def _words(protocol: Protocol, failure: Failure, user: str, database: str, ip: str) -> Iterator[tuple[str, str]]:
    match protocol:
        case Protocol.POSTGRES:
            yield from _postgres(failure, user, database)
        case Protocol.AMQP:
            yield from _rabbitmq(failure, user, ip)
        case Protocol.REDIS:
            yield from _redis(failure)
        case Protocol.MYSQL:
            yield from _mysql(failure, user, database, ip)
        case Protocol.MONGODB:
            if failure is Failure.AUTHENTICATION:
                yield "info", f"Authentication failed, mechanism: SCRAM-SHA-256, user: {user}, client: {ip}"
            elif failure is Failure.DISK_FULL:
                yield "error", "WiredTiger error message: No space left on device: pwrite failed"
        case _:
            return


def _postgres(failure: Failure, user: str, database: str) -> Iterator[tuple[str, str]]:
    if failure is Failure.AUTHENTICATION:
        yield "fatal", f'password authentication failed for user "{user}"'
        file = "/var/lib/postgresql/data/pg_hba.conf"
        yield "detail", f'Connection matched file "{file}" line 128: "host all all all scram-sha-256"'
    elif failure is Failure.NO_DATABASE:
        yield "fatal", f'database "{database}" does not exist'
    elif failure is Failure.TOO_MANY:
        yield "fatal", "sorry, too many clients already"
    else:
        yield "error", 'could not extend file "base/16384/16397": No space left on device'
        yield "hint", "Check free disk space."


def _rabbitmq(failure: Failure, user: str, ip: str) -> Iterator[tuple[str, str]]:
    if failure is Failure.AUTHENTICATION:
        yield "error", f"Error on AMQP connection <0.1192.0> ({ip}:48122 -> 0.0.0.0:5672, state: starting):"
        yield "error", f"PLAIN login refused: user '{user}' - invalid credentials"
    elif failure is Failure.DISK_FULL:
        yield "info", "Free disk space is insufficient. Free bytes: 41943040. Limit: 50000000"
        yield "warning", "disk resource limit alarm set on node rabbit@rabbitmq-0."


def _redis(failure: Failure) -> Iterator[tuple[str, str]]:
    if failure is Failure.DISK_FULL:
        yield "warning", "Write error while saving DB to the disk(rdbSaveRio): No space left on device"
        yield "warning", "Background saving error"
    elif failure is Failure.TOO_MANY:
        yield "warning", "Error accepting a client connection: max number of clients reached"


def _mysql(failure: Failure, user: str, database: str, ip: str) -> Iterator[tuple[str, str]]:
    if failure is Failure.AUTHENTICATION:
        yield "info", f"[MY-010926] [Server] Access denied for user '{user}'@'{ip}' (using password: YES)"
    elif failure is Failure.DISK_FULL:
        yield (
            "error",
            "[MY-012144] [InnoDB] posix_fallocate(): Failed to preallocate data for file, desired size 65536",
        )
        yield "error", "[MY-013132] [Server] The table 'orders' is full!"
    elif failure is Failure.TOO_MANY:
        yield "warning", "[MY-010914] [Server] Too many connections"
    elif failure is Failure.NO_DATABASE:
        yield "info", f"[MY-010055] [Server] Unknown database '{database}'"
