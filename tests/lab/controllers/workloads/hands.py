"""A cluster in which the workload controllers run, and a kubelet played by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from midwatch.lab.controllers import workloads
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.errors import ApiError, forbidden
from midwatch.lab.core.kinds import DEPLOYMENT, EVENT, NAMESPACE, NODE, POD, Kind
from midwatch.lab.core.objects import (
    Obj,
    is_deleted,
    meta,
    name_of,
    namespace_of,
    set_condition,
    spec,
    stamp,
    status,
    with_spec,
    with_status,
)
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Change
from midwatch.lab.world.world import World

START = 1_760_000_000.0


def cluster(*nodes: str) -> Env:
    """A cluster with the namespace `shop`, these nodes and the workload controllers."""
    env = new_env(World(), START)
    namespace(env, "shop")
    for each in nodes:
        node(env, each)
    workloads.install(env)
    return env


def namespace(env: Env, name: str) -> Obj:
    """Create a namespace as the API server prepares it."""
    return env.registry.create(NAMESPACE, {"metadata": {"name": name}, "spec": {"finalizers": ["kubernetes"]}})


def node(env: Env, name: str, **body: Any) -> Obj:
    """Create a ready node."""
    labels = {"kubernetes.io/hostname": name}
    return env.registry.create(NODE, {"metadata": {"name": name, "labels": labels}, "spec": body})


def template(app: str, **body: Any) -> Obj:
    """A pod template."""
    containers = [{"name": "app", "image": body.pop("image", "registry.example/app:1")}]
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": containers, **body}}


def workload(app: str, *, pod: Obj | None = None, **body: Any) -> Obj:
    """A workload with a selector and a template."""
    selector = {"matchLabels": {"app": app}}
    return {
        "metadata": {"name": app, "namespace": "shop"},
        "spec": {"selector": selector, "template": pod or template(app), **body},
    }


def change(env: Env, kind: Kind, name: str, **body: Any) -> Obj:
    """Change the spec of an object as a user would."""
    return env.registry.update(kind, with_spec(env.store.demand(kind, "shop", name), **body))


def deployment(env: Env, name: str = "cart") -> Obj:
    """One Deployment as it is now."""
    return env.store.demand(DEPLOYMENT, "shop", name)


def events(env: Env, about: str = "") -> list[tuple[str, str, str]]:
    """(type, reason, message) of all events, or of those about one name."""
    return [
        (each["type"], each["reason"], each["message"])
        for each in env.store.list(EVENT)
        if not about or each["involvedObject"]["name"] == about
    ]


def running(env: Env, pod: Obj, *, ready: bool = True, at: str = "") -> None:
    """The kubelet reports a pod as running."""
    now = stamp(env.clock.now)
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    conditions = set_condition(status(pod).get("conditions") or (), condition, env.clock.now)
    env.registry.update_status(POD, with_status(pod, phase="Running", conditions=conditions, startTime=at or now))


def ended(env: Env, pod: Obj, phase: str, code: int = 0) -> None:
    """The kubelet reports a pod as Succeeded or Failed."""
    terminated = {"exitCode": code, "finishedAt": stamp(env.clock.now)}
    containers = [{"name": "app", "restartCount": 0, "state": {"terminated": terminated}}]
    env.registry.update_status(POD, with_status(pod, phase=phase, containerStatuses=containers, conditions=[]))


class HandKubelet:
    """Runs what is created after `delay` seconds, ends what is deleted; a `sick(pod)` does not become ready."""

    def __init__(self, env: Env, sick: Callable[[Obj], bool] = lambda _: False, delay: float = 2.0) -> None:
        self.env = env
        self.sick = sick
        self.delay = delay
        env.store.watch(self._changed, POD)

    def _changed(self, change: Change) -> None:
        pod = change.new
        if change.type == "ADDED":
            self.env.clock.after(self.delay, lambda: self._run(pod))
        elif change.type == "MODIFIED" and is_deleted(pod) and not is_deleted(change.old or {}):
            self.env.clock.after(1.0, lambda: self._end(pod))

    def _run(self, pod: Obj) -> None:
        found = self.env.store.get(POD, namespace_of(pod), name_of(pod))
        if found is None or meta(found)["uid"] != meta(pod)["uid"] or is_deleted(found):
            return
        if not spec(found).get("nodeName"):
            found = self.env.store.replace(POD, with_spec(found, nodeName="n1"))
        running(self.env, found, ready=not self.sick(found))

    def _end(self, pod: Obj) -> None:
        found = self.env.store.get(POD, namespace_of(pod), name_of(pod))
        if found is not None and meta(found)["uid"] == meta(pod)["uid"]:
            self.env.registry.delete(POD, namespace_of(pod), name_of(pod), grace=0)


class Quota:
    """Admission that refuses pods beyond a number, in the words of a ResourceQuota."""

    name = "ResourceQuota"

    def __init__(self, env: Env, limit: int) -> None:
        self.env = env
        self.limit = limit

    def admit(self, request: Request) -> Obj:
        if request.kind is POD and request.operation == "CREATE" and self.env.store.count(POD) >= self.limit:
            raise self.refusal(request.name)
        return request.obj

    def refusal(self, name: str) -> ApiError:
        used = f"requested: pods=1, used: pods={self.limit}, limited: pods={self.limit}"
        return forbidden(POD, name, f"exceeded quota: compute, {used}")
