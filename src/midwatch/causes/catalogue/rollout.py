"""Causes in the workloads themselves, and the general symptoms that more precise causes replace."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_CONTROLLERS = "https://kubernetes.io/docs/concepts/workloads/controllers"
_DEPLOYMENT = f"{_CONTROLLERS}/deployment/"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob")
_ANYTHING_BELOW = frozenset({
    Effect.NOT_CREATED,
    Effect.NODE_DOWN,
    Effect.NODE_DEGRADED,
    Effect.VOLUME_UNUSABLE,
    Effect.CLUSTER_DEGRADED,
    Effect.UNREACHABLE,
    Effect.ERRORING,
    Effect.SLOW,
    Effect.CRASHING,
    Effect.NOT_READY,
})  # fmt: skip
_NOT_READY = frozenset({Effect.NOT_READY})

CAUSES: tuple[Cause, ...] = (
    Cause(
        "rollout-stuck",
        "rollout",
        Text("The rollout does not finish", "发布未能完成"),
        Text(
            "Progressing is False with ProgressDeadlineExceeded.",
            "Progressing 为 False，原因为 ProgressDeadlineExceeded。",
        ),
        Text("All wanted pods are available.", "所有期望的 Pod 均可用。"),
        _WORKLOADS,
        (
            Text("Find out why the new pods do not become ready.", "查明新 Pod 未就绪的原因。"),
            Text("Roll back to the previous revision.", "回滚到上一个版本。"),
        ),
        (f"{_DEPLOYMENT}#failed-deployment",),
        effects=_NOT_READY,
        explained_by=_ANYTHING_BELOW,
        refines=("replicas-unavailable",),
    ),
    Cause(
        "rollout-paused",
        "rollout",
        Text("The Deployment is paused with changes pending", "Deployment 已暂停且有未发布的变更"),
        Text(
            "spec.paused is true and the latest template has no pods.",
            "spec.paused 为 true，最新模板没有对应的 Pod。",
        ),
        Text(
            "spec.paused is false, or all pods have the latest template.",
            "spec.paused 为 false，或所有 Pod 均为最新模板。",
        ),
        ("Deployment",),
        (Text("Resume the rollout.", "恢复发布。"),),
        (f"{_DEPLOYMENT}#pausing-and-resuming-a-deployment",),
        effects=_NOT_READY,
        refines=("rollout-stuck", "replicas-unavailable"),
    ),
    Cause(
        "zero-replicas",
        "rollout",
        Text("The workload is scaled to zero", "工作负载的副本数为 0"),
        Text(
            "spec.replicas is 0 and a Service that others use has no other pods.",
            "spec.replicas 为 0，且被使用的 Service 没有其他 Pod。",
        ),
        Text("The Service has pods, or a scaler may take it to zero.", "Service 有 Pod，或有伸缩器可将其缩至 0。"),
        ("Deployment", "StatefulSet", "ReplicaSet"),
        (Text("Scale it back to the number of replicas it had.", "恢复原有的副本数。"),),
        (f"{_DEPLOYMENT}#scaling-a-deployment",),
        effects=frozenset({Effect.UNREACHABLE, Effect.NOT_CREATED}),
        refines=("service-no-ready-endpoints", "service-unreachable", "replicas-unavailable", "endpoints-stale"),
    ),
    Cause(
        "bad-rollout",
        "rollout",
        Text("The new revision fails, the old one is fine", "新版本失败，旧版本正常"),
        Text(
            "All pods of the new revision fail while pods of the old one are ready.",
            "新版本的所有 Pod 失败，而旧版本的 Pod 就绪。",
        ),
        Text("Pods of the old revision fail in the same way.", "旧版本的 Pod 也以同样方式失败。"),
        ("Deployment", "StatefulSet"),
        (
            Text("Roll back to the previous revision.", "回滚到上一个版本。"),
            Text("Correct the field that changed.", "更正发生变更的字段。"),
        ),
        (f"{_DEPLOYMENT}#rolling-back-a-deployment",),
        effects=_NOT_READY,
        refines=("rollout-stuck", "replicas-unavailable"),
    ),
    Cause(
        "replicas-unavailable",
        "rollout",
        Text("Fewer pods are available than wanted", "可用的 Pod 少于期望"),
        Text("The workload has fewer available pods than it wants.", "工作负载的可用 Pod 少于期望值。"),
        Text("All wanted pods are available.", "所有期望的 Pod 均可用。"),
        _WORKLOADS,
        (Text("Find out why its pods are not ready.", "查明其 Pod 未就绪的原因。"),),
        (f"{_DEPLOYMENT}#deployment-status",),
        effects=_NOT_READY,
        explained_by=_ANYTHING_BELOW,
    ),
    Cause(
        "pods-not-created",
        "rollout",
        Text("The pods of the workload are not created", "工作负载的 Pod 未被创建"),
        Text("Its controller wants more pods than exist.", "其控制器期望的 Pod 多于现有的。"),
        Text("As many pods exist as are wanted.", "现有 Pod 数与期望一致。"),
        _WORKLOADS,
        (Text("Read the FailedCreate events of its ReplicaSet.", "查看其 ReplicaSet 的 FailedCreate 事件。"),),
        (f"{_CONTROLLERS}/replicaset/",),
        effects=frozenset({Effect.NOT_CREATED}),
        explained_by=frozenset({Effect.NOT_CREATED, Effect.CLUSTER_DEGRADED}),
        refines=("replicas-unavailable", "rollout-stuck"),
    ),
    Cause(
        "statefulset-blocked",
        "rollout",
        Text("A lower ordinal holds up the StatefulSet", "较低序号的 Pod 阻塞了 StatefulSet"),
        Text(
            "Under OrderedReady the next pod waits for one that is not ready.",
            "在 OrderedReady 下，后续 Pod 等待未就绪的 Pod。",
        ),
        Text("All existing ordinals are ready.", "所有现有序号均就绪。"),
        ("StatefulSet",),
        (
            Text("Repair the pod of the lowest unready ordinal.", "修复序号最低的未就绪 Pod。"),
            Text("After a bad template, correct it and delete that pod.", "模板有误时，更正后删除该 Pod。"),
        ),
        (f"{_CONTROLLERS}/statefulset/#forced-rollback",),
        effects=_NOT_READY,
        explained_by=_ANYTHING_BELOW,
        refines=("replicas-unavailable",),
    ),
    Cause(
        "daemonset-misscheduled",
        "rollout",
        Text("Pods of a DaemonSet run where they should not", "DaemonSet 的 Pod 运行在不应运行的节点"),
        Text("status.numberMisscheduled is above zero.", "status.numberMisscheduled 大于 0。"),
        Text("status.numberMisscheduled is zero.", "status.numberMisscheduled 为 0。"),
        ("DaemonSet",),
        (Text("Compare its tolerations and selector with the nodes.", "对照其容忍度、选择器与节点。"),),
        (f"{_CONTROLLERS}/daemonset/",),
    ),
    Cause(
        "selector-template-mismatch",
        "rollout",
        Text("The workload does not select its own pods", "工作负载未选中自己的 Pod"),
        Text("The selector does not match the labels of the template.", "选择器与模板标签不匹配。"),
        Text("The selector matches the template.", "选择器与模板匹配。"),
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
        (Text("Give the template the labels of the selector.", "为模板设置选择器要求的标签。"),),
        (f"{_DEPLOYMENT}#selector",),
        effects=frozenset({Effect.NOT_CREATED}),
        refines=("pods-not-created", "replicas-unavailable", "rollout-stuck"),
    ),
)
