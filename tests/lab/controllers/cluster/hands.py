"""A cluster without kubelets: what they would do is done by hand here."""

from __future__ import annotations

from typing import Any

from midwatch.lab import scheduler
from midwatch.lab.controllers import cluster
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import EVENT, LEASE, NAMESPACE, NODE, POD, Kind
from midwatch.lab.core.objects import Obj, set_condition, spec, stamp, stamp_micro, status, with_status
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.world.programs import Program
from midwatch.lab.world.world import World

START = 1_700_000_000.0


class Lab:
    """Controllers of the cluster level and a scheduler."""

    def __init__(self) -> None:
        self.env: Env = new_env(World(), START)
        for name in ("shop", "kube-system", "kube-node-lease", "ingress-nginx"):
            self.add(NAMESPACE, name)
        cluster.install(self.env)
        scheduler.install(self.env)
        self.silent: set[str] = set()
        self.env.clock.every(10.0, self._renew)

    def add(self, kind: Kind, name: str, **rest: Any) -> Obj:
        head: Obj = {"name": name, **rest.pop("meta", {})}
        if kind.namespaced:
            head.setdefault("namespace", "shop")
        state = rest.pop("status", None)
        made = self.env.registry.create(kind, {"metadata": head, **rest})
        return made if state is None else self.env.registry.update_status(kind, with_status(made, **state))

    def node(self, name: str, zone: str = "a") -> Obj:
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
        ready = {"type": "Ready", "status": "True", "lastHeartbeatTime": stamp(self.env.clock.now)}
        state = {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "conditions": [ready]}
        self.add(LEASE, name, meta={"namespace": "kube-node-lease"}, spec={"renewTime": self._now()})
        return self.add(NODE, name, meta={"labels": labels}, spec={}, status=state)

    def pod(self, name: str, *, app: str = "web", meta: Obj | None = None, **body: Any) -> Obj:
        container = {
            "name": "app",
            "resources": {"requests": {"cpu": "100m"}},
            "ports": [{"name": "http", "containerPort": 8080}],
        }
        head: Obj = {"labels": {"app": app}, **(meta or {})}
        return self.add(POD, name, meta=head, spec={"containers": [container], **body})

    def ready(self, name: str, ip: str, *, ready: bool = True) -> None:
        """What the kubelet says once the containers run."""
        pod = self.get(POD, name)
        wanted = {"type": "Ready", "status": "True" if ready else "False"}
        conditions = set_condition(status(pod).get("conditions") or [], wanted, self.env.clock.now)
        state = {"phase": "Running", "podIP": ip, "startTime": stamp(self.env.clock.now), "conditions": conditions}
        self.env.registry.update_status(POD, with_status(pod, **state))

    def process(self, name: str, *, cpu: float) -> None:
        """A process of the container `app`."""
        pod = self.get(POD, name)
        self.env.runtime.start(
            Process(
                pod["metadata"]["uid"],
                "shop",
                name,
                "app",
                spec(pod)["nodeName"],
                status(pod)["podIP"],
                False,
                {},
                "default",
                "app:1",
                Program("app"),
                {},
                (),
                {},
                self.env.clock.now - 600,
                phase=Phase.RUNNING,
                cpu=cpu,
            )
        )

    def get(self, kind: Kind, name: str) -> Obj:
        return self.env.store.demand(kind, "shop" if kind.namespaced else "", name)

    def run(self, seconds: float = 5.0) -> None:
        self.env.clock.run(seconds)
        assert not self.env.components.crashes

    def events(self, reason: str) -> list[str]:
        return [each["message"] for each in self.env.store.list(EVENT) if each["reason"] == reason]

    def _renew(self) -> None:
        for each in self.env.store.list(LEASE, "kube-node-lease"):
            if each["metadata"]["name"] not in self.silent:
                self.env.store.replace(LEASE, {**each, "spec": {"renewTime": self._now()}})

    def _now(self) -> str:
        return stamp_micro(self.env.clock.now)
