"""What stands behind each Service: selected pods, the ready ones, and the addresses that were recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from midwatch.detectors.common import condition, is_finished
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.networking import Endpoints, EndpointSlice, Service, ServicePort
from midwatch.domain.kube.pods import Pod, PodSpec, PodTemplate
from midwatch.domain.resource import Ref
from midwatch.knowledge.templates import pod_templates

YOUNG = timedelta(minutes=3)
"""Pods may be unready for so long after their creation without anything being wrong."""

_OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
SERVICE_NAME = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Ready and unready addresses that the control plane recorded, and its ports; `whole` unless cut."""

    ready: frozenset[str] = frozenset()
    unready: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()
    port_names: frozenset[str] = frozenset()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Backing:
    """A Service, its selected pods that have not ended, the ready ones of them, and the recorded addresses.

    `samples` has one pod for each controller (ReplicaSet, StatefulSet ...): the pods of one are alike.
    """

    service: Service
    pods: tuple[Pod, ...]
    ready: tuple[Pod, ...]
    samples: tuple[Pod, ...]
    recorded: Recorded | None

    @property
    def ref(self) -> Ref:
        """Identity of the Service."""
        return self.service.ref


def backings(inventory: Inventory) -> Mapping[Ref, Backing]:
    """What stands behind every Service (use with `derive`)."""
    whole = {ref: each for ref, each in _from_endpoints(inventory).items() if each.whole}
    recorded = {**_from_slices(inventory), **whole}
    return {each.ref: _backing(inventory, each, recorded.get(each.ref)) for each in inventory.all(Service)}


def backings_by_pod(inventory: Inventory) -> Mapping[Ref, list[Backing]]:
    """The Services that select each pod (use with `derive`)."""
    index: dict[Ref, list[Backing]] = defaultdict(list)
    for backing in inventory.derive(backings).values():
        for pod in backing.pods:
            index[pod.ref].append(backing)
    return index


def _backing(inventory: Inventory, service: Service, recorded: Recorded | None) -> Backing:
    selected = inventory.select_labels(service.namespace, selector_of(service))
    pods = tuple(each for each in selected if not is_finished(each))
    ready = tuple(each for each in pods if is_ready(each))
    samples = tuple({_controller(each): each for each in (*pods, *ready)}.values())
    return Backing(service, pods, ready, samples, recorded)


def _controller(pod: Pod) -> str:
    owners = pod.metadata.owner_references
    return owners[0].name if owners else pod.name


def selector_of(service: Service) -> Mapping[str, str]:
    """The selector, which an ExternalName ignores."""
    return {} if service.spec.type == "ExternalName" else service.spec.selector


def is_headless(service: Service) -> bool:
    """Whether clients get the addresses of the pods themselves."""
    return service.spec.cluster_ip == "None"


def is_ready(pod: Pod) -> bool:
    """Whether a pod receives traffic; where no condition says so, whether all its containers are ready."""
    if pod.metadata.deletion_timestamp is not None:
        return False
    ready = condition(pod.status.conditions, "Ready")
    if ready is not None:
        return ready.status == "True"
    statuses = pod.status.container_statuses
    return pod.status.phase == "Running" and bool(statuses) and all(each.ready for each in statuses)


def is_young(inventory: Inventory, pod: Pod) -> bool:
    """Whether a pod was made moments ago and nothing has gone wrong in it yet."""
    created = pod.metadata.creation_timestamp
    fresh = created is not None and inventory.now - created < YOUNG
    return fresh and not _in_trouble(pod)


def _in_trouble(pod: Pod) -> bool:
    scheduled = condition(pod.status.conditions, "PodScheduled")
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    waiting = (each.state.waiting.reason for each in statuses if each.state.waiting is not None)
    unscheduled = scheduled is not None and scheduled.status == "False"
    return unscheduled or any(each.restart_count for each in statuses) or any(map(_is_trouble, waiting))


def _is_trouble(reason: str) -> bool:
    return bool(reason) and reason not in ("ContainerCreating", "PodInitializing")


def ailing(inventory: Inventory) -> frozenset[Ref]:
    """Workloads whose processes show a symptom now: a pod that started and is not ready (use with `derive`).

    A pod that was not scheduled or lacks its image says nothing about the services it calls.
    """
    return frozenset(
        ref for ref, pods in inventory.pods_by_workload.items() if any(_ails(inventory, each) for each in pods)
    )


def _ails(inventory: Inventory, pod: Pod) -> bool:
    return not is_finished(pod) and not is_ready(pod) and not is_young(inventory, pod) and _has_started(pod)


def _has_started(pod: Pod) -> bool:
    """Whether a container of the pod runs or has run; where no statuses tell, whether the pod runs."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    if not statuses:
        return pod.status.phase == "Running"
    return any(each.restart_count or each.state.running or each.last_state.terminated for each in statuses)


def serving_containers(spec: PodSpec) -> Iterator[Container]:
    """Containers that may listen: the regular ones and sidecars among the init containers."""
    yield from spec.containers
    yield from (each for each in spec.init_containers if each.restart_policy == "Always")


def unresolved_names(backing: Backing) -> tuple[ServicePort, ...]:
    """Service ports whose target is a name that no selected pod gives to a port: they get no endpoints."""
    wanted = [
        each for each in backing.service.spec.ports if isinstance(each.target_port, str) and each.target_port
    ]
    specs = [pod.spec for pod in backing.samples if pod.spec.containers]
    if not wanted or not specs:
        return ()
    if _resolved(backing):
        return ()
    names = {port.name for spec in specs for each in serving_containers(spec) for port in each.ports}
    return tuple(each for each in wanted if each.target_port not in names)


def _resolved(backing: Backing) -> bool:
    """Whether the control plane found a number for every port: then all names exist, if not in this source."""
    recorded = backing.recorded
    return recorded is not None and bool(recorded.ready) and len(recorded.ports) >= len(backing.service.spec.ports)


def selected_workloads(inventory: Inventory, service: Service) -> list[Ref]:
    """Workloads whose future pods the Service would select, whether they have pods or not."""
    wanted, index = selector_of(service).items(), inventory.derive(_templates_by_label)
    lists = [index.get((service.namespace, *pair), []) for pair in wanted]
    rarest = min(lists, key=len) if lists else []
    return [ref for ref, each in rarest if wanted <= each.metadata.labels.items()]


def _templates_by_label(inventory: Inventory) -> Mapping[tuple[str, str, str], list[tuple[Ref, PodTemplate]]]:
    index: dict[tuple[str, str, str], list[tuple[Ref, PodTemplate]]] = defaultdict(list)
    for ref, template in inventory.derive(pod_templates).items():
        for key, value in template.metadata.labels.items():
            index[ref.namespace, key, value].append((ref, template))
    return index


def templates_by_namespace(inventory: Inventory) -> Mapping[str, list[tuple[Ref, PodTemplate]]]:
    """Workloads with their pod templates by namespace (use with `derive`)."""
    index: dict[str, list[tuple[Ref, PodTemplate]]] = defaultdict(list)
    for ref, template in inventory.derive(pod_templates).items():
        index[ref.namespace].append((ref, template))
    return index


def _from_endpoints(inventory: Inventory) -> dict[Ref, Recorded]:
    return {
        Ref("Service", each.namespace, each.name): Recorded(
            frozenset(address.ip for subset in each.subsets for address in subset.addresses),
            frozenset(address.ip for subset in each.subsets for address in subset.not_ready_addresses),
            frozenset(port.port for subset in each.subsets for port in subset.ports if port.port),
            frozenset(port.name or "" for subset in each.subsets for port in subset.ports if port.port),
            _OVER_CAPACITY not in each.metadata.annotations,
        )
        for each in inventory.all(Endpoints)
    }


def _from_slices(inventory: Inventory) -> dict[Ref, Recorded]:
    groups: dict[Ref, list[EndpointSlice]] = defaultdict(list)
    for each in inventory.all(EndpointSlice):
        name = each.metadata.labels.get(SERVICE_NAME)
        if name:
            groups[Ref("Service", each.namespace, name)].append(each)
    return {service: _of_slices(slices) for service, slices in groups.items()}


def _of_slices(slices: list[EndpointSlice]) -> Recorded:
    ready: set[str] = set()
    unready: set[str] = set()
    for each in slices:
        for endpoint in each.endpoints:
            (unready if endpoint.conditions.ready is False else ready).update(endpoint.addresses)
    ports = [port for each in slices for port in each.ports if port.port]
    numbers = frozenset(port.port for port in ports if port.port)
    return Recorded(frozenset(ready), frozenset(unready), numbers, frozenset(port.name or "" for port in ports))
