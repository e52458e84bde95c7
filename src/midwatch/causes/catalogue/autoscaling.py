"""Causes around autoscalers of workloads and of the cluster."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_HPA = "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"
_SCALER = ("HorizontalPodAutoscaler",)
_WORKLOADS = ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "CronJob", "Pod")
_SLOW = frozenset({Effect.SLOW})
_NO_METRICS = frozenset(
    {
        Effect.NOT_READY,
        Effect.CRASHING,
        Effect.NOT_STARTED,
        Effect.NOT_SCHEDULED,
        Effect.NOT_CREATED,
        Effect.NODE_DOWN,
        Effect.CLUSTER_DEGRADED,
    }
)


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    refutation: Text,
    fix: Text,
    link: str = _HPA,
    culprits: tuple[str, ...] = _SCALER,
    explained_by: frozenset[Effect] = frozenset(),
    refines: tuple[str, ...] = (),
) -> Cause:
    """One reason for which nothing is scaled as it should be."""
    return Cause(
        cause,
        "autoscaling",
        title,
        proof,
        refutation,
        culprits,
        (fix,),
        (link,),
        effects=_SLOW,
        explained_by=explained_by,
        refines=refines,
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "hpa-metrics-unavailable",
        Text("The autoscaler gets no metrics", "自动伸缩器获取不到指标"),
        Text(
            "ScalingActive is False with FailedGet...Metric.",
            "ScalingActive 为 False，原因为 FailedGet...Metric。",
        ),
        Text("ScalingActive is True.", "ScalingActive 为 True。"),
        Text(
            "Check metrics-server or the metrics adapter and its APIService.",
            "检查 metrics-server 或指标适配器及其 APIService。",
        ),
        explained_by=_NO_METRICS,
    ),
    _cause(
        "hpa-target-missing",
        Text("The target of the autoscaler does not exist", "自动伸缩器的目标不存在"),
        Text("scaleTargetRef names an object that does not exist.", "scaleTargetRef 引用的对象不存在。"),
        Text("The target exists.", "目标存在。"),
        Text("Correct scaleTargetRef, or remove the autoscaler.", "更正 scaleTargetRef，或删除该自动伸缩器。"),
    ),
    _cause(
        "hpa-requests-missing",
        Text("Containers lack the requests that utilization needs", "容器缺少按利用率伸缩所需的 requests"),
        Text(
            "A Resource metric of type Utilization, and a container without that request.",
            "使用 Utilization 类型的资源指标，而容器未设置相应 requests。",
        ),
        Text("All containers set the request.", "所有容器都设置了该 requests。"),
        Text("Set the requests of all containers, sidecars included.", "为所有容器(含 sidecar)设置 requests。"),
        culprits=_WORKLOADS,
        refines=("hpa-metrics-unavailable",),
    ),
    _cause(
        "hpa-at-maximum",
        Text("The autoscaler is at its maximum and wants more", "自动伸缩器已达上限且仍需更多"),
        Text("ScalingLimited is True with TooManyReplicas.", "ScalingLimited 为 True，原因为 TooManyReplicas。"),
        Text("Fewer replicas than maxReplicas run.", "运行的副本数少于 maxReplicas。"),
        Text(
            "Raise maxReplicas, or give each pod more resources.", "提高 maxReplicas，或为每个 Pod 分配更多资源。"
        ),
        explained_by=frozenset({Effect.SLOW, Effect.ERRORING}),
    ),
    _cause(
        "hpa-conflict",
        Text("Several autoscalers scale the same workload", "多个自动伸缩器控制同一工作负载"),
        Text("Two autoscalers name the same target.", "两个自动伸缩器引用同一目标。"),
        Text("One autoscaler names the target.", "只有一个自动伸缩器引用该目标。"),
        Text("Keep one autoscaler with all metrics.", "只保留一个包含所有指标的自动伸缩器。"),
    ),
    _cause(
        "cluster-autoscaler-blocked",
        Text("The cluster autoscaler cannot add a node", "集群自动伸缩器无法增加节点"),
        Text("Events NotTriggerScaleUp name a limit.", "NotTriggerScaleUp 事件指出了上限。"),
        Text("The pods were scheduled.", "Pod 已被调度。"),
        Text("Raise the maximum of the node group, or lower requests.", "提高节点组上限，或降低 requests。"),
        "https://kubernetes.io/docs/concepts/cluster-administration/node-autoscaling/",
        _WORKLOADS,
        explained_by=frozenset({Effect.NOT_SCHEDULED}),
    ),
)
