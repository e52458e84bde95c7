"""Name resolution as a pod does it: `/etc/resolv.conf` by its DNS policy, the search list, and the cluster's DNS.

Source: kubernetes/pkg/kubelet/network/dns/dns.go (policies), go/src/net/dnsclient_unix.go (search, wording).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONFIG_MAP
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Failure
from midwatch.lab.network.corefile import DEFAULT, Corefile, parse_corefile
from midwatch.lab.network.names import NXDOMAIN, Names, Reply
from midwatch.lab.network.parties import Party

CLUSTER_DNS = "10.96.0.10"
CLUSTER_DOMAIN = "cluster.local"
NODE_DNS = "169.254.169.253"
"""The name server of the nodes themselves."""
_NDOTS, _ALIASES = 5, 8


@dataclass(frozen=True, slots=True)
class Answer:
    """Addresses of a name, or why there are none: `detail` is Go's wording, after `lookup`."""

    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """The DNS server that a pod's questions reach: a CoreDNS process, or the failure on the way to it."""

    process: Process | None = None
    failure: Failure | None = None


class Resolver:
    """Answers what a party's resolver would. `reach` finds the DNS server for a party."""

    def __init__(self, env: Env, names: Names, reach: Callable[[Party], Server]) -> None:
        self._env = env
        self._names = names
        self._reach = reach
        self._good: dict[str, Corefile] = {}

    def resolve(self, party: Party, host: str) -> Answer:
        """The addresses of a host for a party."""
        if is_ip(host):
            return Answer((host,))
        if host == "localhost":
            return Answer(("127.0.0.1",))
        alias = next((ip for name, ip in party.aliases if name == host), None)
        if alias is not None:
            return Answer((alias,))
        servers, search, ndots = settings(party)
        if CLUSTER_DNS not in servers:
            return self._ask(host, servers[0], search, ndots, self._names.outside)
        server = self._reach(party)
        if server.failure is not None or server.process is None:
            return _unreached(host, party, server.failure or Failure.REFUSED)
        corefile = self.corefile(server.process)
        return self._ask(host, CLUSTER_DNS, search, ndots, lambda name: self._names.answer(corefile, name))

    def corefile(self, process: Process) -> Corefile:
        """What a CoreDNS process works by: its file, or the last good one when that is broken (plugin reload)."""
        found = parse_corefile(self.corefile_text(process))
        if found.problem:
            return self._good.get(process.pod_uid, found)
        self._good[process.pod_uid] = found
        return found

    def corefile_text(self, process: Process) -> str:
        """Its Corefile as mounted; else the ConfigMap's, else kubeadm's."""
        mounted = next((text for path, text in process.files.items() if path.endswith("/Corefile")), None)
        if mounted is not None:
            return mounted
        found = self._env.store.get(CONFIG_MAP, "kube-system", "coredns") or {}
        data: Obj = found.get("data") or {}
        return data.get("Corefile") or DEFAULT

    def _ask(
        self, host: str, server: str, search: tuple[str, ...], ndots: int, ask: Callable[[str], Reply]
    ) -> Answer:
        misbehaves = False
        for name in _candidates(host, search, ndots):
            reply = self._chase(ask, name)
            if reply.addresses:
                return Answer(reply.addresses)
            misbehaves = misbehaves or reply.code not in (NXDOMAIN, "NOERROR")
        if misbehaves:
            return Answer(failure=Failure.DNS_FAILURE, detail=f"{host} on {server}:53: server misbehaving")
        return Answer(failure=Failure.NO_SUCH_HOST, detail=f"{host} on {server}:53: no such host")

    @staticmethod
    def _chase(ask: Callable[[str], Reply], name: str) -> Reply:
        """Follow aliases (ExternalName)."""
        reply = Reply(alias=name)
        for _ in range(_ALIASES):
            if not reply.alias:
                break
            if is_ip(reply.alias):
                return Reply(code=NXDOMAIN)
            reply = ask(reply.alias.rstrip(".").lower())
        return reply


def _unreached(host: str, party: Party, failure: Failure) -> Answer:
    port = 32768 + sum(map(ord, host + party.ip)) * 37 % 28000
    way = f"read udp {party.ip or '10.244.0.1'}:{port}->{CLUSTER_DNS}:53"
    if failure is Failure.REFUSED:
        return Answer(
            failure=Failure.DNS_FAILURE, detail=f"{host} on {CLUSTER_DNS}:53: {way}: read: connection refused"
        )
    return Answer(failure=Failure.DNS_TIMEOUT, detail=f"{host} on {CLUSTER_DNS}:53: {way}: i/o timeout")


def settings(party: Party) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The name servers, search list and `ndots` of a party's `/etc/resolv.conf`."""
    servers: tuple[str, ...] = tuple(party.dns_config.get("nameservers") or ())
    search: tuple[str, ...] = tuple(party.dns_config.get("searches") or ())
    options: list[Obj] = party.dns_config.get("options") or []
    dots = next((each.get("value") or "" for each in options if each.get("name") == "ndots"), "")
    if uses_cluster_dns(party):
        tree = (f"{party.namespace}.svc.{CLUSTER_DOMAIN}", f"svc.{CLUSTER_DOMAIN}", CLUSTER_DOMAIN)
        return (CLUSTER_DNS, *servers), (*tree, *search), int(dots) if dots.isdigit() else _NDOTS
    if party.dns_policy != "None" or not servers:
        servers = (NODE_DNS, *servers)
    return servers, search, int(dots) if dots.isdigit() else 1


def uses_cluster_dns(party: Party) -> bool:
    """Whether its policy leads to the cluster's DNS; on the host's network only ClusterFirstWithHostNet does."""
    if party.dns_policy == "ClusterFirst":
        return not party.host_network
    return party.dns_policy == "ClusterFirstWithHostNet"


def _candidates(host: str, search: tuple[str, ...], ndots: int) -> list[str]:
    if host.endswith("."):
        return [host.rstrip(".")]
    searched = [f"{host}.{each}" for each in search]
    return [host, *searched] if host.count(".") >= ndots else [*searched, host]


def is_ip(host: str) -> bool:
    """Whether a host is written as an address."""
    if not host[:1].isdigit() and ":" not in host:
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
