"""The scheduler's cache: nodes and the pods on them, brought up to date by watching."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NAMESPACE, NODE, POD
from midwatch.lab.core.objects import Obj, is_deleted, labels_of, name_of, namespace_of, spec, status, uid_of
from midwatch.lab.core.store import Change
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod
from midwatch.lab.scheduler.tallies import Tallies
from midwatch.lab.scheduler.template import Templates


def is_over(pod: Obj) -> bool:
    """Whether a pod has ended and needs no node."""
    return status(pod).get("phase") in ("Succeeded", "Failed")


class Cluster:
    """All nodes and placed pods. `nominated` are pods that wait on a node for their victims to go."""

    def __init__(self, env: Env) -> None:
        self._store = env.store
        self._templates = Templates()
        self.tallies = Tallies(self._namespace_labels)
        self.nodes: dict[str, NodeState] = {}
        self.ready: list[NodeState] = []
        self.nominated: dict[str, dict[str, Pod]] = {}
        self._placed: dict[str, tuple[NodeState, Pod]] = {}
        for each in env.store.list(NODE):
            self._see_node(each)
        for each in env.store.list(POD):
            self._see_pod(each)

    def observe(self, change: Change) -> None:
        """Follow one change of a node, pod or namespace."""
        if change.kind is POD:
            if change.type == "DELETED":
                self.remove(uid_of(change.new))
            elif change.old is None or _matters(change.old, change.new):
                self._see_pod(change.new)
        elif change.kind is NODE:
            self._observe_node(change)
        elif (
            change.kind is NAMESPACE and change.old is not None and labels_of(change.old) != labels_of(change.new)
        ):
            self.tallies.recount()

    def pod(self, obj: Obj) -> Pod:
        """A pod, decoded."""
        kin = self.tallies.kin(namespace_of(obj), labels_of(obj))
        return Pod(obj, self._templates.of(obj), kin, is_deleted(obj))

    def node(self, name: str) -> NodeState:
        """A node; made when only a pod speaks of it."""
        known = self.nodes.get(name)
        if known is None:
            known = self.nodes[name] = NodeState(name)
        return known

    def place(self, pod: Pod, node: str) -> None:
        """Count a pod on a node."""
        self.remove(pod.uid)
        state = self.node(node)
        state.add(pod)
        self._placed[pod.uid] = (state, pod)
        self._tally(pod, node, 1)

    def remove(self, uid: str) -> None:
        """Count a pod nowhere."""
        found = self._placed.pop(uid, None)
        if found is not None:
            state, pod = found
            state.add(pod, -1)
            self._tally(pod, state.name, -1)

    @contextmanager
    def without(self, pods: list[Pod], node: NodeState) -> Generator[None]:
        """As if some pods of a node were gone."""
        for each in pods:
            self.remove(each.uid)
        try:
            yield
        finally:
            for each in pods:
                self.place(each, node.name)

    def nominate(self, pod: Pod, node: str) -> None:
        """A pod waits for room on a node."""
        self.forget_nomination(pod.uid)
        self.nominated.setdefault(node, {})[pod.uid] = pod

    def forget_nomination(self, uid: str) -> None:
        """It does so no longer."""
        for name in [name for name, waiting in self.nominated.items() if uid in waiting]:
            del self.nominated[name][uid]
            if not self.nominated[name]:
                del self.nominated[name]

    def _tally(self, pod: Pod, node: str, amount: int) -> None:
        kin = self.tallies.current(pod.kin)
        self.tallies.place(kin, node, pod.template.anti_affinity, amount, leaving=pod.leaving)

    def _see_pod(self, obj: Obj) -> None:
        node = spec(obj).get("nodeName")
        if not node:
            return
        if is_over(obj):
            self.remove(uid_of(obj))
        else:
            self.place(self.pod(obj), node)

    def _observe_node(self, change: Change) -> None:
        name = name_of(change.new)
        if change.type == "DELETED":
            state = self.nodes[name]
            state.describe(None)
            self.ready = [each for each in self.ready if each is not state]
            if not state.pods:
                del self.nodes[name]
        elif change.old is None or node_differs(change.old, change.new):
            self._see_node(change.new)

    def _see_node(self, obj: Obj) -> None:
        state = self.node(name_of(obj))
        if state.obj is None:
            self.ready.append(state)
        state.describe(obj)

    def _namespace_labels(self, namespace: str) -> Mapping[str, str]:
        return labels_of(self._store.get(NAMESPACE, "", namespace) or {})


def _matters(old: Obj, new: Obj) -> bool:
    if old.get("spec") is not new.get("spec") and old.get("spec") != new.get("spec"):
        return True
    if is_over(old) != is_over(new) or is_deleted(old) != is_deleted(new):
        return True
    return labels_of(old) != labels_of(new)


def node_differs(old: Obj, new: Obj) -> bool:
    """Whether a node changed in what scheduling looks at."""
    return (
        old.get("spec") != new.get("spec")
        or labels_of(old) != labels_of(new)
        or status(old).get("allocatable") != status(new).get("allocatable")
    )
