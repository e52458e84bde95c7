"""The network of the cluster: who reaches whom, and what callers see when they do not."""

from __future__ import annotations

from dataclasses import replace

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONFIG_MAP, SECRET
from midwatch.lab.core.objects import name_of
from midwatch.lab.core.runtime import Process
from midwatch.lab.core.store import Change
from midwatch.lab.network.accounts import Accounts
from midwatch.lab.network.address import Address, expand, parse_address
from midwatch.lab.network.complaints import complain, error_text
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.dialer import Dialer, arrive, listener
from midwatch.lab.network.ingress import CONTROLLERS, Ingresses
from midwatch.lab.network.names import INGRESS_ADDRESS, Names
from midwatch.lab.network.parties import OUTSIDE, Parties, Party, insider
from midwatch.lab.network.policies import Policies
from midwatch.lab.network.protocols import mismatch
from midwatch.lab.network.proxies import Proxies, route
from midwatch.lab.network.resolver import CLUSTER_DNS, Answer, Resolver, Server
from midwatch.lab.network.routes import Routes
from midwatch.lab.network.sessions import Sessions
from midwatch.lab.network.weather import Weather
from midwatch.lab.world.programs import Dependency
from midwatch.lab.world.world import Client

_CACHED = 50_000


class Network:
    """Connects processes. What it works out is kept until an object or the world changes."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self.parties = Parties(env.store)
        self.proxies = Proxies(env)
        self.policies = Policies(env.store)
        self.weather = Weather(env.world)
        self.ingresses = Ingresses(env.store)
        self.names = Names(env.world, self.proxies.tables)
        self.dialer = Dialer(env, self.proxies, self.policies, self.parties, self.weather)
        self.resolver = Resolver(env, self.names, self._dns_server)
        self.sessions = Sessions()
        self.accounts = Accounts(env, self.parties, self.sessions)
        self.routes = Routes(env, self.proxies, self.dialer, self.ingresses, self.parties)
        self._random = env.clock.random("network")
        self._aims: dict[tuple[object, ...], tuple[Connection, ...]] = {}
        self._changes = 0
        self._state: tuple[object, ...] = ()
        env.store.watch(self._changed, CONFIG_MAP, SECRET)

    def connect(self, source: Process, address: str) -> Connection:
        """One attempt of a process to connect to `host:port` or a URL (variables already expanded)."""
        return self._one(self.parties.of(source), parse_address(address))

    def resolve(self, source: Process, host: str) -> Answer:
        """The addresses of a name, as a process is told them."""
        return self.resolver.resolve(self.parties.of(source), host)

    def paths(self, source: Process, address: str) -> tuple[Connection, ...]:
        """All that may come of connecting, each equally likely: one attempt for each endpoint."""
        return self.paths_of(self.parties.of(source), parse_address(address))

    def paths_of(self, party: Party, address: Address) -> tuple[Connection, ...]:
        """The same for any party."""
        return tuple(arrive(self._env, each) for each in self._aim(party, address))

    def client_paths(self, client: Client) -> tuple[Connection, ...]:
        """What may come of a client's requests, each equally likely."""
        return self.paths_of(self.client_party(client), parse_address(client.url))

    def client_party(self, client: Client) -> Party:
        """A client as a party: outside for hosts of Ingresses, else a synthetic user beside the Service."""
        host = parse_address(client.url).host
        parts = host.split(".")
        inside = len(parts) > 1 and (parts[1], parts[0]) in self.proxies.tables.services
        return insider(parts[1], client.name) if inside else OUTSIDE

    def from_node(self, node: str, ip: str, port: int) -> Connection:
        """An attempt from a node's own network (probes of its kubelet): no policy is in the way."""
        party = Party("", {}, node, ip, host_network=True)
        processes = self._env.runtime.at(ip)
        start = Connection(ip, port, f"{ip}:{port}")
        if self.weather.down(node):
            return replace(start, failure=Failure.TIMEOUT)
        process = listener(processes, port)
        target = self.parties.of(process) if process is not None else party
        seconds, loss = self.weather.between(party, target)
        if process is None:
            return replace(start, failure=Failure.REFUSED if processes else Failure.NO_ROUTE)
        failed = bool(process.notes.get("hung")) or self._lost(loss)
        return replace(
            start, process=process, seconds=seconds, loss=loss, failure=Failure.TIMEOUT if failed else None
        )

    def check(self, source: Process, dependency: Dependency) -> Connection:
        """One attempt to use a dependency: connect, speak its protocol, log in, find the database."""
        found = self._one(self.parties.of(source), self.address_of(source, dependency))
        return self.accepted(source, dependency, found)

    def accepted(
        self, source: Process, dependency: Dependency, found: Connection, *, crowded: bool = True
    ) -> Connection:
        """A connection with what the other side says to the protocol and the credentials.

        `crowded`: whether it refuses when it has too many connections.
        """
        if found.failure is not None or found.process is None:
            return found
        odd = mismatch(dependency, self.address_of(source, dependency), found)
        if odd is not None:
            return odd
        return self.accounts.check(source, dependency, found, crowded=crowded)

    def address_of(self, source: Process, dependency: Dependency) -> Address:
        """A dependency's address for a process."""
        return parse_address(expand(dependency.address, source.environment))

    def complaint(
        self, source: Process, dependency: Dependency, connection: Connection, at: float | None = None
    ) -> str:
        """The line that a process logs about a failed attempt, in its program's style and its client's words."""
        return complain(source, dependency, connection, self._env.clock.now if at is None else at)

    def reason(self, source: Process, dependency: Dependency, connection: Connection) -> str:
        """The error of a failed attempt in its client's words, without the line around it."""
        return error_text(source, dependency, connection)

    def view(self, source: Process) -> tuple[object, ...]:
        """Equal for processes to which the network looks the same, so that one may speak for all."""
        party = self.parties.of(source)
        return self._view(party)

    def _one(self, party: Party, address: Address) -> Connection:
        aims = self._aim(party, address)
        chosen = aims[0] if len(aims) == 1 else aims[self._random.randrange(len(aims))]
        found = arrive(self._env, chosen)
        if found.failure is None and self._lost(found.loss):
            return replace(found, failure=Failure.TIMEOUT)
        return found

    def _lost(self, loss: float) -> bool:
        """Whether all three packets that ask for a connection within a few seconds get lost."""
        return loss > 0 and self._random.random() < loss**3

    def _aim(self, party: Party, address: Address) -> tuple[Connection, ...]:
        if address.problem:
            return (Connection(address.host, address.port, failure=Failure.BAD_ADDRESS, detail=address.problem),)
        self._refresh()
        key = (*self._view(party), address)
        known = self._aims.get(key)
        if known is None:
            if len(self._aims) > _CACHED:
                self._aims.clear()
            known = self._aims[key] = self._work_out(party, address)
        return known

    def _work_out(self, party: Party, address: Address) -> tuple[Connection, ...]:
        self.names.public_hosts = self.ingresses.hosts()
        answer = self.resolver.resolve(party, address.host)
        if answer.failure is not None:
            return (Connection(address.host, address.port, failure=answer.failure, detail=answer.detail),)
        found: list[Connection] = []
        for ip in answer.addresses:
            if ip == INGRESS_ADDRESS:
                found += self.routes.through_ingress(party, address)
            else:
                target = party.ip if ip.startswith("127.") else ip
                found += self.dialer.aim(party, address.host, target, address.port)
        return tuple(found)

    def _view(self, party: Party) -> tuple[object, ...]:
        """The party's own view, and its node where nodes differ."""
        node = party.node
        special = (
            self.proxies.stale(node)
            or party.host_network
            or bool(self.proxies.tables.local)
            or self.weather.by_node
            or self.weather.touches(party)
        )
        if not special:
            return party.view
        return (*party.view, node, party.refs[0] if self.weather.touches(party) and party.refs else "")

    def _refresh(self) -> None:
        state = (
            self._env.world.version,
            self._changes,
            self.proxies.version,
            self.proxies.tables.version,
            self.policies.version,
            self.parties.version,
            self.ingresses.version,
            self._env.components.running("kube-apiserver"),
            self._serving(),
        )
        if state != self._state:
            self._state = state
            self._aims.clear()

    def _serving(self) -> tuple[object, ...]:
        """Which DNS servers and ingress controllers serve, by which files."""
        keys = (("kube-system", "kube-dns"), *CONTROLLERS.values())
        found = {each.ip: None for key in keys for each in self.proxies.tables.all_endpoints(key)}
        processes = [process for ip in found for process in self._env.runtime.at(ip)]
        return tuple((each.pod_uid, each.serving, id(each.files)) for each in processes)

    def _changed(self, change: Change) -> None:
        if change.kind is SECRET:
            self._changes += change.new.get("type") == "kubernetes.io/tls"
        else:
            self._changes += name_of(change.new) == "coredns"

    def _dns_server(self, party: Party) -> Server:
        """The CoreDNS process that a pod's questions reach; another is asked when one does not answer."""
        routing = route(self.proxies.on(party.node), CLUSTER_DNS, 53, party.node, "UDP")
        if routing is None:
            return Server(failure=Failure.TIMEOUT)
        start = Connection("", 53, f"{CLUSTER_DNS}:53", service=Ref("Service", "kube-system", "kube-dns"))
        found = [arrive(self._env, each) for each in self.dialer.through(party, start, routing, "UDP")]
        for each in found:
            if each.failure is None and each.process is not None:
                return Server(each.process)
        return Server(failure=found[0].failure)
