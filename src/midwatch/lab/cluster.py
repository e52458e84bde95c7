"""One simulated cluster: everything joined, an application rolled out, time under control."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from midwatch.errors import UsageError
from midwatch.lab import access, controllers, kubelet, scheduler, schema, telemetry, traffic
from midwatch.lab.access import Access
from midwatch.lab.apps.deploy import app_objects, publish
from midwatch.lab.apps.parts import App
from midwatch.lab.apps.system import CONTROL, CONTROL_ADDRESS, furnish, nodes, system_objects
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.kubelet import Kubelets
from midwatch.lab.network import Network
from midwatch.lab.network.address import parse_address
from midwatch.lab.network.connection import Connection
from midwatch.lab.network.parties import Party
from midwatch.lab.stillness import HOP, Stillness
from midwatch.lab.telemetry import Telemetry
from midwatch.lab.traffic import Traffic
from midwatch.lab.world.world import World

_QUIET = 20.0


@dataclass(frozen=True)
class Cluster:
    """A running simulated cluster. Time passes only when told: `run`, `settle`."""

    env: Env
    access: Access
    network: Network
    kubelets: Kubelets
    traffic: Traffic
    telemetry: Telemetry

    def apply(self, objects: Iterable[Obj]) -> None:
        """Create objects as the administrator would. Raises `ApiError` for the first that is refused."""
        for each in objects:
            self.env.registry.create(self.kind_of(each), each)

    def kind_of(self, obj: Obj) -> Kind:
        """The served type of an object; raises `UsageError` for one that this cluster does not know."""
        found = self.env.kinds.by_kind(obj.get("apiVersion") or "v1", obj["kind"])
        if found is None:
            raise UsageError(f"the lab serves no kind {obj['kind']!r} (of {name_of(obj)!r})")
        return found

    def get(self, kind: str, namespace: str, name: str) -> Obj | None:
        """One object by the bare name of its kind."""
        found = self.env.kinds.named(kind)
        return self.env.store.get(found, namespace, name) if found else None

    def run(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        self.env.clock.run(seconds)

    def settle(self, limit: float = 600.0, quiet: float = _QUIET) -> float:
        """Let time pass until nothing of note changed for some seconds; returns how long that took (seconds)."""
        still = Stillness(self.env, limit, quiet)
        try:
            while not still.over:
                self.run(min(HOP, limit))
        finally:
            still.stop()
        return still.took


def new_cluster(start: float, *, seed: int = 0, workers: int = 4, quiet: bool = False) -> Cluster:
    """A cluster whose nodes and system workloads are being started; `quiet` without traffic and telemetry."""
    world = World()
    furnish(world)
    env = new_env(world, start, seed)
    cluster = _joined(env)
    if quiet:
        cluster.traffic.enabled = False
        cluster.telemetry.enabled = False
    cluster.apply(access.bootstrap())
    cluster.apply(each for each in system_objects() if each["kind"] == "Namespace")
    cluster.apply(nodes(workers))
    cluster.apply(each for each in system_objects() if each["kind"] != "Namespace")
    return cluster


def _joined(env: Env) -> Cluster:
    schema.install(env)
    network = Network(env)
    rights = access.install(env)
    controllers.install(env)
    scheduler.install(env)
    kubelets = kubelet.install(env, network)
    _call_webhooks(env, rights, network)
    flow = traffic.install(env, network, rights.may)
    return Cluster(env, rights, network, kubelets, flow, telemetry.install(env))


def _call_webhooks(env: Env, rights: Access, network: Network) -> None:
    """The API server calls webhooks from the control plane's node, by address."""
    here = Party("", {}, CONTROL, CONTROL_ADDRESS, host_network=True)

    def connect(host: str, port: int) -> Connection:
        return network.paths_of(here, parse_address(f"{host}:{port}"))[0]

    rights.call_webhooks_with(access.webhook_call(env, connect))


def roll_out(cluster: Cluster, app: App) -> None:
    """Publish an application's images and apply its objects; those of its namespace that exist are left alone."""
    publish(app, cluster.env.world)
    for each in app_objects(app):
        kind = cluster.kind_of(each)
        if cluster.env.store.get(kind, namespace_of(each), name_of(each)) is None:
            cluster.env.registry.create(kind, each)


def starting(app: App, start: float, *, seed: int = 0) -> Cluster:
    """A cluster that is a minute old and has just been given an application."""
    cluster = new_cluster(start, seed=seed, workers=app.workers)
    cluster.run(60.0)
    roll_out(cluster, app)
    return cluster


def running(app: App, start: float, *, seed: int = 0, warm: float = 600.0) -> Cluster:
    """A cluster with an application that has run for `warm` seconds since it settled."""
    cluster = starting(app, start, seed=seed)
    cluster.settle()
    cluster.run(warm)
    return cluster
