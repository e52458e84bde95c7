"""The ingress controller's half of the API: which Ingresses it takes, and their addresses.

Source: ingress-nginx/internal/ingress/controller/store/store.go, internal/ingress/status/status.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import INGRESS, INGRESS_CLASS, NODE, SERVICE
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    name_of,
    namespace_of,
    part,
    parts,
    spec,
    status,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.store import Change

COMPONENT, _SOURCE = "ingress-controller", "nginx-ingress-controller"
_CONTROLLER = "k8s.io/ingress-nginx"
_PERIOD = 60.0
"""Seconds between two updates of the addresses (UpdateInterval)."""


class Ingresses:
    """Takes Ingresses of classes that ingress-nginx serves; others stay as they are."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "ingress", self._sync)
        self._status = WorkQueue[str](env.clock, env.components, COMPONENT, "ingress status", self._publish)
        for each in env.store.list(INGRESS):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe, INGRESS)
        env.clock.every(_PERIOD, lambda: self._status.add("all", 0.0))

    def _observe(self, change: Change) -> None:
        if change.type != "DELETED" and (change.old is None or spec(change.old) != spec(change.new)):
            self._work.add((namespace_of(change.new), name_of(change.new)))

    def _sync(self, key: tuple[str, str]) -> None:
        found = self._env.store.get(INGRESS, *key)
        if found is not None and self._is_ours(found):
            self._env.recorder.event(found, "Normal", "Sync", "Scheduled for sync", component=_SOURCE)

    def _publish(self, _: str) -> None:
        addresses = self._addresses()
        for each in self._env.store.list(INGRESS):
            if self._is_ours(each) and part(status(each), "loadBalancer").get("ingress") != addresses:
                self._env.registry.update_status(INGRESS, with_status(each, loadBalancer={"ingress": addresses}))

    def _is_ours(self, found: Obj) -> bool:
        name = spec(found).get("ingressClassName") or annotations_of(found).get("kubernetes.io/ingress.class")
        classes = self._env.store.list(INGRESS_CLASS)
        if not name:
            return False
        wanted = next((each for each in classes if name_of(each) == name), None)
        return wanted is not None and spec(wanted).get("controller") == _CONTROLLER

    def _addresses(self) -> list[Obj]:
        """Those of the controller's Service, or of the nodes."""
        service = self._env.store.get(SERVICE, "ingress-nginx", "ingress-nginx-controller")
        if service is not None and spec(service).get("type") == "LoadBalancer":
            found = parts(part(status(service), "loadBalancer"), "ingress")
            return [{"ip": each["ip"]} for each in found if each.get("ip")]
        if service is not None and spec(service).get("clusterIP") not in (None, "", "None"):
            return [{"ip": spec(service)["clusterIP"]}]
        nodes = [parts(status(each), "addresses") for each in self._env.store.list(NODE)]
        found = [each["address"] for addresses in nodes for each in addresses if each["type"] == "InternalIP"]
        return [{"ip": each} for each in sorted(found)[:1]]
