"""Addresses as programs are given them: `host:port`, URLs with credentials, and texts with variables in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HOST = re.compile(r"^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$")
_PORTS = {
    "http": 80, "https": 443, "grpc": 443, "grpcs": 443, "postgres": 5432, "postgresql": 5432, "mysql": 3306,
    "mongodb": 27017, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address. `problem` says, as Go's `net` and `net/url` word it, why it cannot be dialled."""

    host: str = ""
    port: int = 0
    scheme: str = ""
    path: str = "/"
    user: str = ""
    password: str = ""
    problem: str = ""

    @property
    def database(self) -> str:
        """The database that a connection URL names."""
        return self.path.partition("?")[0].strip("/")


def expand(text: str, environment: Mapping[str, str]) -> str:
    """A text with `${NAME}` replaced by the variable's value; one that is not set is empty, as in a shell."""
    return _VARIABLE.sub(lambda found: environment.get(found[1], ""), text)


@lru_cache(maxsize=8192)
def parse_address(text: str) -> Address:
    """Read an address. Source of the problems' wording: go/src/net/ipsock.go, go/src/net/url/url.go."""
    text = text.strip()
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    rest = text[match.end() :] if match else text
    if not match and "://" in rest:
        return Address(problem=f'parse "{text}": first path segment in URL cannot contain colon')
    authority, slash, path = rest.partition("/")
    account, at, place = authority.rpartition("@")
    user, _, password = account.partition(":") if at else ("", "", "")
    host, colon, port = place.partition(":")
    number, problem = _port(text, place, port, colon, scheme)
    if not problem and not host:
        problem = "missing address" if not scheme else f'parse "{text}": no Host in request URL'
    elif not problem and not _HOST.match(host):
        problem = f'parse "{text}": invalid character "{_odd(host)}" in host name'
    return Address(host.lower(), number, scheme, f"/{path}" if slash else "/", user, password, problem)


def _port(text: str, place: str, port: str, colon: str, scheme: str) -> tuple[int, str]:
    if not colon:
        default = _PORTS.get(scheme, 0)
        return default, "" if default or not place else f"address {place}: missing port in address"
    if not port.isdigit():
        if scheme:
            return 0, f'parse "{text}": invalid port ":{port}" after host'
        return 0, f"address {place}: {'missing port in address' if not port else f'unknown port tcp/{port}'}"
    if not 0 < int(port) < 65536:
        return 0, f"address {port}: invalid port"
    return int(port), ""


def _odd(host: str) -> str:
    return next((each for each in host if not re.match(r"[A-Za-z0-9_.-]", each)), host[-1])
