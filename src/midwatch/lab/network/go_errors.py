"""Errors in the words of Go's client libraries.

Source: go/src/net/net.go (OpError), net/http/client.go, grpc-go/internal/transport/http2_client.go,
jackc/pgx/v5/pgconn/errors.go, lib/pq/error.go, go-sql-driver/mysql, redis/go-redis, rabbitmq/amqp091-go,
mongodb/mongo-go-driver/x/mongo/driver/topology.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.programs import Protocol

_NAMING = frozenset({Failure.NO_SUCH_HOST, Failure.DNS_TIMEOUT, Failure.DNS_FAILURE})
_STATUS = {
    Failure.NOT_FOUND: "404 Not Found",
    Failure.UNAVAILABLE: "503 Service Temporarily Unavailable",
    Failure.SERVER_ERROR: "500 Internal Server Error",
}
_BEHIND = {Failure.REFUSED: "502 Bad Gateway", Failure.TIMEOUT: "504 Gateway Time-out"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What failed: the address as it was configured, who tried with which account, and what came of it."""

    protocol: Protocol
    address: str
    ip: str
    user: str
    password: bool
    database: str
    connection: Connection
    old_driver: bool = False


def status_of(connection: Connection) -> str:
    """The HTTP status that an ingress controller answered with; empty when none did."""
    failure = connection.failure
    if failure is not None and failure in _STATUS:
        return _STATUS[failure]
    if connection.via is None or failure is None or failure is Failure.TLS:
        return ""
    return _BEHIND.get(failure, "502 Bad Gateway")


def dial_error(attempt: Attempt) -> str:
    """The error of the connection itself."""
    found, address = attempt.connection, attempt.connection.address
    failure = found.failure
    if failure in _NAMING:
        return f"dial tcp: lookup {found.detail}"
    if failure is Failure.BAD_ADDRESS:
        return found.detail if found.detail.startswith("parse") else f"dial tcp: {found.detail}"
    if failure is Failure.TLS:
        return f"tls: failed to verify certificate: {found.detail}"
    if failure is Failure.PROTOCOL:
        return found.detail
    if failure is Failure.TIMEOUT:
        return _silence(attempt)
    if failure is Failure.RESET:
        return f"{_reading(attempt)}: read: connection reset by peer"
    return f"dial tcp {address}: connect: {failure or 'connection refused'}"


def _silence(attempt: Attempt) -> str:
    """Nobody answers: the connection is not made, or the answer does not come."""
    if attempt.connection.process is None:
        return f"dial tcp {attempt.connection.address}: i/o timeout"
    if attempt.protocol in (Protocol.HTTP, Protocol.HTTPS, Protocol.GRPC):
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    return f"{_reading(attempt)}: i/o timeout"


def _reading(attempt: Attempt) -> str:
    address = attempt.connection.address
    port = 32768 + sum(map(ord, attempt.ip + address)) * 41 % 28000
    return f"read tcp {attempt.ip}:{port}->{address}"


def go_error(attempt: Attempt) -> str:
    """The whole error of the client library for a protocol."""
    wording = _CLIENTS.get(attempt.protocol)
    return wording(attempt) if wording is not None else dial_error(attempt)


def _http(attempt: Attempt) -> str:
    status = status_of(attempt.connection)
    url = attempt.address if "://" in attempt.address else f"http://{attempt.address}"
    if status:
        return f"unexpected status from {url}: {status}"
    error = dial_error(attempt)
    return error if error.startswith("parse") else f'Get "{url}": {error}'


def _grpc(attempt: Attempt) -> str:
    failure, error = attempt.connection.failure, dial_error(attempt)
    if failure in _NAMING:
        return (
            f"rpc error: code = Unavailable desc = dns: A record lookup error: lookup {attempt.connection.detail}"
        )
    if failure is Failure.TIMEOUT and attempt.connection.process is not None:
        return "rpc error: code = DeadlineExceeded desc = context deadline exceeded"
    if failure is Failure.SERVER_ERROR:
        return "rpc error: code = Internal desc = internal error"
    if failure is Failure.PROTOCOL:
        return f'rpc error: code = Unavailable desc = connection error: desc = "{error}"'
    return (
        f'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: {error}"'
    )


def _postgres(attempt: Attempt) -> str:
    found = attempt.connection
    told = {
        Failure.AUTHENTICATION: ("FATAL", f'password authentication failed for user "{attempt.user}"', "28P01"),
        Failure.TOO_MANY: ("FATAL", "sorry, too many clients already", "53300"),
        Failure.NO_DATABASE: ("FATAL", f'database "{attempt.database}" does not exist', "3D000"),
        Failure.DISK_FULL: ("ERROR", 'could not extend file "base/16384/16397": No space left on device', "53100"),
        Failure.SERVER_ERROR: ("ERROR", "canceling statement due to user request", "57014"),
        Failure.READ_ONLY: ("ERROR", "cannot execute INSERT in a read-only transaction", "25006"),
    }.get(found.failure or Failure.REFUSED)
    if attempt.old_driver:
        return f"pq: {told[1]}" if told else dial_error(attempt)
    if told and told[0] == "ERROR":
        return f"ERROR: {told[1]} (SQLSTATE {told[2]})"
    if found.failure is Failure.TIMEOUT and found.process is not None:
        return "timeout: context deadline exceeded"
    head = f"failed to connect to `user={attempt.user} database={attempt.database}`"
    if told:
        how = "failed SASL auth" if found.failure is Failure.AUTHENTICATION else "server error"
        return f"{head}: {found.address} ({found.host}): {how}: FATAL: {told[1]} (SQLSTATE {told[2]})"
    if found.failure in _NAMING:
        return f"{head}: hostname resolving error: lookup {found.detail}"
    return f"{head}: {found.address} ({found.host}): dial error: {dial_error(attempt)}"


def _mysql(attempt: Attempt) -> str:
    using = "YES" if attempt.password else "NO"
    known = {
        Failure.SERVER_ERROR: "Error 1105 (HY000): Unknown error",
        Failure.AUTHENTICATION: f"Error 1045 (28000): Access denied for user '{attempt.user}'@'{attempt.ip}' "
        f"(using password: {using})",
        Failure.TOO_MANY: "Error 1040 (08004): Too many connections",
        Failure.NO_DATABASE: f"Error 1049 (42000): Unknown database '{attempt.database}'",
        Failure.DISK_FULL: "Error 3 (HY000): Error writing file '/tmp/MYfd=42' (OS errno 28 - No space left on "
        "device)",
        Failure.READ_ONLY: "Error 1290 (HY000): The MySQL server is running with the --read-only option so it "
        "cannot execute this statement",
    }
    return known.get(attempt.connection.failure or Failure.REFUSED) or dial_error(attempt)


def _redis(attempt: Attempt) -> str:
    wrong = "WRONGPASS invalid username-password pair or user is disabled."
    if not attempt.password:
        wrong = "NOAUTH Authentication required."
    elif not attempt.connection.detail:
        wrong = (
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your "
            "configuration is correct?"
        )
    known = {
        Failure.SERVER_ERROR: "ERR internal error",
        Failure.AUTHENTICATION: wrong,
        Failure.TOO_MANY: "ERR max number of clients reached",
        Failure.DISK_FULL: "MISCONF Redis is configured to save RDB snapshots, but it's currently unable "
        "to persist to disk. Commands that may modify the data set are disabled, because this instance is "
        "configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error "
        "option). Please check "
        "the Redis logs for details about the RDB error.",
        Failure.READ_ONLY: "READONLY You can't write against a read only replica.",
    }
    return known.get(attempt.connection.failure or Failure.REFUSED) or dial_error(attempt)


def _amqp(attempt: Attempt) -> str:
    known = {
        Failure.SERVER_ERROR: 'Exception (541) Reason: "INTERNAL_ERROR"',
        Failure.AUTHENTICATION: 'Exception (403) Reason: "username or password not allowed"',
        Failure.DISK_FULL: "publish: connection blocked by the server: low on disk",
        Failure.TOO_MANY: 'Exception (320) Reason: "CONNECTION_FORCED - connection limit reached"',
    }
    return known.get(attempt.connection.failure or Failure.REFUSED) or dial_error(attempt)


def _mongo(attempt: Attempt) -> str:
    known = {
        Failure.SERVER_ERROR: "(InternalError) internal error",
        Failure.AUTHENTICATION: "connection() error occurred during connection handshake: auth error: sasl "
        'conversation error: unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) '
        "Authentication failed.",
        Failure.DISK_FULL: "(OutOfDiskSpace) available disk space of 104857600 bytes is less than required "
        "minimum of 524288000",
        Failure.TOO_MANY: "connection refused because too many open connections",
    }
    told = known.get(attempt.connection.failure or Failure.REFUSED)
    place = f"{attempt.connection.host}:{attempt.connection.port}"
    return told or (
        "server selection error: server selection timeout, current topology: { Type: Unknown, Servers: [{ Addr: "
        f"{place}, Type: Unknown, Last error: {dial_error(attempt)} }}, ] }}"
    )


_CLIENTS = {
    Protocol.HTTP: _http,
    Protocol.HTTPS: _http,
    Protocol.GRPC: _grpc,
    Protocol.POSTGRES: _postgres,
    Protocol.MYSQL: _mysql,
    Protocol.REDIS: _redis,
    Protocol.AMQP: _amqp,
    Protocol.MONGODB: _mongo,
}
