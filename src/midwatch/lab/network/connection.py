"""What comes of an attempt to connect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.domain.resource import Ref
from midwatch.lab.core.runtime import Process


class Failure(StrEnum):
    """How an attempt fails, as the operating system, the resolver or the protocol tells it."""

    NO_SUCH_HOST = "no such host"
    DNS_TIMEOUT = "dns timeout"
    DNS_FAILURE = "server misbehaving"
    REFUSED = "connection refused"
    TIMEOUT = "i/o timeout"
    NO_ROUTE = "no route to host"
    RESET = "connection reset by peer"
    TLS = "tls"
    PROTOCOL = "protocol"
    BAD_ADDRESS = "bad address"
    AUTHENTICATION = "authentication"
    NO_DATABASE = "no such database"
    TOO_MANY = "too many connections"
    DISK_FULL = "disk full"
    READ_ONLY = "read only"
    NOT_FOUND = "404"
    UNAVAILABLE = "503"
    SERVER_ERROR = "500"


@dataclass(frozen=True, slots=True)
class Connection:
    """One attempt. `process` answers it when `failure` is None; `address` (ip:port) was dialled, `host` looked up.

    `seconds` is the round trip, `loss` the share of packets lost on the way. `external` names an outside host,
    `via` is the ingress controller that passed the request on (failures behind it are its 502, 503, 504 and 404).
    `detail` is the wording of what failed: for names all after `lookup`, for addresses and TLS the whole error.
    `target_port` is the port of the process itself, which a Service may map.
    """

    host: str
    port: int
    address: str = ""
    process: Process | None = None
    service: Ref | None = None
    failure: Failure | None = None
    seconds: float = 0.0005
    loss: float = 0.0
    external: str = ""
    detail: str = ""
    via: Process | None = None
    jitter: float = 0.0
    target_port: int = 0
