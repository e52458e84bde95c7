"""A cluster of many pods, made as anybody would: Deployments through the API's write path."""

from __future__ import annotations

import time
from collections.abc import Callable

from midwatch.evals.lab_bench.results import Settled, Upset
from midwatch.evals.peak import peak
from midwatch.lab.apps.generated import generate
from midwatch.lab.cluster import Cluster, new_cluster, roll_out
from midwatch.lab.core.kinds import DEPLOYMENT, POD
from midwatch.lab.core.objects import Obj, condition_of, spec, uid_of, with_meta
from midwatch.lab.world.disturbances import NodeDown

_START = 1_795_000_000.0
_REPLICAS, _PER_NODE = 100, 50
_LIMIT = 3600.0


def settle(pods: int) -> tuple[Cluster, Settled]:
    """`pods` pods in Deployments of a hundred, on nodes of fifty; no traffic flows, nothing is scraped."""
    began, cpu = time.perf_counter(), time.process_time()
    services = max(4, pods // _REPLICAS)
    app = generate(services, pods // services)
    cluster = new_cluster(_START, workers=max(app.workers, pods // _PER_NODE), quiet=True)
    cluster.run(60.0)
    roll_out(cluster, app)
    simulated = cluster.settle(_LIMIT)
    nodes = cluster.env.store.count(cluster.env.kinds.by_kind("v1", "Node") or POD)
    spent = time.perf_counter() - began, time.process_time() - cpu
    return cluster, Settled(
        len(_pods(cluster)), nodes, _ready(cluster), cluster.env.store.revision, *spent, simulated, peak()
    )


def lose_node(cluster: Cluster) -> Upset:
    """A node loses power: its pods are evicted after five minutes, and replaced elsewhere."""
    return _upset(cluster, "a node lost", lambda: cluster.env.world.disturb(NodeDown("worker-1")), 420.0)


def release(cluster: Cluster) -> Upset:
    """One Deployment is given another template."""
    registry, old = cluster.env.registry, cluster.env.store.list(DEPLOYMENT, "generated")[0]
    template: Obj = with_meta(spec(old)["template"], annotations={"release": "next"})
    new = {**old, "spec": {**spec(old), "template": template}}
    return _upset(cluster, "a Deployment released", lambda: registry.update(DEPLOYMENT, new), 5.0)


def _upset(cluster: Cluster, what: str, change: Callable[[], object], least: float) -> Upset:
    before, began, start = set(map(uid_of, _pods(cluster))), time.perf_counter(), cluster.env.clock.now
    change()
    cluster.run(least)
    took = cluster.settle(_LIMIT)
    replaced = len(set(map(uid_of, _pods(cluster))) - before)
    simulated = cluster.env.clock.now - start if not took else least + took
    return Upset(what, replaced, _ready(cluster), time.perf_counter() - began, simulated)


def _pods(cluster: Cluster) -> list[Obj]:
    return cluster.env.store.list(POD)


def _ready(cluster: Cluster) -> int:
    found = (condition_of(each, "Ready") for each in _pods(cluster))
    return sum(each is not None and each["status"] == "True" for each in found)
