"""Gives each node its range of pod addresses.

Source: kubernetes/pkg/controller/nodeipam/ipam/range_allocator.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.objects import name_of, spec, with_spec
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
_FIRST, _MOST = 244, 1024  # --cluster-cidr 10.244.0.0/14, --node-cidr-mask-size 24
_USER = controller_user("node-controller")


class NodeRanges:
    """Allocates 10.244.0.0/24, 10.244.1.0/24 and so on."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._taken: dict[str, str] = {}
        self._work = WorkQueue[str](env.clock, env.components, COMPONENT, "node range", self._sync)
        for each in env.store.list(NODE):
            self._note(Change("ADDED", NODE, each, None, 0))
        env.store.watch(self._note, NODE)

    def _note(self, change: Change) -> None:
        name, held = name_of(change.new), spec(change.new).get("podCIDR")
        if change.type == "DELETED":
            if held:
                self._taken.pop(held, None)
        elif held:
            self._taken[held] = name
        elif change.old is None:
            self._work.add(name)

    def _sync(self, name: str) -> None:
        node = self._env.store.get(NODE, "", name)
        if node is None or spec(node).get("podCIDR"):
            return
        ranges = (f"10.{_FIRST + number // 256}.{number % 256}.0/24" for number in range(_MOST))
        free = next((each for each in ranges if each not in self._taken), None)
        if free is None:
            message = f"Node {name} status is now: CIDRNotAvailable"
            self._env.recorder.event(node, "Normal", "CIDRNotAvailable", message, component="cidrAllocator")
            return
        self._env.registry.update(NODE, with_spec(node, podCIDR=free, podCIDRs=[free]), user=_USER)
