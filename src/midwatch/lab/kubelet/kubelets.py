"""The kubelets of all nodes: one for each Node object, made and ended as nodes come and go."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.core.env import Env
from midwatch.lab.core.health import Component
from midwatch.lab.core.kinds import CONFIG_MAP, NETWORK_POLICY, NODE, POD, SECRET
from midwatch.lab.core.objects import name_of, namespace_of, spec
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.runtime import Line, Process
from midwatch.lab.core.store import Change
from midwatch.lab.kubelet.drivers import announce
from midwatch.lab.kubelet.host import lost_power
from midwatch.lab.kubelet.kubelet import Kubelet
from midwatch.lab.kubelet.peers import Network
from midwatch.lab.kubelet.reading import readable
from midwatch.lab.kubelet.refresh import EARLIEST, LATEST, refresh, uses
from midwatch.lab.kubelet.state import Tenant
from midwatch.lab.kubelet.static_pods import is_mirror

_CROWD = 30  # nodes from which on leases are renewed at half the pace, still well within their 40 seconds


class Kubelets:
    """All kubelets by node."""

    def __init__(self, env: Env, network: Network) -> None:
        self._env = env
        self._network = network
        self._kubelets: dict[str, Kubelet] = {}
        self._numbers = 0
        self._world = env.world.version
        self._changed: set[tuple[str, str, str]] = set()
        self._random = env.clock.random("kubelets")
        self._nodes: WorkQueue[str] = WorkQueue(env.clock, env.components, "kubelets", "node", self._node_changed)
        self._subscribe()

    def _subscribe(self) -> None:
        env = self._env
        env.runtime.on_end = self._ended
        env.components.observe(self._component_changed)
        env.store.watch(lambda change: self._nodes.add(name_of(change.new)), NODE)
        env.store.watch(self._pod_changed, POD)
        env.store.watch(self._source_changed, CONFIG_MAP, SECRET)
        env.store.watch(self._policy_changed, NETWORK_POLICY)
        for each in env.store.list(NODE):
            self._nodes.add(name_of(each))
        env.clock.every(1.0, self._pulse)
        env.clock.every(10.0, self._minutely)
        env.clock.after(2.0, self._scan)

    def __iter__(self) -> Iterator[Kubelet]:
        return iter(self._kubelets.values())

    def get(self, node: str) -> Kubelet | None:
        """The kubelet of a node."""
        return self._kubelets.get(node)

    def readable(self, node: str) -> bool:
        """Whether logs and statistics of a node's pods can be read: its kubelet answers."""
        found = self._kubelets.get(node)
        return found is not None and found.host.running

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> list[Line]:
        """The log of a container, as the API hands it out. Raises `ApiError` as the API does."""
        return readable(self._env, self._kubelets, namespace, pod, container, previous=previous)

    def _node_changed(self, name: str) -> None:
        node = self._env.store.get(NODE, "", name)
        known = self._kubelets.get(name)
        if node is None and known is not None:
            known.leave()
            del self._kubelets[name]
        if node is None or known is not None:
            return
        self._numbers += 1
        kubelet = self._kubelets[name] = Kubelet(self._env, self._network, name, self._numbers)
        kubelet.host.down = lost_power(self._env, name)
        kubelet.registration.renew()
        if kubelet.host.running:
            kubelet.registration.start()
            announce(kubelet.host)
        self._env.clock.after(1.0, kubelet.static.look)
        for pod in self._env.store.pods_on(name):
            kubelet.see(Change("ADDED", POD, pod, None, self._env.store.revision))

    def _pod_changed(self, change: Change) -> None:
        kubelet = self._kubelets.get(spec(change.new).get("nodeName") or "")
        if kubelet is not None:
            kubelet.see(change)
            if change.type == "DELETED" and is_mirror(change.new):
                self._env.clock.after(1.0, kubelet.static.look)

    def _ended(self, process: Process, code: int, reason: str) -> None:
        kubelet = self._kubelets.get(process.node)
        if kubelet is not None:
            kubelet.ended(process, code, reason)

    def _source_changed(self, change: Change) -> None:
        """Pods that have it mounted get the new content after a while, with all that changed meanwhile."""
        kind = "secret" if change.kind is SECRET else "configmap"
        if not self._changed:
            self._env.clock.after(EARLIEST - 10.0, self._spread)
        self._changed.add((kind, namespace_of(change.new), name_of(change.new)))

    def _policy_changed(self, _: Change) -> None:
        self._env.clock.after(1.0, self._wake_all)

    def _spread(self) -> None:
        changed, self._changed = self._changed, set[tuple[str, str, str]]()
        for kubelet in self:
            for tenant in kubelet.host.tenants.values():
                if tenant.volumes and uses(tenant, changed):
                    self._refresh_later(kubelet, tenant)

    def _refresh_later(self, kubelet: Kubelet, tenant: Tenant) -> None:
        delay = self._random.uniform(10.0, LATEST - EARLIEST)
        self._env.clock.after(delay, lambda: refresh(kubelet.host, tenant))

    def _component_changed(self, component: Component) -> None:
        self._env.clock.after(1.0, self._static)
        part, _, node = component.name.partition("/")
        kubelet = self._kubelets.get(node)
        if kubelet is None:
            return
        host = kubelet.host
        lost = None if component.running else self._env.clock.now
        if part in ("container-runtime", "cni"):
            if part == "cni":
                host.network_lost = lost
            else:
                host.runtime_lost = lost
            self._env.clock.after(6.0, kubelet.registration.report)
        elif part == "kubelet" and component.running and not host.down:
            self._env.clock.after(0.5, kubelet.registration.start)
            self._env.clock.after(0.5, kubelet.registration.renew)

    def _static(self) -> None:
        for kubelet in self:
            kubelet.static.look()

    def _pulse(self) -> None:
        """Look whether the world has changed."""
        if self._env.world.version == self._world:
            return
        self._world = self._env.world.version
        for kubelet in self:
            down = lost_power(self._env, kubelet.host.name)
            if down and not kubelet.host.down:
                kubelet.lose_power()
            elif kubelet.host.down and not down:
                kubelet.regain_power()
            announce(kubelet.host)
        self._wake_all()

    def _wake_all(self) -> None:
        for kubelet in self:
            for tenant in kubelet.host.tenants.values():
                for slot in tenant.alive:
                    if slot.prober is not None:
                        slot.prober.look(anyway=True)

    def _scan(self) -> None:
        """Look whether processes are as they were when their probes settled; the more, the less often."""
        count = 0
        for kubelet in self:
            for tenant in kubelet.host.tenants.values():
                for slot in tenant.slots.values():
                    if slot.prober is not None and slot.running:
                        count += 1
                        slot.prober.look()
        self._env.clock.after(min(30.0, max(2.0, count / 300)), self._scan)

    def _minutely(self) -> None:
        """Life signs and resources, each ten seconds."""
        tick = int(self._env.clock.now // 10)
        slow = 2 if len(self._kubelets) > _CROWD else 1
        for number, kubelet in enumerate(self._kubelets.values()):
            if (tick + number) % slow == 0:
                kubelet.registration.renew()
            kubelet.evictor.look()
            kubelet.static.look()
            host, registration = kubelet.host, kubelet.registration
            due = host.now - registration.reported >= 300.0
            if due or host.runtime_lost is not None or host.network_lost is not None or registration.unsaid:
                registration.report()
