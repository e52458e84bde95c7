"""A small cluster for the scheduler: nodes, pods, claims."""

from __future__ import annotations

from typing import Any

from midwatch.lab import scheduler
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import EVENT, NAMESPACE, NODE, POD, Kind
from midwatch.lab.core.objects import Obj, condition_of, spec, with_status
from midwatch.lab.world.world import World

START = 1_700_000_000.0


class Lab:
    """A cluster with a scheduler."""

    def __init__(self) -> None:
        self.env: Env = new_env(World(), START)
        self.add(NAMESPACE, "shop")
        scheduler.install(self.env)

    def add(self, kind: Kind, name: str, **rest: Any) -> Obj:
        head: Obj = {"name": name, **rest.pop("meta", {})}
        if kind.namespaced:
            head.setdefault("namespace", "shop")
        state = rest.pop("status", None)
        made = self.env.registry.create(kind, {"metadata": head, **rest})
        return made if state is None else self.env.registry.update_status(kind, with_status(made, **state))

    def node(self, name: str, *, cpu: str = "4", zone: str = "a", **body: Any) -> Obj:
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone, **body.pop("labels", {})}
        extra = body.pop("allocatable", {})
        allocatable = {"cpu": cpu, "memory": "8Gi", "pods": "110", **extra}
        return self.add(NODE, name, meta={"labels": labels}, spec=body, status={"allocatable": allocatable})

    def pod(self, name: str, *, cpu: str = "1", labels: dict[str, str] | None = None, **body: Any) -> Obj:
        container = {"name": "app", "image": "shop/app:1", "resources": {"requests": {"cpu": cpu}}}
        wanted: Obj = {"containers": [container], **body}
        return self.add(POD, name, meta={"labels": labels or {"app": name}}, spec=wanted)

    def run(self, seconds: float = 2.0) -> None:
        self.env.clock.run(seconds)
        assert not self.env.components.crashes

    def where(self, name: str) -> str:
        return spec(self.env.store.demand(POD, "shop", name)).get("nodeName") or ""

    def why(self, name: str) -> str:
        placed = condition_of(self.env.store.demand(POD, "shop", name), "PodScheduled") or {}
        return placed.get("message") or ""

    def events(self, reason: str) -> list[str]:
        return [each["message"] for each in self.env.store.list(EVENT) if each["reason"] == reason]
