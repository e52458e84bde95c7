"""Carry a plan out in the simulated cluster, and undo it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.lab.cluster import Cluster
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of, stamp
from midwatch.lab.faults.change import merge
from midwatch.lab.faults.fault import Action, Create, Delete, Disturb, Edit, Plan, Restart, Stop, Tamper

Undo = Callable[[], None]
_SET_BY_SERVER = (
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "deletionTimestamp",
)


@dataclass(frozen=True)
class LabView:
    """What a fault sees of a simulated cluster."""

    cluster: Cluster

    def get(self, ref: Ref) -> Obj | None:
        """One object, or None."""
        return self.cluster.get(*ref)

    def list(self, kind: str, namespace: str = "") -> Sequence[Obj]:
        """All objects of a kind."""
        found = self.cluster.env.kinds.named(kind)
        return self.cluster.env.store.list(found, namespace) if found else []


def strike(cluster: Cluster, plan: Plan) -> list[Undo]:
    """Do what a plan says, in order; returns what undoes it, in the order to be called."""
    undo = [_do(cluster, each) for each in plan.actions]
    return undo[::-1]


def _do(cluster: Cluster, action: Action) -> Undo:
    env = cluster.env
    match action:
        case Edit(ref, change):
            return _edit(cluster, ref, change)
        case Create(obj):
            created = env.registry.create(cluster.kind_of(obj), obj)
            kind = cluster.kind_of(obj)
            return lambda: _gone(cluster, kind, namespace_of(created), name_of(created))
        case Delete(ref, force):
            kind, old = _known(cluster, ref)
            env.registry.delete(kind, ref.namespace, ref.name, grace=0 if force else None)
            return lambda: _again(cluster, kind, old)
        case Disturb(disturbance):
            env.world.disturb(disturbance)
            return lambda: env.world.calm(disturbance)
        case Stop(component):
            env.components.stop(component)
            return lambda: env.components.start(component)
        case Tamper(change, restore):
            change(env.world)
            env.world.touch()
            return lambda: (restore(env.world), env.world.touch())[1]
        case Restart(ref):
            return _edit(cluster, ref, restarted(stamp(env.clock.now)), keep=True)


def restarted(at: str) -> Callable[[Obj], Obj]:
    """What `kubectl rollout restart` writes."""
    marks = {"kubectl.kubernetes.io/restartedAt": at}
    return merge({"spec": {"template": {"metadata": {"annotations": marks}}}})


def _known(cluster: Cluster, ref: Ref) -> tuple[Kind, Obj]:
    kind = cluster.env.kinds.named(ref.kind)
    found = cluster.get(*ref)
    if kind is None or found is None:
        raise UsageError(f"the lab has no {ref}: `midwatch lab faults --targets` lists what can be struck")
    return kind, found


def _edit(cluster: Cluster, ref: Ref, change: Callable[[Obj], Obj], *, keep: bool = False) -> Undo:
    kind, old = _known(cluster, ref)
    cluster.env.registry.update(kind, change(old))

    def undo() -> None:
        now = cluster.get(*ref)
        if now is None or keep:
            return
        kept = {key: meta(now)[key] for key in _SET_BY_SERVER if key in meta(now)}
        head = {**{key: value for key, value in meta(old).items() if key not in _SET_BY_SERVER}, **kept}
        cluster.env.registry.update(kind, {**old, "metadata": head})

    return undo


def _gone(cluster: Cluster, kind: Kind, namespace: str, name: str) -> None:
    if cluster.env.store.get(kind, namespace, name) is not None:
        cluster.env.registry.delete(kind, namespace, name)


def _again(cluster: Cluster, kind: Kind, old: Obj) -> None:
    if cluster.env.store.get(kind, namespace_of(old), name_of(old)) is None:
        head = {key: value for key, value in meta(old).items() if key not in _SET_BY_SERVER}
        cluster.env.registry.create(kind, {**old, "metadata": head})
