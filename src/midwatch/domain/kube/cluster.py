"""Nodes, namespaces, configuration, quota and events (k8s.io/api/core/v1 and small groups)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from midwatch.domain.kube.meta import Condition, KubeObject, LocalReference, ObjectReference, Part, Time
from midwatch.domain.quantity import Quantity


class Taint(Part, frozen=True):
    """Keeps pods away that do not tolerate it."""

    key: str = ""
    value: str = ""
    effect: str = ""
    time_added: Time | None = None


class NodeSpec(Part, frozen=True):
    """Wanted state."""

    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    provider_id: str = msgspec.field(default="", name="providerID")
    pod_cidr: str = msgspec.field(default="", name="podCIDR")


class NodeAddress(Part, frozen=True):
    """An address of a node."""

    type: str = ""
    address: str = ""


class NodeSystemInfo(Part, frozen=True):
    """Versions on a node."""

    kubelet_version: str = ""
    container_runtime_version: str = ""
    architecture: str = ""
    operating_system: str = ""
    kernel_version: str = ""
    os_image: str = ""


class NodeStatus(Part, frozen=True):
    """Observed state."""

    capacity: dict[str, Quantity] = {}
    allocatable: dict[str, Quantity] = {}
    conditions: tuple[Condition, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()
    node_info: NodeSystemInfo = NodeSystemInfo()


class Node(KubeObject, frozen=True):
    """A node."""

    KIND: ClassVar[str] = "Node"
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class NamespaceStatus(Part, frozen=True):
    """Active or Terminating."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()


class NamespaceSpec(Part, frozen=True):
    """Finalizers of the namespace."""

    finalizers: tuple[str, ...] = ()


class Namespace(KubeObject, frozen=True):
    """A namespace."""

    KIND: ClassVar[str] = "Namespace"
    spec: NamespaceSpec = NamespaceSpec()
    status: NamespaceStatus = NamespaceStatus()


class ConfigMap(KubeObject, frozen=True):
    """Configuration. Only the names of binary keys are kept."""

    KIND: ClassVar[str] = "ConfigMap"
    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}
    immutable: bool = False


class Secret(KubeObject, frozen=True):
    """A Secret without values. `keys` is None when a source told nothing about its keys."""

    KIND: ClassVar[str] = "Secret"
    type: str = ""
    keys: tuple[str, ...] | None = None


class ServiceAccount(KubeObject, frozen=True):
    """An identity of pods."""

    KIND: ClassVar[str] = "ServiceAccount"
    image_pull_secrets: tuple[LocalReference, ...] = ()
    automount_service_account_token: bool | None = None


class ScopeRequirement(Part, frozen=True):
    """One scope of a quota; operator In, NotIn, Exists or DoesNotExist."""

    scope_name: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


class ScopeSelector(Part, frozen=True):
    """All scopes must hold."""

    match_expressions: tuple[ScopeRequirement, ...] = ()


class ResourceQuotaSpec(Part, frozen=True):
    """Limits of a namespace, for the objects in its scopes."""

    hard: dict[str, Quantity] = {}
    scopes: tuple[str, ...] = ()
    scope_selector: ScopeSelector | None = None


class ResourceQuotaStatus(Part, frozen=True):
    """Limits and use."""

    hard: dict[str, Quantity] = {}
    used: dict[str, Quantity] = {}


class ResourceQuota(KubeObject, frozen=True):
    """A quota."""

    KIND: ClassVar[str] = "ResourceQuota"
    spec: ResourceQuotaSpec = ResourceQuotaSpec()
    status: ResourceQuotaStatus = ResourceQuotaStatus()


class LimitRangeItem(Part, frozen=True):
    """Bounds for one type (Container, Pod, PersistentVolumeClaim)."""

    type: str = ""
    min: dict[str, Quantity] = {}
    max: dict[str, Quantity] = {}
    default: dict[str, Quantity] = {}
    default_request: dict[str, Quantity] = {}
    max_limit_request_ratio: dict[str, Quantity] = {}


class LimitRangeSpec(Part, frozen=True):
    """Bounds."""

    limits: tuple[LimitRangeItem, ...] = ()


class LimitRange(KubeObject, frozen=True):
    """Bounds for pods and claims of a namespace."""

    KIND: ClassVar[str] = "LimitRange"
    spec: LimitRangeSpec = LimitRangeSpec()


class EventSource(Part, frozen=True):
    """Who wrote an event (legacy field)."""

    component: str = ""
    host: str = ""


class EventSeries(Part, frozen=True):
    """Repeated events of the events.k8s.io API."""

    count: int = 0
    last_observed_time: Time | None = None


class Event(KubeObject, frozen=True):
    """Something that happened to an object. `last_seen` is the newest of the many time fields."""

    KIND: ClassVar[str] = "Event"
    involved_object: ObjectReference = ObjectReference()
    related: ObjectReference | None = None
    reason: str = ""
    message: str = ""
    type: str = ""
    count: int = 0
    action: str = ""
    first_timestamp: Time | None = None
    last_timestamp: Time | None = None
    event_time: Time | None = None
    series: EventSeries | None = None
    source: EventSource = EventSource()
    reporting_component: str = ""

    @property
    def last_seen(self) -> datetime | None:
        """When it was last observed."""
        series = self.series.last_observed_time if self.series else None
        times = [t for t in (series, self.last_timestamp, self.event_time, self.first_timestamp) if t]
        return max(times) if times else self.metadata.creation_timestamp

    @property
    def first_seen(self) -> datetime | None:
        """When it was first observed."""
        times = [t for t in (self.first_timestamp, self.event_time) if t]
        return min(times) if times else self.metadata.creation_timestamp

    @property
    def times_seen(self) -> int:
        """How often it was observed."""
        return max(self.count, self.series.count if self.series else 0, 1)

    @property
    def component(self) -> str:
        """Who reported it (kubelet, default-scheduler, replicaset-controller ...)."""
        return self.reporting_component or self.source.component


class LeaseSpec(Part, frozen=True):
    """Who holds a lease and when it was renewed; duration in seconds."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    renew_time: Time | None = None
    acquire_time: Time | None = None


class Lease(KubeObject, frozen=True):
    """A lease: heartbeats of nodes, leader election of controllers."""

    KIND: ClassVar[str] = "Lease"
    spec: LeaseSpec = LeaseSpec()


class PriorityClass(KubeObject, frozen=True):
    """A priority by name."""

    KIND: ClassVar[str] = "PriorityClass"
    value: int = 0
    global_default: bool = False


class RuntimeClass(KubeObject, frozen=True):
    """A container runtime handler by name."""

    KIND: ClassVar[str] = "RuntimeClass"
    handler: str = ""
