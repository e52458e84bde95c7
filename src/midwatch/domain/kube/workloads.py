"""Workloads and what scales and protects them (k8s.io/api/apps/v1, batch/v1, autoscaling/v2, policy/v1)."""

from __future__ import annotations

from typing import ClassVar

from midwatch.domain.kube.meta import Condition, KubeObject, LabelSelector, ObjectMeta, Part, Time
from midwatch.domain.kube.pods import PodTemplate
from midwatch.domain.kube.storage import PersistentVolumeClaim
from midwatch.domain.quantity import Quantity


class RollingUpdate(Part, frozen=True):
    """Bounds of a rolling update; numbers or percentages."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None
    partition: int | None = None


class Strategy(Part, frozen=True):
    """How pods are replaced."""

    type: str = ""
    rolling_update: RollingUpdate | None = None


class DeploymentSpec(Part, frozen=True):
    """Wanted state."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    strategy: Strategy = Strategy()
    paused: bool = False
    progress_deadline_seconds: int | None = None
    revision_history_limit: int | None = None
    min_ready_seconds: int = 0


class DeploymentStatus(Part, frozen=True):
    """Observed state."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    unavailable_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Deployment(KubeObject, frozen=True):
    """A Deployment."""

    KIND: ClassVar[str] = "Deployment"
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class ReplicaSetSpec(Part, frozen=True):
    """Wanted state."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()


class ReplicaSetStatus(Part, frozen=True):
    """Observed state."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class ReplicaSet(KubeObject, frozen=True):
    """One revision of a Deployment."""

    KIND: ClassVar[str] = "ReplicaSet"
    spec: ReplicaSetSpec = ReplicaSetSpec()
    status: ReplicaSetStatus = ReplicaSetStatus()


class StatefulSetSpec(Part, frozen=True):
    """Wanted state."""

    replicas: int | None = None
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    service_name: str = ""
    volume_claim_templates: tuple[PersistentVolumeClaim, ...] = ()
    pod_management_policy: str = ""
    update_strategy: Strategy = Strategy()


class StatefulSetStatus(Part, frozen=True):
    """Observed state."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    updated_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: tuple[Condition, ...] = ()


class StatefulSet(KubeObject, frozen=True):
    """A StatefulSet."""

    KIND: ClassVar[str] = "StatefulSet"
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()


class DaemonSetSpec(Part, frozen=True):
    """Wanted state."""

    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    update_strategy: Strategy = Strategy()


class DaemonSetStatus(Part, frozen=True):
    """Observed state."""

    observed_generation: int = 0
    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0
    number_available: int = 0
    number_unavailable: int = 0
    number_misscheduled: int = 0
    updated_number_scheduled: int = 0
    conditions: tuple[Condition, ...] = ()


class DaemonSet(KubeObject, frozen=True):
    """A DaemonSet."""

    KIND: ClassVar[str] = "DaemonSet"
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class JobSpec(Part, frozen=True):
    """Wanted state; times in seconds."""

    parallelism: int | None = None
    completions: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    suspend: bool = False
    selector: LabelSelector | None = None
    template: PodTemplate = PodTemplate()
    ttl_seconds_after_finished: int | None = None


class JobStatus(Part, frozen=True):
    """Observed state."""

    active: int = 0
    succeeded: int = 0
    failed: int = 0
    start_time: Time | None = None
    completion_time: Time | None = None
    conditions: tuple[Condition, ...] = ()


class Job(KubeObject, frozen=True):
    """A Job."""

    KIND: ClassVar[str] = "Job"
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class JobTemplate(Part, frozen=True):
    """Template of the Jobs of a CronJob."""

    metadata: ObjectMeta = ObjectMeta()
    spec: JobSpec = JobSpec()


class CronJobSpec(Part, frozen=True):
    """Wanted state."""

    schedule: str = ""
    time_zone: str | None = None
    suspend: bool = False
    concurrency_policy: str = ""
    starting_deadline_seconds: int | None = None
    job_template: JobTemplate = JobTemplate()


class CronJobStatus(Part, frozen=True):
    """Observed state."""

    last_schedule_time: Time | None = None
    last_successful_time: Time | None = None


class CronJob(KubeObject, frozen=True):
    """A CronJob."""

    KIND: ClassVar[str] = "CronJob"
    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()


class ScaleTarget(Part, frozen=True):
    """What an autoscaler scales."""

    api_version: str = ""
    kind: str = ""
    name: str = ""


class MetricTarget(Part, frozen=True):
    """Wanted value of a metric."""

    type: str = ""
    average_utilization: int | None = None
    average_value: Quantity | None = None
    value: Quantity | None = None


class ResourceMetric(Part, frozen=True):
    """A resource metric (cpu, memory)."""

    name: str = ""
    target: MetricTarget = MetricTarget()


class MetricSpec(Part, frozen=True):
    """One metric of an HPA."""

    type: str = ""
    resource: ResourceMetric | None = None


class HorizontalPodAutoscalerSpec(Part, frozen=True):
    """Wanted state."""

    scale_target_ref: ScaleTarget = ScaleTarget()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: tuple[MetricSpec, ...] = ()


class HorizontalPodAutoscalerStatus(Part, frozen=True):
    """Observed state."""

    current_replicas: int = 0
    desired_replicas: int = 0
    last_scale_time: Time | None = None
    conditions: tuple[Condition, ...] = ()


class HorizontalPodAutoscaler(KubeObject, frozen=True):
    """A HorizontalPodAutoscaler."""

    KIND: ClassVar[str] = "HorizontalPodAutoscaler"
    spec: HorizontalPodAutoscalerSpec = HorizontalPodAutoscalerSpec()
    status: HorizontalPodAutoscalerStatus = HorizontalPodAutoscalerStatus()


class PodDisruptionBudgetSpec(Part, frozen=True):
    """Wanted state; numbers or percentages."""

    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: LabelSelector | None = None


class PodDisruptionBudgetStatus(Part, frozen=True):
    """Observed state."""

    observed_generation: int = 0
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0
    conditions: tuple[Condition, ...] = ()


class PodDisruptionBudget(KubeObject, frozen=True):
    """A PodDisruptionBudget."""

    KIND: ClassVar[str] = "PodDisruptionBudget"
    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
    status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus()
