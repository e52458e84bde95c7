"""Containers, their probes and their states (k8s.io/api/core/v1/types.go)."""

from __future__ import annotations

import msgspec

from midwatch.domain.kube.meta import (
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
