"""What CoreDNS answers to one name, by its Corefile and what it knows of the cluster and of the world outside.

Source: coredns/plugin/kubernetes, coredns/plugin/forward, coredns/plugin/template, coredns/plugin/hosts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from midwatch.lab.core.objects import Obj, spec
from midwatch.lab.network.corefile import Block, Corefile, Plugin, within
from midwatch.lab.network.endpoints import Tables, addresses_of
from midwatch.lab.world.world import World

RESOLVERS = frozenset(
    {"/etc/resolv.conf", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222"}
)
"""Upstream name servers that work."""
INGRESS_ADDRESS = "203.0.113.80"
"""Where the names of Ingresses lead, as the public DNS knows them."""
NXDOMAIN, SERVFAIL, REFUSED, NOERROR = "NXDOMAIN", "SERVFAIL", "REFUSED", "NOERROR"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: addresses, or another name to ask for, and the response code."""

    addresses: tuple[str, ...] = ()
    alias: str = ""
    code: str = NOERROR


class Names:
    """What can be known of names."""

    def __init__(self, world: World, tables: Tables) -> None:
        self._world = world
        self._tables = tables
        self.public_hosts: Iterable[str] = ()

    def outside(self, name: str) -> Reply:
        """What public name servers answer: hosts of the world, and hosts of Ingresses."""
        found = self._world.externals.get(name)
        if found is not None:
            return Reply((found.address,))
        known = any(
            name == each or (each.startswith("*.") and name.endswith(each[1:])) for each in self.public_hosts
        )
        return Reply((INGRESS_ADDRESS,)) if known else Reply(code=NXDOMAIN)

    def answer(self, corefile: Corefile, name: str) -> Reply:
        """What CoreDNS answers to a full name (without the last dot)."""
        block = corefile.block(name)
        if block is None:
            return Reply(code=REFUSED)
        name = _rewritten(block, name)
        found = _hosts(block, name) or _template(block, name)
        if found is not None:
            return found
        for each in block.all("kubernetes"):
            reply = self._kubernetes(each, name)
            if reply is not None:
                return reply
        return self._forward(block, name)

    def _kubernetes(self, plugin: Plugin, name: str) -> Reply | None:
        """A reply, or None when the name is not its business, or falls through."""
        zone = next((each for each in plugin.arguments if within(name, each.strip("."))), None)
        if zone is None:
            return None
        found = self.service(name.removesuffix(zone.strip(".")).rstrip("."))
        through = plugin.option("fallthrough")
        if found.code == NXDOMAIN and through is not None and (not through or zone in through):
            return None
        return found

    def service(self, name: str) -> Reply:
        """The record of `cart.shop.svc` (or of a pod behind it); the name comes without the cluster's domain."""
        parts = name.split(".")
        if len(parts) < 3 or parts[-1] not in ("svc", "pod"):
            return Reply(code=NXDOMAIN)
        if parts[-1] == "pod":
            return Reply((parts[0].replace("-", "."),))
        key = parts[-2], parts[-3]
        found = self._tables.services.get(key)
        if found is None or len(parts) > 4:
            return Reply(code=NXDOMAIN)
        if spec(found).get("type") == "ExternalName":
            return Reply(alias=spec(found).get("externalName") or "")
        return self._records(key, found, parts[0] if len(parts) == 4 else "")

    def _records(self, key: tuple[str, str], found: Obj, hostname: str) -> Reply:
        virtual = addresses_of(found)
        if virtual and not hostname:
            return Reply(virtual[:1])
        endpoints = self._tables.all_endpoints(key)
        wanted = (each.ip for each in endpoints if not hostname or hostname in (each.hostname, each.pod))
        addresses = tuple(dict.fromkeys(wanted))
        return Reply(addresses) if addresses else Reply(code=NXDOMAIN)

    def _forward(self, block: Block, name: str) -> Reply:
        for each in block.all("forward"):
            if within(name, each.arguments[0].strip(".")):
                works = any(self._upstream(server) for server in each.arguments[1:])
                return self.outside(name) if works else Reply(code=SERVFAIL)
        return Reply(code=REFUSED)

    def _upstream(self, server: str) -> bool:
        address = server.partition("://")[2] or server
        address = address.partition(":")[0] if address.count(":") == 1 else address
        if address in RESOLVERS:
            return True
        return any(
            each.address == address and 53 in each.ports and each.reachable
            for each in self._world.externals.values()
        )


def _rewritten(block: Block, name: str) -> str:
    """`rewrite name [exact] from to`, the first that fits."""
    for each in block.all("rewrite"):
        words = [word for word in each.arguments if word not in ("stop", "continue", "exact")]
        if len(words) == 3 and words[0] == "name" and words[1].strip(".") == name:
            return words[2].strip(".")
    return name


def _hosts(block: Block, name: str) -> Reply | None:
    found = [line[0] for each in block.all("hosts") for line in each.body if name in line[1:]]
    return Reply(tuple(found)) if found else None


def _template(block: Block, name: str) -> Reply | None:
    """`template CLASS TYPE [ZONE...]` with an `rcode`; the type must ask for addresses."""
    for each in block.all("template"):
        kind, zones = (each.arguments[1:2] or ("ANY",))[0], each.arguments[2:] or (".",)
        code = (each.option("rcode") or (NOERROR,))[0]
        fits = any(within(name, zone.strip(".")) for zone in zones)
        if fits and kind in ("ANY", "A") and code != NOERROR:
            return Reply(code=code)
    return None
