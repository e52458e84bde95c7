"""The node lifecycle controller: silent nodes become unknown, sick ones are tainted, their pods are not ready.

Source: kubernetes/pkg/controller/nodelifecycle/node_lifecycle_controller.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.cluster.node_health import (
    NOT_READY,
    UNREACHABLE,
    eviction_taint,
    is_silent,
    readiness,
    scheduling_taints,
    silenced,
)
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE, POD
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    labels_of,
    name_of,
    parts,
    set_condition,
    spec,
    status,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT, SOURCE = "kube-controller-manager", "node-controller"
USER = controller_user("node-controller")
_PERIOD = 5.0  # --node-monitor-period
_RATE, _SLOW_RATE = (
    10.0,
    100.0,
)  # seconds between nodes: --node-eviction-rate 0.1, --secondary-node-eviction-rate 0.01
_UNHEALTHY, _LARGE = 0.55, 50  # --unhealthy-zone-threshold, --large-cluster-size-threshold


class NodeLifecycle:
    """Watches over the nodes."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._known: set[str] = set()
        self._evicted: dict[str, float] = {}
        self._taints = WorkQueue[str](env.clock, env.components, COMPONENT, "node taints", self._taint)
        self._pods = WorkQueue[str](env.clock, env.components, COMPONENT, "node pods", self._mark_pods)
        self._monitor = WorkQueue[str](env.clock, env.components, COMPONENT, "node monitor", self._look)
        for each in env.store.list(NODE):
            self._taints.add(name_of(each))
        env.store.watch(self._observe, NODE)
        env.clock.every(_PERIOD, lambda: self._monitor.add("all", 0.0))

    def _observe(self, change: Change) -> None:
        old, new = change.old, change.new
        if change.type == "DELETED":
            return
        if (
            old is None
            or readiness(old) != readiness(new)
            or spec(old) != spec(new)
            or _conditions(old) != _conditions(new)
        ):
            self._taints.add(name_of(new))
        if readiness(new) != "True" and (old is None or readiness(old) == "True"):
            self._pods.add(name_of(new))

    def _look(self, _: str) -> None:
        """One round over all nodes."""
        nodes = self._env.store.list(NODE)
        now = self._env.clock.now
        self._register(nodes)
        for node in nodes:
            if readiness(node) != "Unknown" and is_silent(self._env.store, node, now):
                self._env.registry.update_status(NODE, silenced(node, now))
        self._evict()

    def _register(self, nodes: list[Obj]) -> None:
        names = {name_of(each) for each in nodes}
        for node in nodes:
            if name_of(node) not in self._known:
                message = f"Node {name_of(node)} event: Registered Node {name_of(node)} in Controller"
                self._event(node, "RegisteredNode", message)
        for name in sorted(self._known - names):
            gone: Obj = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "uid": name}}
            self._event(gone, "RemovingNode", f"Node {name} event: Removing Node {name} from Controller")
        self._known = names

    def _taint(self, name: str) -> None:
        node = self._env.store.get(NODE, "", name)
        if node is None:
            return
        wanted = scheduling_taints(node)
        if readiness(node) == "True":
            wanted = eviction_taint(wanted, None, self._env.clock.now)
        if wanted is not node:
            self._env.registry.update(NODE, wanted, user=USER)

    def _evict(self) -> None:
        """Taint sick nodes so that their pods are evicted: zone by zone, slowly, and not when all is sick."""
        zones: dict[str, list[Obj]] = {}
        for each in self._env.store.list(NODE):
            zones.setdefault(labels_of(each).get("topology.kubernetes.io/zone", ""), []).append(each)
        healthy = {zone: sum(readiness(each) == "True" for each in nodes) for zone, nodes in zones.items()}
        if not any(healthy.values()):
            self._spare(zones)
            return
        for zone, nodes in zones.items():
            self._evict_zone(zone, nodes, healthy[zone])

    def _spare(self, zones: dict[str, list[Obj]]) -> None:
        """No node is ready anywhere: more likely it is the control plane that sees none. Evict nobody."""
        for nodes in zones.values():
            for node in nodes:
                wanted = eviction_taint(node, None, self._env.clock.now)
                if wanted is not node:
                    self._env.registry.update(NODE, wanted, user=USER)

    def _evict_zone(self, zone: str, nodes: list[Obj], healthy: int) -> None:
        now = self._env.clock.now
        for node in nodes:
            wanted = _eviction(node)
            if wanted is None or _has_eviction(node, wanted):
                continue
            switches = _has_eviction(node, NOT_READY) or _has_eviction(node, UNREACHABLE)
            pause = self._pause(len(nodes), healthy)
            if not switches and (pause is None or now < self._evicted.get(zone, 0.0) + pause):
                continue
            if not switches:
                self._evicted[zone] = now
            self._env.registry.update(NODE, eviction_taint(node, wanted, now), user=USER)

    def _pause(self, nodes: int, healthy: int) -> float | None:
        """Seconds between two nodes of a zone; None when evictions stop (ComputeZoneState, ReducedQPSFunc)."""
        sick = nodes - healthy
        if healthy and sick > 2 and sick / nodes >= _UNHEALTHY:
            return _SLOW_RATE if self._env.store.count(NODE) > _LARGE else None
        return _RATE

    def _mark_pods(self, name: str) -> None:
        """Source: kubernetes/pkg/controller/util/node/controller_utils.go (MarkPodsNotReady)."""
        node = self._env.store.get(NODE, "", name)
        if node is None or readiness(node) in ("True", ""):
            return
        self._event(node, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        for pod in self._env.store.pods_on(name):
            ready = condition_of(pod, "Ready")
            if ready is None or ready.get("status") != "True":
                continue
            off = {key: value for key, value in ready.items() if key not in ("reason", "message")}
            conditions = set_condition(
                parts(status(pod), "conditions"), {**off, "status": "False"}, self._env.clock.now
            )
            self._env.registry.update_status(POD, with_status(pod, conditions=conditions))
            self._env.recorder.event(pod, "Warning", "NodeNotReady", "Node is not ready", component=SOURCE)

    def _event(self, node: Obj, reason: str, message: str) -> None:
        self._env.recorder.event(node, "Normal", reason, message, component=SOURCE)


def _conditions(node: Obj) -> list[tuple[str, str]]:
    return [(each["type"], each.get("status", "")) for each in parts(status(node), "conditions")]


def _eviction(node: Obj) -> str | None:
    return {"False": NOT_READY, "Unknown": UNREACHABLE}.get(readiness(node))


def _has_eviction(node: Obj, key: str) -> bool:
    return any(each["key"] == key and each.get("effect") == "NoExecute" for each in parts(spec(node), "taints"))
