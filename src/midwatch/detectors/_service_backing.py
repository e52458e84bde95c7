"""Whether a Service that the API server calls (a webhook, an aggregated API) has somebody behind it."""

from __future__ import annotations

from enum import Enum, auto

from midwatch.detectors.common import condition
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Endpoints, EndpointSlice, Service
from midwatch.domain.kube.pods import Pod


class Backing(Enum):
    """What stands behind a Service port."""

    READY = auto()
    UNKNOWN = auto()
    MISSING = auto()
    NO_PORT = auto()
    NO_ENDPOINTS = auto()


def backing(inventory: Inventory, namespace: str, name: str, port: int) -> Backing:
    """What stands behind port `port` of a Service, as far as the survey knows."""
    service = inventory.get(Service, namespace, name)
    if service is None:
        return Backing.MISSING if name and inventory.knows(Service, namespace) else Backing.UNKNOWN
    if service.spec.ports and all(each.port != port for each in service.spec.ports):
        return Backing.NO_PORT
    if service.spec.type == "ExternalName":
        return Backing.UNKNOWN
    ready = _has_ready(inventory, service)
    if ready is None:
        return Backing.UNKNOWN
    return Backing.READY if ready else Backing.NO_ENDPOINTS


def _has_ready(inventory: Inventory, service: Service) -> bool | None:
    """From the endpoints where they were read, else from the pods that the Service selects."""
    if inventory.knows(EndpointSlice, service.namespace) and inventory.all(EndpointSlice):
        return _in_slices(inventory, service)
    if inventory.knows(Endpoints, service.namespace) and inventory.all(Endpoints):
        found = inventory.get(Endpoints, service.namespace, service.name)
        return found is not None and any(each.addresses for each in found.subsets)
    if not service.spec.selector or not inventory.knows(Pod, service.namespace):
        return None
    return any(_is_ready(each) for each in inventory.select_labels(service.namespace, service.spec.selector))


def _in_slices(inventory: Inventory, service: Service) -> bool:
    return any(
        each.conditions.ready is not False and each.addresses
        for found in inventory.all(EndpointSlice)
        if found.namespace == service.namespace
        and found.metadata.labels.get("kubernetes.io/service-name") == service.name
        for each in found.endpoints
    )


def _is_ready(pod: Pod) -> bool:
    ready = condition(pod.status.conditions, "Ready")
    return ready is not None and ready.status == "True"
