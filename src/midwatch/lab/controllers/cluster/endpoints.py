"""The controller of the older Endpoints objects.

Source: kubernetes/pkg/controller/endpoint/endpoints_controller.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.cluster.endpoint import (
    differs,
    hostname,
    is_endpoint,
    is_ready,
    port_objects,
    ports_of,
    reference,
)
from midwatch.lab.controllers.cluster.pods_by_label import PodsByLabel
from midwatch.lab.controllers.cluster.selecting import Selecting
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import ENDPOINTS, POD, SERVICE
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, parts, spec, status
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
_BATCH = 1.0
_MOST = 1000  # maxCapacity
_USER = controller_user("endpoint-controller")
_MANAGED = {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}


class EndpointsController:
    """Keeps one Endpoints object for every Service that has a selector."""

    def __init__(self, env: Env, pods: PodsByLabel, services: Selecting) -> None:
        self._env = env
        self._pods = pods
        self._services = services
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "endpoints", self._sync)
        for each in env.store.list(SERVICE):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe_service, SERVICE)
        env.store.watch(self._observe_pod, POD)

    def _observe_service(self, change: Change) -> None:
        if change.old is None or change.type == "DELETED" or spec(change.old) != spec(change.new):
            self._work.add((namespace_of(change.new), name_of(change.new)))

    def _observe_pod(self, change: Change) -> None:
        if change.type == "MODIFIED" and change.old is not None and not differs(change.old, change.new):
            return
        for pod in (change.new, change.old):
            if pod is not None:
                for name in self._services.of(pod):
                    self._work.add((namespace_of(pod), name), _BATCH)

    def _sync(self, key: tuple[str, str]) -> None:
        service = self._env.store.get(SERVICE, *key)
        old = self._env.store.get(ENDPOINTS, *key)
        if service is None:
            if old is not None and labels_of(old).items() >= _MANAGED.items():
                self._env.registry.delete(ENDPOINTS, *key, user=_USER)
            return
        if spec(service).get("type") == "ExternalName" or not spec(service).get("selector"):
            return
        labels = {**labels_of(service), **_MANAGED}
        if spec(service).get("clusterIP") == "None":
            labels["service.kubernetes.io/headless"] = ""
        head: Obj = {"name": key[1], "namespace": key[0], "labels": labels}
        new: Obj = {"metadata": head, "subsets": self._subsets(service)}
        if old is None:
            self._env.registry.create(ENDPOINTS, new, user=_USER)
        elif parts(old, "subsets") != new["subsets"] or labels_of(old) != labels:
            self._env.registry.update(ENDPOINTS, new, user=_USER)

    def _subsets(self, service: Obj) -> list[Obj]:
        """Addresses grouped by the ports they have; those with none of a Service's ports are left out."""
        groups: dict[str, Obj] = {}
        everybody = bool(spec(service).get("publishNotReadyAddresses"))
        selector = self._services.selector(namespace_of(service), name_of(service))
        pods = self._pods.select(namespace_of(service), selector) if selector is not None else []
        usable = [each for each in pods if is_endpoint(each, leaving=everybody)]
        for pod in usable[:_MOST]:
            ports = ports_of(pod, service)
            if not ports and parts(spec(service), "ports"):
                continue
            subset = groups.setdefault(str(ports), {"addresses": [], "notReadyAddresses": []})
            if ports:
                subset["ports"] = port_objects(ports)
            chosen = "addresses" if everybody or is_ready(pod) else "notReadyAddresses"
            subset[chosen].append(_address(pod, service))
        return [_tidy(groups[key]) for key in sorted(groups)]


def _address(pod: Obj, service: Obj) -> Obj:
    found: Obj = {"ip": status(pod)["podIP"], "targetRef": reference(pod)}
    host = hostname(pod, service)
    if host:
        found["hostname"] = host
    node = spec(pod).get("nodeName")
    return {**found, "nodeName": node} if node else found


def _tidy(subset: Obj) -> Obj:
    found: Obj = {}
    for name in ("addresses", "notReadyAddresses"):
        if subset[name]:
            found[name] = sorted(subset[name], key=lambda each: each["ip"])
    return {**found, "ports": subset["ports"]} if "ports" in subset else found
