"""Which Services the specs of workloads name: by address variables, Ingress backends and `serviceName`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import ConfigMap, Namespace
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import Ingress, IngressBackend
from midwatch.domain.kube.pods import Container, Pod, PodSpec
from midwatch.domain.kube.workloads import CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref

_MAX_VALUE = 512
_HOST = r"([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)"
_WITH_PORT = re.compile(rf"(?:^|[/@,;\s='\"]){_HOST}:[0-9]{{2,5}}(?![0-9.])")
_WITH_SCHEME = re.compile(rf"://(?:[^/@\s]{{0,128}}@)?{_HOST}")
_PLAIN = re.compile(rf"^{_HOST}$")
_NAMES = ("ADDR", "ADDRESS", "HOST", "HOSTNAME", "SERVER", "ENDPOINT", "URL", "URI", "SERVICE")


@dataclass(frozen=True, slots=True)
class ServiceReference:
    """`holder` names the Service `namespace/name` at `path` with the text `value`."""

    holder: KubeObject
    namespace: str
    name: str
    path: str
    value: str


def service_references(inventory: Inventory) -> Iterator[ServiceReference]:
    """Every Service that something names in its spec, whether or not it exists."""
    spaces = {each.name for each in inventory.all(Namespace)}
    for holder, spec in pod_specs(inventory):
        yield from _of_variables(holder, spec, spaces)
    for each in inventory.all(StatefulSet):
        if each.spec.service_name:
            name = each.spec.service_name
            yield ServiceReference(each, each.namespace, name, ".spec.serviceName", name)
    for each in inventory.all(Ingress):
        for path, backend in _backends(each):
            if backend.service is not None and backend.service.name:
                yield ServiceReference(each, each.namespace, backend.service.name, path, backend.service.name)
    for each in inventory.all(ConfigMap):
        for key, value in each.data.items():
            yield from _of_text(each, f".data.{key}", key, value, spaces)


def pod_specs(inventory: Inventory) -> Iterator[tuple[KubeObject, PodSpec]]:
    """The pod template of each top workload, and the spec of each bare pod."""
    for each in (
        *inventory.all(Deployment),
        *inventory.all(StatefulSet),
        *inventory.all(DaemonSet),
        *inventory.all(ReplicaSet),
        *inventory.all(Job),
    ):
        if not each.metadata.owner_references:
            yield each, _known_spec(inventory, each.ref, each.spec.template.spec)
    for each in inventory.all(CronJob):
        yield each, each.spec.job_template.spec.template.spec
    for each in inventory.all(Pod):
        if not each.metadata.owner_references:
            yield each, each.spec


def _known_spec(inventory: Inventory, workload: Ref, spec: PodSpec) -> PodSpec:
    """Its template, else (a partly known workload) the spec of one of its pods."""
    pods = () if spec.containers else inventory.pods_by_workload.get(workload, ())
    return pods[0].spec if pods else spec


def _of_variables(holder: KubeObject, spec: PodSpec, spaces: set[str]) -> Iterator[ServiceReference]:
    containers: tuple[Container, ...] = (*spec.containers, *spec.init_containers)
    for container in containers:
        for each in container.env:
            if each.value:
                path = f".spec.containers[{container.name}].env[{each.name}]"
                yield from _of_text(holder, path, each.name, each.value, spaces)


def _of_text(holder: KubeObject, path: str, key: str, value: str, spaces: set[str]) -> Iterator[ServiceReference]:
    if len(value) > _MAX_VALUE:
        return
    hosts = [*_WITH_PORT.findall(value), *_WITH_SCHEME.findall(value)]
    if not hosts and key.upper().replace("-", "_").rpartition("_")[2] in _NAMES:
        hosts = _PLAIN.findall(value)
    for host in dict.fromkeys(map(str, hosts)):
        found = service_of(host, holder.namespace, spaces)
        if found is not None:
            yield ServiceReference(holder, *found, path, value)


def service_of(host: str, namespace: str, spaces: set[str]) -> tuple[str, str] | None:
    """(namespace, name) of the Service that a host name stands for inside the cluster, if it can be one."""
    name, *rest = host.split(".")
    if not name or name == "localhost" or name.isdigit():
        return None
    if not rest:
        return namespace, name
    if rest[0] in spaces if len(rest) == 1 else rest[1] == "svc":
        return rest[0], name
    return None


def _backends(found: Ingress) -> Iterator[tuple[str, IngressBackend]]:
    if found.spec.default_backend is not None:
        yield ".spec.defaultBackend", found.spec.default_backend
    for number, rule in enumerate(found.spec.rules):
        for at, path in enumerate(rule.http.paths if rule.http else ()):
            yield f".spec.rules[{number}].http.paths[{at}].backend", path.backend
