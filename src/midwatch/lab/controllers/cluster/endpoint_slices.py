"""The EndpointSlice controller. Source: kubernetes/pkg/controller/endpointslice/endpointslice_controller.go."""

from __future__ import annotations

from midwatch.lab.controllers.cluster.endpoint import Ports, differs, endpoint, is_endpoint, ports_of
from midwatch.lab.controllers.cluster.pods_by_label import PodsByLabel
from midwatch.lab.controllers.cluster.selecting import Selecting
from midwatch.lab.controllers.cluster.slices import NAME_LABEL, managed, plan
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import ENDPOINT_SLICE, POD, SERVICE
from midwatch.lab.core.objects import Obj, is_deleted, labels_of, name_of, namespace_of, spec
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
BATCH = 1.0
"""Seconds that changes of pods are gathered (endpointSliceChangeMinSyncDelay)."""
_USER = controller_user("endpointslice-controller")


class EndpointSlices:
    """Keeps the slices of every Service that has a selector."""

    def __init__(self, env: Env, pods: PodsByLabel, services: Selecting) -> None:
        self._env = env
        self._pods = pods
        self._services = services
        self._slices: dict[tuple[str, str], dict[str, None]] = {}
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "endpointslice", self._sync)
        for each in env.store.list(ENDPOINT_SLICE):
            self._index(each)
        for each in env.store.list(SERVICE):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe_service, SERVICE)
        env.store.watch(self._observe_pod, POD)
        env.store.watch(self._observe_slice, ENDPOINT_SLICE)

    def _observe_service(self, change: Change) -> None:
        if (
            change.old is None
            or spec(change.old) != spec(change.new)
            or labels_of(change.old) != labels_of(change.new)
        ):
            self._work.add((namespace_of(change.new), name_of(change.new)))

    def _observe_pod(self, change: Change) -> None:
        if change.type == "MODIFIED" and change.old is not None and not differs(change.old, change.new):
            return
        for pod in (change.new, change.old):
            if pod is not None:
                for name in self._services.of(pod):
                    self._work.add((namespace_of(pod), name), BATCH)

    def _observe_slice(self, change: Change) -> None:
        key = namespace_of(change.new), labels_of(change.new).get(NAME_LABEL, "")
        if change.type == "DELETED":
            self._slices.get(key, {}).pop(name_of(change.new), None)
            self._work.add(key, BATCH)
        else:
            self._index(change.new)

    def _index(self, piece: Obj) -> None:
        key = namespace_of(piece), labels_of(piece).get(NAME_LABEL, "")
        self._slices.setdefault(key, {})[name_of(piece)] = None

    def _sync(self, key: tuple[str, str]) -> None:
        service = self._env.store.get(SERVICE, *key)
        if service is None or is_deleted(service):
            self._slices.pop(key, None)
            return
        if spec(service).get("type") == "ExternalName" or not spec(service).get("selector"):
            return
        found = [self._env.store.get(ENDPOINT_SLICE, key[0], name) for name in self._slices.get(key, {})]
        self._apply(service, managed(each for each in found if each is not None))

    def _apply(self, service: Obj, have: list[Obj]) -> None:
        registry = self._env.registry
        steps = plan(service, self._wanted(service), have)
        for each in steps.update:
            registry.update(ENDPOINT_SLICE, each, user=_USER)
        for each in steps.create:
            registry.create(ENDPOINT_SLICE, each, user=_USER)
        for each in steps.delete:
            registry.delete(ENDPOINT_SLICE, namespace_of(each), name_of(each), user=_USER)

    def _wanted(self, service: Obj) -> dict[Ports, list[Obj]]:
        found: dict[Ports, list[Obj]] = {}
        selector = self._services.selector(namespace_of(service), name_of(service))
        if selector is None:
            return found
        for pod in self._pods.select(namespace_of(service), selector):
            if is_endpoint(pod, leaving=True):
                found.setdefault(ports_of(pod, service), []).append(endpoint(self._env.store, pod, service))
        return found
