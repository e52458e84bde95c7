"""What a failed probe reports, from the kubelet's event messages.

Sources: pkg/kubelet/prober (prober.go, worker.go), pkg/probe/http, pkg/probe/tcp, pkg/probe/grpc, Go net/http and
crypto/tls. The words have been stable since Kubernetes 1.24, where gRPC probes came.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from midwatch.detectors._runs import MAX_TEXT


class ProbeKind(StrEnum):
    """Which of the three probes of a container."""

    LIVENESS = "liveness"
    READINESS = "readiness"
    STARTUP = "startup"


class Outcome(StrEnum):
    """How a probe failed."""

    REFUSED = "refused"  # nobody listens on the port
    NO_CONNECTION = "no-connection"  # no connection in time; a gRPC probe says this of a refusal too
    SLOW = "slow"  # connected, no answer in time
    NOT_HTTP = "not-http"  # answered, but not in HTTP/1
    PLAIN_FOR_TLS = "plain-for-tls"  # HTTPS was asked, plain text came back
    TLS_FOR_PLAIN = "tls-for-plain"  # plain text was sent to a TLS port
    NOT_GRPC = "not-grpc"  # answered, but not in HTTP/2, or without the health service
    CUT = "cut"  # the server closed the connection instead of answering
    STATUS = "status"  # an HTTP status outside 200-399
    NOT_SERVING = "not-serving"  # the health service says so
    NO_PORT = "no-port"  # the probe names a port that the container does not have
    COMMAND_MISSING = "command-missing"  # the command of the probe does not exist
    OTHER = "other"


class ProbeFailure(NamedTuple):
    """One failed probe; `port` and `status` where the message tells them."""

    kind: ProbeKind
    outcome: Outcome
    port: int | None = None
    status: int | None = None


_HEAD = re.compile(r"^(Liveness|Readiness|Startup) probe (?:failed|errored|warning)[^:]{0,60}: ", re.IGNORECASE)
_STATUS = re.compile(r"statuscode: ([0-9]{3})")
_PORT = re.compile(r"(?:\]|[0-9a-fA-F.]|[A-Za-z0-9-]):([0-9]{1,5})(?=[/:\"' ]|$)")

# In this order: a message may hold the words of several.
_OUTCOMES: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    (
        re.compile(r"HTTP request to an HTTPS server|http request was sent to https port", re.IGNORECASE),
        Outcome.TLS_FOR_PLAIN,
    ),
    (re.compile(r"statuscode: [0-9]{3}"), Outcome.STATUS),
    (
        re.compile(r"server gave HTTP response to HTTPS client|first record does not look like"),
        Outcome.PLAIN_FOR_TLS,
    ),
    (re.compile(r"couldn't find port|strconv\.(?:Atoi|ParseInt)|invalid port number"), Outcome.NO_PORT),
    (
        re.compile(
            r"does not implement the grpc health|unknown service|Unimplemented|frame too large"
            r"|failed reading the frame|error reading server preface|http2: "
        ),
        Outcome.NOT_GRPC,
    ),
    (re.compile(r"malformed HTTP|transport connection broken|unsolicited response"), Outcome.NOT_HTTP),
    (re.compile(r"NOT_SERVING|service unhealthy"), Outcome.NOT_SERVING),
    (
        re.compile(
            r"executable file not found|no such file or directory|exec failed|permission denied|command not found"
        ),
        Outcome.COMMAND_MISSING,
    ),
    (re.compile(r"connection refused"), Outcome.REFUSED),
    (
        re.compile(
            r"failed to connect service|dial tcp .{0,200}i/o timeout|no route to host"
            r"|dial tcp .{0,200}deadline exceeded"
        ),
        Outcome.NO_CONNECTION,
    ),
    (
        re.compile(r"deadline exceeded|Timeout exceeded|did not complete within|timed out|i/o timeout"),
        Outcome.SLOW,
    ),
    (re.compile(r"\bEOF\b|connection reset|broken pipe"), Outcome.CUT),
)


def parse_failure(message: str) -> ProbeFailure | None:
    """The failure an Unhealthy event tells of; None when it is not about a probe."""
    head = _HEAD.match(message)
    if head is None:
        return None
    text = message[head.end() : MAX_TEXT]
    outcome = next((found for pattern, found in _OUTCOMES if pattern.search(text)), Outcome.OTHER)
    status = _STATUS.search(text)
    return ProbeFailure(
        ProbeKind(head[1].lower()), outcome, _port_of(text), int(status[1]) if status is not None else None
    )


def _port_of(text: str) -> int | None:
    for digits in _PORT.findall(text[:600]):
        if 0 < int(digits) < 65536:
            return int(digits)
    return None
