"""The scheduler's loop: one pod at a time, through filters, scores, preemption and binding.

Source: kubernetes/pkg/scheduler/{scheduler,schedule_one,eventhandlers}.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CSI_NODE, NAMESPACE, NODE, POD, PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of, spec, status, uid_of
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.store import Change
from midwatch.lab.scheduler import fit_error
from midwatch.lab.scheduler.changes import NO_NODES, helps
from midwatch.lab.scheduler.cluster import Cluster, is_over
from midwatch.lab.scheduler.cycle import Cycle, Outcome, find
from midwatch.lab.scheduler.preemption import Candidate, Preemption
from midwatch.lab.scheduler.queue import Entry, SchedulingQueue
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.scoring import best
from midwatch.lab.scheduler.volume_binding import VolumeBinding
from midwatch.lab.scheduler.volume_filter import Claims, prefilter
from midwatch.lab.scheduler.writing import SOURCE, Writing

COMPONENT = "kube-scheduler"
_PACE = 0.004
"""Seconds of simulated time that placing one pod takes: some 250 pods a second."""
_NEXT = "next"


class Scheduler:
    """Places the pods that ask for `default-scheduler`."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._random = env.clock.random(COMPONENT)
        self._start = 0
        self._work = WorkQueue[str](env.clock, env.components, COMPONENT, "schedule", self._turn)
        self._queue = SchedulingQueue(env.clock, lambda: self._work.add(_NEXT, _PACE))
        self._cluster = Cluster(env)
        self._writing = Writing(env)
        self._preemption = Preemption(env.store, self._cluster)
        self._volumes = VolumeBinding(env, COMPONENT, self._writing, self._bound, self._unbound)
        for each in env.store.list(POD):
            self._note(each)
        env.store.watch(self._observe, POD, NODE, NAMESPACE, PVC, PV, STORAGE_CLASS, CSI_NODE)

    def _observe(self, change: Change) -> None:
        self._cluster.observe(change)
        if change.kind is PVC:
            self._volumes.observe(namespace_of(change.new), name_of(change.new))
        if change.kind is POD:
            self._observe_pod(change)
        plugins = helps(change)
        if plugins:
            self._queue.move(plugins)

    def _observe_pod(self, change: Change) -> None:
        uid = uid_of(change.new)
        if change.type == "DELETED" or spec(change.new).get("nodeName"):
            self._queue.remove(uid)
            self._cluster.forget_nomination(uid)
            self._volumes.forget(uid)
            return
        if change.old is None or spec(change.old) != spec(change.new):
            self._note(change.new)
            self._queue.activate(uid)

    def _note(self, obj: Obj) -> None:
        """A pod without a node: queue it, unless it is not ours or not yet to be placed."""
        body = spec(obj)
        if body.get("nodeName") or is_over(obj) or (body.get("schedulerName") or SOURCE) != SOURCE:
            return
        if body.get("schedulingGates"):
            self._work.add(f"{namespace_of(obj)}/{name_of(obj)}")
            return
        if uid_of(obj) in self._queue or is_deleted(obj):
            return
        entry = Entry(
            uid_of(obj), namespace_of(obj), name_of(obj), int(body.get("priority") or 0), self._env.clock.now
        )
        self._queue.add(entry)

    def _turn(self, key: str) -> None:
        if key != _NEXT:
            self._gate(key)
            return
        entry = self._queue.pop()
        if self._queue:
            self._work.add(_NEXT, _PACE)
        if entry is not None:
            self._schedule(entry)

    def _gate(self, key: str) -> None:
        namespace, _, name = key.partition("/")
        obj = self._env.store.get(POD, namespace, name)
        if obj is not None and spec(obj).get("schedulingGates"):
            self._writing.gated(obj)

    def _schedule(self, entry: Entry) -> None:
        obj = self._env.store.get(POD, entry.namespace, entry.name)
        if obj is None or uid_of(obj) != entry.uid or is_deleted(obj) or spec(obj).get("nodeName"):
            self._queue.remove(entry.uid)
            return
        pod = self._cluster.pod(obj)
        if not self._cluster.ready:
            self._fail(entry, pod, fit_error.NO_NODES, frozenset({NO_NODES}))
            return
        claims = prefilter(self._env.store, self._cluster, pod)
        if isinstance(claims, Rejection):
            # The plugin for dynamic resources has no state of this pod then, and says just so.
            message = fit_error.prefilter_error(len(self._cluster.ready), claims.reasons[0], "not found")
            self._fail(entry, pod, message, frozenset({claims.plugin}))
            return
        cycle = Cycle(self._env.store, self._cluster, pod, claims)
        outcome = self._find(cycle, pod)
        if outcome.feasible:
            node = best(self._cluster, pod, outcome.feasible, self._random)
            self._cluster.place(pod, node.name)
            self._volumes.bind(entry, pod, node, claims)
        else:
            self._preempt(entry, pod, claims, outcome)

    def _find(self, cycle: Cycle, pod: Pod) -> Outcome:
        """The nominated node alone, when it does; else go round."""
        nominated = self._cluster.nodes.get(status(pod.obj).get("nominatedNodeName") or "")
        if nominated is not None and nominated.obj is not None and cycle.reject(nominated) is None:
            return Outcome([nominated])
        outcome = find(cycle, pod, self._cluster.ready, self._start)
        self._start = (self._start + outcome.looked_at) % len(self._cluster.ready)
        return outcome

    def _preempt(self, entry: Entry, pod: Pod, claims: Claims, outcome: Outcome) -> None:
        found = self._preemption.find(pod, claims, outcome.rejected)
        plugins = frozenset(each.plugin for each in outcome.rejected.values())
        total = len(self._cluster.ready)
        if isinstance(found, Candidate):
            message = fit_error.fit_error(total, outcome.rejected.values())
            self._cluster.nominate(pod, found.node.name)
            self._fail(entry, pod, message, plugins, nominated=found.node.name)
            for victim in found.victims:
                self._writing.preempt(victim, pod, found.node.name)
            return
        waits = "terminating pod" in found
        if not waits:
            self._cluster.forget_nomination(pod.uid)
        message = fit_error.fit_error(total, outcome.rejected.values(), found)
        self._fail(entry, pod, message, plugins, nominated=None if waits else "")

    def _fail(
        self, entry: Entry, pod: Pod, message: str, plugins: frozenset[str], *, nominated: str | None = None
    ) -> None:
        self._queue.fail(entry, plugins)
        self._writing.failed(pod, message, nominated=nominated)

    def _bound(self, entry: Entry, pod: Pod, node: str) -> None:
        """All volumes are there: bind the pod."""
        if not self._writing.bind(pod, node):
            self._cluster.remove(pod.uid)
            self._queue.remove(entry.uid)

    def _unbound(self, entry: Entry, pod: Pod, message: str) -> None:
        """Its volumes cannot be had: start over after the back-off."""
        self._cluster.remove(pod.uid)
        self._queue.fail(entry, frozenset())
        self._writing.failed(pod, message, reason="SchedulerError")


def install(env: Env) -> Scheduler:
    """Run the scheduler of a cluster."""
    return Scheduler(env)
