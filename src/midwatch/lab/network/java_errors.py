"""Errors in the words of Java's client libraries.

Source: openjdk sun/nio/ch/Net.java, java/net/Inet6AddressImpl.java; pgjdbc ConnectionFactoryImpl.java;
mysql-connector-j; lettuce RedisConnectionException; grpc-java Status.java; spring-web; spring-amqp.
"""

from __future__ import annotations

from midwatch.lab.network.connection import Failure
from midwatch.lab.network.go_errors import Attempt, go_error, status_of
from midwatch.lab.world.programs import Protocol

_NAMING = frozenset({Failure.NO_SUCH_HOST, Failure.DNS_TIMEOUT, Failure.DNS_FAILURE})


def socket_error(attempt: Attempt) -> str:
    """The exception of the socket."""
    found = attempt.connection
    if found.failure is Failure.NO_SUCH_HOST:
        return f"java.net.UnknownHostException: {found.host}: Name or service not known"
    if found.failure in _NAMING:
        return f"java.net.UnknownHostException: {found.host}: Temporary failure in name resolution"
    known = {
        Failure.REFUSED: "java.net.ConnectException: Connection refused",
        Failure.NO_ROUTE: "java.net.NoRouteToHostException: No route to host",
        Failure.RESET: "java.net.SocketException: Connection reset",
        Failure.BAD_ADDRESS: f"java.lang.IllegalArgumentException: {found.detail}",
        Failure.TLS: "javax.net.ssl.SSLHandshakeException: No subject alternative DNS name matching "
        f"{found.host} found.",
        Failure.PROTOCOL: "java.io.IOException: Unexpected end of file from server",
    }
    silent = "Read timed out" if found.process is not None else "Connect timed out"
    return known.get(found.failure or Failure.TIMEOUT, f"java.net.SocketTimeoutException: {silent}")


def java_error(attempt: Attempt) -> str:
    """The whole error of the client library for a protocol."""
    wording = _CLIENTS.get(attempt.protocol)
    return wording(attempt) if wording is not None else socket_error(attempt)


def _http(attempt: Attempt) -> str:
    status = status_of(attempt.connection)
    url = attempt.address if "://" in attempt.address else f"http://{attempt.address}"
    if status:
        return f'org.springframework.web.client.HttpServerErrorException: {status} on GET request for "{url}"'
    error = socket_error(attempt)
    short = error.partition(": ")[2]
    return (
        "org.springframework.web.client.ResourceAccessException: I/O error on GET request for "
        f'"{url}": {short}; nested exception is {error}'
    )


def _grpc(attempt: Attempt) -> str:
    found = attempt.connection
    if found.failure is Failure.SERVER_ERROR:
        return "io.grpc.StatusRuntimeException: INTERNAL: internal error"
    if found.failure is Failure.TIMEOUT:
        return (
            "io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 1.99s. "
            "[closed=[], open=[[buffered_nanos=2000117206, waiting_for_connection]]]"
        )
    if found.failure in _NAMING:
        return f"io.grpc.StatusRuntimeException: UNAVAILABLE: Unable to resolve host {found.host}"
    return f"io.grpc.StatusRuntimeException: UNAVAILABLE: io exception: {socket_error(attempt)}: /{found.address}"


def _postgres(attempt: Attempt) -> str:
    found = attempt.connection
    told = {
        Failure.AUTHENTICATION: f'FATAL: password authentication failed for user "{attempt.user}"',
        Failure.TOO_MANY: "FATAL: sorry, too many clients already",
        Failure.NO_DATABASE: f'FATAL: database "{attempt.database}" does not exist',
        Failure.DISK_FULL: 'ERROR: could not extend file "base/16384/16397": No space left on device',
        Failure.SERVER_ERROR: "ERROR: canceling statement due to user request",
        Failure.READ_ONLY: "ERROR: cannot execute INSERT in a read-only transaction",
        Failure.REFUSED: f"Connection to {found.host}:{found.port} refused. Check that the hostname and port are "
        "correct and that the postmaster is accepting TCP/IP connections.",
    }.get(found.failure or Failure.TIMEOUT)
    if told:
        return f"org.postgresql.util.PSQLException: {told}"
    return f"org.postgresql.util.PSQLException: The connection attempt failed. Caused by: {socket_error(attempt)}"


def _mysql(attempt: Attempt) -> str:
    found = attempt.connection
    using = "YES" if attempt.password else "NO"
    told = {
        Failure.AUTHENTICATION: f"java.sql.SQLException: Access denied for user '{attempt.user}'@'{attempt.ip}' "
        f"(using password: {using})",
        Failure.TOO_MANY: "java.sql.SQLNonTransientConnectionException: Data source rejected establishment of "
        'connection,  message from server: "Too many connections"',
        Failure.NO_DATABASE: f"java.sql.SQLSyntaxErrorException: Unknown database '{attempt.database}'",
        Failure.DISK_FULL: "java.sql.SQLException: Error writing file '/tmp/MYfd=42' (OS errno 28 - No space left "
        "on device)",
    }.get(found.failure or Failure.TIMEOUT)
    return told or (
        "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure Caused by: "
        f"{socket_error(attempt)}"
    )


def _redis(attempt: Attempt) -> str:
    found = attempt.connection
    if found.failure in (Failure.AUTHENTICATION, Failure.DISK_FULL, Failure.TOO_MANY, Failure.SERVER_ERROR):
        return f"io.lettuce.core.RedisCommandExecutionException: {go_error(attempt)}"
    return (
        f"io.lettuce.core.RedisConnectionException: Unable to connect to {found.host}/<unresolved>:{found.port} "
        f"Caused by: {socket_error(attempt)}"
    )


def _amqp(attempt: Attempt) -> str:
    if attempt.connection.failure is Failure.AUTHENTICATION:
        return (
            "com.rabbitmq.client.AuthenticationFailureException: ACCESS_REFUSED - Login was refused using "
            "authentication mechanism PLAIN. For details see the broker logfile."
        )
    return f"org.springframework.amqp.AmqpConnectException: {socket_error(attempt)}"


_CLIENTS = {
    Protocol.HTTP: _http,
    Protocol.HTTPS: _http,
    Protocol.GRPC: _grpc,
    Protocol.POSTGRES: _postgres,
    Protocol.MYSQL: _mysql,
    Protocol.REDIS: _redis,
    Protocol.AMQP: _amqp,
}
