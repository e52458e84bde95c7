"""Pods and their templates (k8s.io/api/core/v1/types.go)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

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
from midwatch.domain.quantity import Quantity


class KeySelector(Part, frozen=True):
    """One key of a ConfigMap or Secret."""

    name: str = ""
    key: str = ""
    optional: bool | None = None


class FieldSelector(Part, frozen=True):
    """A field of the pod (downward API)."""

    field_path: str = ""


class EnvVarSource(Part, frozen=True):
    """Where the value of a variable comes from."""

    config_map_key_ref: KeySelector | None = None
    secret_key_ref: KeySelector | None = None
    field_ref: FieldSelector | None = None


class EnvVar(Part, frozen=True):
    """One environment variable."""

    name: str = ""
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvFromRef(Part, frozen=True):
    """All keys of a ConfigMap or Secret."""

    name: str = ""
    optional: bool | None = None


class EnvFrom(Part, frozen=True):
    """One `envFrom` entry."""

    prefix: str = ""
    config_map_ref: EnvFromRef | None = None
    secret_ref: EnvFromRef | None = None


class ContainerPort(Part, frozen=True):
    """A port a container says it listens on."""

    name: str = ""
    container_port: int = 0
    host_port: int = 0
    protocol: str = "TCP"


class HTTPHeader(Part, frozen=True):
    """A header sent by a probe."""

    name: str = ""
    value: str = ""


class HTTPGetAction(Part, frozen=True):
    """An HTTP probe."""

    path: str = ""
    port: int | str = 0
    host: str = ""
    scheme: str = ""
    http_headers: tuple[HTTPHeader, ...] = ()


class TCPSocketAction(Part, frozen=True):
    """A TCP probe."""

    port: int | str = 0
    host: str = ""


class GRPCAction(Part, frozen=True):
    """A gRPC health probe."""

    port: int = 0
    service: str | None = None


class ExecAction(Part, frozen=True):
    """A command run in the container."""

    command: tuple[str, ...] = ()


class Probe(Part, frozen=True):
    """A liveness, readiness or startup probe; times in seconds."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    exec: ExecAction | None = None
    initial_delay_seconds: int = 0
    timeout_seconds: int = 1
    period_seconds: int = 10
    success_threshold: int = 1
    failure_threshold: int = 3


class LifecycleHandler(Part, frozen=True):
    """A hook after the start or before the stop of a container."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    exec: ExecAction | None = None


class Lifecycle(Part, frozen=True):
    """Hooks of a container."""

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None


class ResourceRequirements(Part, frozen=True):
    """Requests and limits by resource name."""

    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}


class VolumeMount(Part, frozen=True):
    """Where a volume appears in a container."""

    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    read_only: bool = False


class Capabilities(Part, frozen=True):
    """Linux capabilities."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SecurityContext(Part, frozen=True):
    """Security settings of a container or (the common part) of a pod."""

    run_as_user: int | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool | None = None
    allow_privilege_escalation: bool | None = None
    privileged: bool | None = None
    fs_group: int | None = None
    capabilities: Capabilities | None = None


class Container(Part, frozen=True):
    """A container of a pod template."""

    name: str = ""
    image: str = ""
    image_pull_policy: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFrom, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    volume_mounts: tuple[VolumeMount, ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    security_context: SecurityContext | None = None
    restart_policy: str = ""


class KeyToPath(Part, frozen=True):
    """One projected key."""

    key: str = ""
    path: str = ""


class ConfigMapVolume(Part, frozen=True):
    """A ConfigMap as files."""

    name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class SecretVolume(Part, frozen=True):
    """A Secret as files."""

    secret_name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class ClaimVolume(Part, frozen=True):
    """A PersistentVolumeClaim."""

    claim_name: str = ""
    read_only: bool = False


class HostPathVolume(Part, frozen=True):
    """A path of the node."""

    path: str = ""
    type: str = ""


class EmptyDirVolume(Part, frozen=True):
    """Scratch space."""

    medium: str = ""
    size_limit: Quantity | None = None


class NFSVolume(Part, frozen=True):
    """An NFS export."""

    server: str = ""
    path: str = ""


class CSIVolume(Part, frozen=True):
    """An inline CSI volume."""

    driver: str = ""
    node_publish_secret_ref: LocalReference | None = None


class ProjectedSecret(Part, frozen=True):
    """A Secret or ConfigMap inside a projected volume."""

    name: str = ""
    optional: bool | None = None
    items: tuple[KeyToPath, ...] = ()


class ProjectedSource(Part, frozen=True):
    """One source of a projected volume."""

    config_map: ProjectedSecret | None = None
    secret: ProjectedSecret | None = None


class ProjectedVolume(Part, frozen=True):
    """Several sources in one directory."""

    sources: tuple[ProjectedSource, ...] = ()


class EphemeralClaim(Part, frozen=True):
    """Marker of a generic ephemeral volume (its claim is named `<pod>-<volume>`)."""


class Volume(Part, frozen=True):
    """A volume of a pod."""

    name: str = ""
    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    host_path: HostPathVolume | None = None
    empty_dir: EmptyDirVolume | None = None
    nfs: NFSVolume | None = None
    csi: CSIVolume | None = None
    projected: ProjectedVolume | None = None
    ephemeral: EphemeralClaim | None = None


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


class StateRunning(Part, frozen=True):
    """A container runs."""

    started_at: Time | None = None


class StateWaiting(Part, frozen=True):
    """A container waits to start."""

    reason: str = ""
    message: str = ""


class StateTerminated(Part, frozen=True):
    """A container ended."""

    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: Time | None = None
    finished_at: Time | None = None


class ContainerState(Part, frozen=True):
    """Exactly one is set; none means waiting."""

    running: StateRunning | None = None
    waiting: StateWaiting | None = None
    terminated: StateTerminated | None = None


class ContainerStatus(Part, frozen=True):
    """Now and before."""

    name: str = ""
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    container_id: str = msgspec.field(default="", name="containerID")
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


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
