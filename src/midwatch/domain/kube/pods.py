"""Pods and their templates (k8s.io/api/core/v1/types.go)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from midwatch.domain.kube.containers import Container, ContainerStatus, SecurityContext
from midwatch.domain.kube.meta import (
    Condition,
    KubeObject,
    LabelRequirement,
    LabelSelector,
    LocalReference,
    ObjectMeta,
    Part,
    Time,
)
from midwatch.domain.kube.volumes import Volume


class Toleration(Part, frozen=True):
    """What taints a pod accepts; an empty key with `Exists` accepts all."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class NodeSelectorTerm(Part, frozen=True):
    """All requirements of a term must hold."""

    match_expressions: tuple[LabelRequirement, ...] = ()
    match_fields: tuple[LabelRequirement, ...] = ()


class NodeSelector(Part, frozen=True):
    """One of the terms must hold."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class NodeAffinity(Part, frozen=True):
    """Hard node affinity (the preferred one cannot block)."""

    required: NodeSelector | None = msgspec.field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class PodAffinityTerm(Part, frozen=True):
    """Pods that must, or must not, run in the same topology domain."""

    label_selector: LabelSelector | None = None
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None
    topology_key: str = ""


class PodAffinity(Part, frozen=True):
    """Hard affinity or anti-affinity between pods."""

    required: tuple[PodAffinityTerm, ...] = msgspec.field(
        default=(), name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(Part, frozen=True):
    """All affinities of a pod."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class TopologySpreadConstraint(Part, frozen=True):
    """How evenly pods must spread."""

    max_skew: int = 1
    topology_key: str = ""
    when_unsatisfiable: str = ""
    label_selector: LabelSelector | None = None


class ReadinessGate(Part, frozen=True):
    """A condition that must be true beside the containers' readiness."""

    condition_type: str = ""


class SchedulingGate(Part, frozen=True):
    """A gate that holds back scheduling."""

    name: str = ""


class DNSConfigOption(Part, frozen=True):
    """A resolver option."""

    name: str = ""
    value: str | None = None


class PodDNSConfig(Part, frozen=True):
    """Resolver configuration."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[DNSConfigOption, ...] = ()


class HostAlias(Part, frozen=True):
    """Extra entries of /etc/hosts."""

    ip: str = ""
    hostnames: tuple[str, ...] = ()


class PodSpec(Part, frozen=True):
    """What is to run."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: tuple[TopologySpreadConstraint, ...] = ()
    service_account_name: str = ""
    automount_service_account_token: bool | None = None
    image_pull_secrets: tuple[LocalReference, ...] = ()
    restart_policy: str = ""
    host_network: bool = False
    dns_policy: str = ""
    dns_config: PodDNSConfig | None = None
    host_aliases: tuple[HostAlias, ...] = ()
    priority_class_name: str = ""
    priority: int | None = None
    runtime_class_name: str | None = None
    scheduler_name: str = ""
    scheduling_gates: tuple[SchedulingGate, ...] = ()
    readiness_gates: tuple[ReadinessGate, ...] = ()
    security_context: SecurityContext | None = None
    termination_grace_period_seconds: int | None = None
    active_deadline_seconds: int | None = None


class PodTemplate(Part, frozen=True):
    """Template of the pods of a workload."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


class PodStatus(Part, frozen=True):
    """What the kubelet reports."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    host_ip: str = msgspec.field(default="", name="hostIP")
    pod_ip: str = msgspec.field(default="", name="podIP")
    nominated_node_name: str = ""
    qos_class: str = ""
    start_time: Time | None = None


class Pod(KubeObject, frozen=True):
    """A pod."""

    KIND: ClassVar[str] = "Pod"
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()
