"""APIService objects: one for each group and version that is served, and whether those served elsewhere answer.

Source: kube-aggregator/pkg/controllers/{autoregister,status/local,status/remote},
kubernetes/pkg/controlplane/apiserver/aggregator.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import API_SERVICE, CRD, ENDPOINT_SLICE, SERVICE, Kind
from midwatch.lab.core.objects import (
    Obj,
    labels_of,
    name_of,
    namespace_of,
    part,
    set_condition,
    spec,
    status,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-apiserver"
_USER = controller_user("kube-aggregator")
_MANAGED = "kube-aggregator.kubernetes.io/automanaged"
_SERVERS = frozenset({"metrics-server"})
_RESYNC = 30.0  # the availability controller's resync
_PASSED: Obj = {"type": "Available", "status": "True", "reason": "Passed", "message": "all checks passed"}
_LOCAL: Obj = {
    "type": "Available",
    "status": "True",
    "reason": "Local",
    "message": "Local APIServices are always available",
}


class ApiServices:
    """Keeps those of served types, and the condition `Available` of all."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._services = WorkQueue[str](env.clock, env.components, COMPONENT, "apiservice", self._check)
        self._groups = WorkQueue[str](
            env.clock, env.components, COMPONENT, "apiservice-registration", self._register
        )
        env.store.watch(self._service_changed, API_SERVICE)
        env.store.watch(self._backend_changed, SERVICE, ENDPOINT_SLICE)
        env.store.watch(self._definition_changed, CRD)
        env.clock.every(_RESYNC, self._resync)
        self._groups.add("")
        for each in env.store.list(API_SERVICE):
            self._services.add(name_of(each))

    def _service_changed(self, change: Change) -> None:
        self._services.add(name_of(change.new))
        if change.type == "DELETED":
            self._groups.add("")

    def _definition_changed(self, _: Change) -> None:
        self._groups.add("", 1.0)

    def _backend_changed(self, change: Change) -> None:
        if change.kind is SERVICE:
            name = name_of(change.new)
        else:
            name = labels_of(change.new).get("kubernetes.io/service-name", "")
        where = namespace_of(change.new), name
        for each in self._env.store.list(API_SERVICE):
            target: Obj | None = spec(each).get("service")
            if target and (target.get("namespace"), target.get("name")) == where:
                self._services.add(name_of(each))

    def _register(self, _: str) -> None:
        """Create what is missing and delete what is no longer served; the first refusal is raised at the end."""
        wanted = {f"{each.version}.{each.group}": each for each in self._env.kinds}
        refused: list[ApiError] = []
        for name, kind in wanted.items():
            if self._env.store.get(API_SERVICE, "", name) is None:
                try:
                    self._env.registry.create(API_SERVICE, _local(name, kind), user=_USER)
                except ApiError as error:
                    refused.append(error)
        for each in self._env.store.list(API_SERVICE):
            if _MANAGED in labels_of(each) and name_of(each) not in wanted:
                self._env.registry.delete(API_SERVICE, "", name_of(each), user=_USER)
        if refused:
            raise refused[0]

    def _check(self, name: str) -> None:
        found = self._env.store.get(API_SERVICE, "", name)
        if found is None:
            return
        group = f"{spec(found).get('group')}/{spec(found).get('version')}"
        condition = self._condition(group, spec(found).get("service"))
        conditions: Sequence[Obj] = status(found).get("conditions") or ()
        wanted = with_status(found, conditions=set_condition(conditions, condition, self._env.clock.now))
        self._env.registry.update_status(API_SERVICE, wanted)

    def _condition(self, group: str, target: Obj | None) -> Obj:
        if not target:
            return _LOCAL
        namespace, name = target.get("namespace") or "", target.get("name") or ""
        port = int(target.get("port") or 443)
        service = self._env.store.get(SERVICE, namespace, name)
        if service is None:
            return _unavailable("ServiceNotFound", f'service/{name} in "{namespace}" is not present')
        ports: Sequence[Obj] = spec(service).get("ports") or ()
        own = next((each for each in ports if each.get("port") == port), None)
        if own is None:
            why = f'service/{name} in "{namespace}" is not listening on port {port}'
            return _unavailable("ServicePortError", why)
        missing = self._missing(namespace, name, own.get("name") or "")
        if missing is not None:
            return missing
        if name in _SERVERS and not self._env.components.running(name):
            url = f"https://{spec(service).get('clusterIP')}:{port}/apis/{group}"
            dial = f"dial tcp {spec(service).get('clusterIP')}:{port}: connect: connection refused"
            return _unavailable(
                "FailedDiscoveryCheck", f'failing or missing response from {url}: Get "{url}": {dial}'
            )
        return _PASSED

    def _missing(self, namespace: str, name: str, port: str) -> Obj | None:
        """What is wrong with the endpoints; None when some are ready."""
        found = [
            each
            for each in self._env.store.list(ENDPOINT_SLICE, namespace)
            if labels_of(each).get("kubernetes.io/service-name") == name
        ]
        if not found:
            return _unavailable(
                "EndpointsNotFound", f'cannot find endpointslices for service/{name} in "{namespace}"'
            )
        if not any(_has_ready(each) for each in found):
            why = f'endpoints for service/{name} in "{namespace}" have no addresses with port name "{port}"'
            return _unavailable("MissingEndpoints", why)
        return None

    def _resync(self) -> None:
        for each in self._env.store.list(API_SERVICE):
            if spec(each).get("service"):
                self._services.add(name_of(each))


def _has_ready(found: Obj) -> bool:
    endpoints: Sequence[Obj] = found.get("endpoints") or ()
    return any(part(each, "conditions").get("ready") is not False for each in endpoints)


def _local(name: str, kind: Kind) -> Obj:
    managed = "true" if kind.custom else "onstart"
    body = {
        "group": kind.group,
        "version": kind.version,
        "groupPriorityMinimum": 1000 if kind.custom else 18000 if not kind.group else 17000,
        "versionPriority": 100 if kind.custom else 15,
    }
    return {"metadata": {"name": name, "labels": {_MANAGED: managed}}, "spec": body}


def _unavailable(reason: str, message: str) -> Obj:
    return {"type": "Available", "status": "False", "reason": reason, "message": message}
