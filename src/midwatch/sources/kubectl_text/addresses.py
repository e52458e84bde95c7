"""Network addresses as lists: `10.0.0.1:80,10.0.0.2:80 + 3 more...` (formatEndpoints, formatEndpointSlices)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.values import text

TRUNCATED = "endpoints.kubernetes.io/over-capacity"
"""The API's own mark on Endpoints that do not list every address."""

HEARSAY = "midwatch.dev/told-by"
"""Marks Endpoints that another object's description told of; any telling of their own overrides them."""

_MORE = re.compile(r" \+ (\d+) more\.\.\.$")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


class Behind(NamedTuple):
    """The addresses behind one port; the port is None for a portless headless service."""

    addresses: tuple[tuple[str, int | None], ...]
    name: str | None = None
    protocol: str | None = None


def behind(cell: str, name: str | None = None, protocol: str | None = None) -> Behind:
    """The addresses that a printer lists for one service port, or for all of them."""
    shown = text(_MORE.sub("", cell.strip()))
    items = shown.split(",") if shown else []
    return Behind(tuple(_host_port(item.strip()) for item in items), name, protocol)


def more(cell: str) -> bool:
    """Whether the printer left addresses out."""
    return bool(_MORE.search(cell))


def ingress(address: str) -> Obj:
    """A load balancer's ingress point by IP or by host name."""
    is_ip = bool(_IPV4.fullmatch(address)) or ":" in address
    return {"ip" if is_ip else "hostname": address}


def subsets(ports: Iterable[Behind]) -> list[JSON]:
    """Endpoints subsets of ready addresses, one for each service port and target port."""
    found: list[JSON] = []
    for one in ports:
        numbers = dict.fromkeys(port for _, port in one.addresses)
        for number in numbers:
            listed: list[JSON] = [{"ip": ip} for ip, port in one.addresses if port == number]
            made: Obj = {"addresses": listed}
            if number is not None:
                made["ports"] = [_port(one, number)]
            found.append(made)
    return found


def _port(one: Behind, number: int) -> Obj:
    made: Obj = {"name": one.name} if one.name else {}
    made["port"] = number
    if one.protocol:
        made["protocol"] = one.protocol
    return made


def _host_port(item: str) -> tuple[str, int | None]:
    host, colon, port = item.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.endswith("]")):
        return item, None
    return host.strip("[]"), int(port[:9])
