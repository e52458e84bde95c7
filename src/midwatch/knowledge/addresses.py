"""Addresses of Services in free text: `host:port`, URLs, and host variables beside port variables.

`service_addresses` and `variable_addresses` extract what looks like a network address; `resolve` says which
Service a pod in a namespace reaches by it, or what is wrong. All of it takes time linear in the text.
Names resolve as kubernetes.io/docs/concepts/services-networking/dns-pod-service describes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Namespace
from midwatch.domain.kube.networking import Service

MAX_TEXT = 65536
"""How much of one value is read."""

_PLACEHOLDER = re.compile(r"\$\{[\w.\-]{1,128}:-?([^{}$\n]{0,256})\}")
_PART = re.compile(
    r"(?<![\w.\-])(?:"
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{0,30}(?::[A-Za-z]{1,20}){0,2})://(?P<authority>[^\s\"'<>`,/?#;\\)}\]]{1,512})"
    r"|(?P<host>[A-Za-z0-9_][\w.\-]{0,252})(?::(?P<port>[0-9]{1,5})(?![\w@\-]|\.[0-9]))?"
    r")"
)
_LINE = re.compile(
    r"[ \t]{0,64}(?:-[ \t]|export[ \t])?[\"']?([A-Za-z_][\w.\-]{0,127})[\"']?[ \t]{0,8}[=:][ \t]{0,8}(.{1,512})"
)
_KEYWORD = re.compile(r"(?i)(?<!\w)(host|hostname|server|port)=([\w.\-]{1,253})")
_HOST = re.compile(r"[A-Za-z0-9_](?:[\w\-.]{0,251}[\w])?\.?")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_HOST_WORDS = frozenset({
    "host", "hosts", "hostname", "addr", "addrs", "address", "addresses", "url", "urls", "uri", "uris", "server",
    "servers", "endpoint", "endpoints", "broker", "brokers", "service", "svc", "backend", "upstream", "target",
})  # fmt: skip
_NOT_HOSTS = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null", "nil", "auto", "default"})
_MIN_BARE_PORT = 20
_LOCAL = frozenset({"localhost", "host", "127.0.0.1", "0.0.0.0", "::1", "metadata", "169.254.169.254"})  # noqa: S104


class Address(NamedTuple):
    """A host with, where the text says so, a port and a URL scheme (`jdbc:mysql`, `redis`, empty)."""

    host: str
    port: int | None = None
    scheme: str = ""

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"


def service_addresses(text: str) -> Iterator[Address]:
    """Addresses in an environment value, an argument, a configuration file or a log line, each once."""
    text = expand_defaults(text[:MAX_TEXT])
    seen: set[Address] = set()
    for found in (*_scan(text), *_keywords(text), *_lines(text)):
        if found not in seen and not is_local(found.host):
            seen.add(found)
            yield found


def variable_addresses(variables: Mapping[str, str]) -> Iterator[tuple[str, Address]]:
    """Addresses by the name of the variable: what the value says, and `X_HOST` joined with `X_PORT`."""
    for name, value in variables.items():
        found = list(service_addresses(value))
        if not found and is_address_name(name):
            found = list(_bare_hosts(value))
        for each in found:
            port = each.port if each.port is not None or each.scheme else _sibling_port(name, variables)
            yield name, each._replace(port=port)


def is_address_name(name: str) -> bool:
    """Whether the name of a variable or key says that its value is an address (`CART_SERVICE_ADDR`, `db.host`)."""
    words = words_of(name)
    while words and words[-1].isdigit():
        words.pop()
    return bool(words) and words[-1] in _HOST_WORDS


def words_of(name: str) -> list[str]:
    """The lower-case words of a name in any notation (`ordersHostAddr`, `ORDERS_HOST_ADDR`, `orders-host`)."""
    return [each.lower() for each in _WORDS.findall(name[:256])]


def is_local(host: str) -> bool:
    """Whether a host is the pod itself or its node: never a Service."""
    return host in _LOCAL or host.startswith("127.") or host.endswith(".localhost")


def expand_defaults(text: str) -> str:
    """Placeholders with a default (`${HOST:cart}`, `${HOST:-cart}`) replaced by that default."""
    return _PLACEHOLDER.sub(r"\1", text) if "${" in text else text


def _scan(text: str) -> Iterator[Address]:
    for match in _PART.finditer(text):
        if match["scheme"]:
            yield from _of_authority(match["scheme"].lower(), match["authority"])
            continue
        host, port = match["host"], _port(match["port"])
        bare = port is not None and port >= _MIN_BARE_PORT and text[match.start() - 1 : match.start()] != "/"
        if (bare or ".svc" in host) and _is_host(host):
            yield Address(_clean(host), port)


def _of_authority(scheme: str, authority: str) -> Iterator[Address]:
    """`user:password@host:port`; `file:///` and the like have no host."""
    host, _, port = authority.rpartition("@")[2].partition(":")
    if _is_host(host) and scheme not in ("file", "unix", "classpath", "docker"):
        yield Address(_clean(host), _port(port), scheme)


def _keywords(text: str) -> Iterator[Address]:
    """`host=db port=5432 user=x`: libpq and friends."""
    if "=" not in text:
        return
    found = {key.lower(): value for key, value in _KEYWORD.findall(text)}
    host = found.get("host") or found.get("hostname") or found.get("server")
    if host and _is_host(host) and "port" in found:
        yield Address(_clean(host), _port(found["port"]))


def _lines(text: str) -> Iterator[Address]:
    """`spring.redis.host=redis` beside `spring.redis.port=6379`, in properties, YAML or env files."""
    if "\n" not in text:
        return
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is not None:
            key, value = match[1], match[2].partition(" #")[0].strip().strip("\"',")
            pairs.setdefault(key, value)
    for key, value in pairs.items():
        if is_address_name(key) and ":" not in value:
            yield from (each._replace(port=_sibling_port(key, pairs)) for each in _bare_hosts(value))


def _bare_hosts(value: str) -> Iterator[Address]:
    for part in expand_defaults(value[:1024]).split(","):
        host = part.strip()
        if _is_host(host) and not is_local(host.lower()):
            yield Address(_clean(host))


def _sibling_port(name: str, variables: Mapping[str, str]) -> int | None:
    """The port beside a host variable: its last word replaced by `port`, or `_PORT` put behind it."""
    stem = re.sub(r"(?i)(host(?:name)?|addr(?:ess)?|server|endpoint)$", "", name)
    for candidate in (f"{stem}PORT", f"{stem}port", f"{stem}Port", f"{name}_PORT"):
        port = _port(variables.get(candidate))
        if port is not None and stem != name:
            return port
    return None


def _port(text: str | None) -> int | None:
    digits = (text or "").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 5 else 0
    return number if 0 < number < 65536 else None


def _is_host(host: str) -> bool:
    """Whether a word can be a host name: not a number, a version or a truth value."""
    if not _HOST.fullmatch(host) or ".." in host or host.lower() in _NOT_HOSTS:
        return False
    return any(each.isalpha() for each in host) or host.count(".") == 3


def _clean(host: str) -> str:
    return host.lower().rstrip(".")


class Problem(StrEnum):
    """Why an address of a Service cannot work. Only reported where the survey proves it."""

    NO_SERVICE = "no-service"
    ELSEWHERE = "elsewhere"  # the Service exists, but in another namespace
    NO_NAMESPACE = "no-namespace"
    WRONG_PORT = "wrong-port"


class Resolution(NamedTuple):
    """Which Service an address reaches, or what is wrong with it.

    `service` is also set for `WRONG_PORT` and (the namesake) for `ELSEWHERE`. `name` and `namespace` are what the
    address asks for; both are empty for an address outside the cluster.
    """

    service: Service | None = None
    problem: Problem | None = None
    name: str = ""
    namespace: str = ""


def resolve(inventory: Inventory, namespace: str, address: Address) -> Resolution:
    """What a pod in `namespace` reaches by an address."""
    if address.host.count(".") == 3 and address.host.replace(".", "").isdigit():
        service = inventory.derive(_by_ip).get(address.host)
        return _of_service(service, address.port) if service else Resolution()
    name, where = _asked_for(inventory, namespace, address.host)
    if not name:
        return Resolution()
    service = inventory.get(Service, where, name)
    if service is not None:
        return _of_service(service, address.port)
    if not inventory.knows(Service, where):
        return Resolution(None, None, name, where)
    return _missing(inventory, name, where)


def exposes(service: Service, port: int) -> bool:
    """Whether a port of a Service can be connected to; a headless or external one does not restrict ports."""
    spec = service.spec
    if not spec.ports or spec.cluster_ip == "None" or spec.type == "ExternalName":
        return True
    return any(port == each.port for each in spec.ports)


def _of_service(service: Service, port: int | None) -> Resolution:
    problem = None if port is None or exposes(service, port) else Problem.WRONG_PORT
    return Resolution(service, problem, service.name, service.namespace)


def _missing(inventory: Inventory, name: str, where: str) -> Resolution:
    if where not in inventory.derive(namespaces_seen) and inventory.knows(Namespace):
        return Resolution(None, Problem.NO_NAMESPACE, name, where)
    others = inventory.derive(_by_name).get(name, [])
    if len(others) == 1:
        return Resolution(others[0], Problem.ELSEWHERE, name, where)
    return Resolution(None, Problem.NO_SERVICE, name, where)


def _asked_for(inventory: Inventory, namespace: str, host: str) -> tuple[str, str]:
    """Name and namespace of the Service that a host name means; empty for hosts outside the cluster."""
    labels = host.split(".")
    if len(labels) == 1:
        return host, namespace
    if "svc" in labels[2:4]:
        at = labels.index("svc", 2)
        return labels[at - 2], labels[at - 1]
    if len(labels) == 2 and inventory.get(Service, namespace, labels[1]) is not None:
        return labels[1], namespace  # <pod>.<headless service>
    if len(labels) in (2, 3) and labels[-1] in inventory.derive(namespaces_seen):
        return labels[-2], labels[-1]
    return "", ""


def namespaces_seen(inventory: Inventory) -> frozenset[str]:
    """Every namespace that exists, as far as the survey saw (use with `derive`)."""
    listed = {each.name for each in inventory.all(Namespace)}
    return frozenset(listed | {each.namespace for each in inventory.all(Service)})


def _by_ip(inventory: Inventory) -> dict[str, Service]:
    return {each.spec.cluster_ip: each for each in inventory.all(Service) if each.spec.cluster_ip}


def _by_name(inventory: Inventory) -> dict[str, list[Service]]:
    index: dict[str, list[Service]] = defaultdict(list)
    for service in inventory.all(Service):
        index[service.name].append(service)
    return index
