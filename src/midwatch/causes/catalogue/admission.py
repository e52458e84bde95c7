"""Causes of refused creation: quotas, limits, identities, policies and webhooks."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DOCS = "https://kubernetes.io/docs"
_QUOTA = f"{_DOCS}/concepts/policy/resource-quotas/"
_NOT_CREATED = frozenset({Effect.NOT_CREATED})
_GENERIC = ("pods-not-created", "replicas-unavailable", "rollout-stuck", "bad-rollout")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
_RAISE = Text(
    "Raise the limit in the ResourceQuota, or split the namespace.",
    "提高 ResourceQuota 中的上限，或拆分命名空间。",
)


def _quota(
    resource: str, en: str, zh: str, fix: Text, effects: frozenset[Effect], refines: tuple[str, ...]
) -> Cause:
    """One way in which a namespace runs out of its quota."""
    return Cause(
        f"quota-{resource}-exceeded",
        "admission",
        Text(f"The {en} quota of the namespace is exceeded", f"命名空间的{zh}配额已用尽"),
        Text(
            f"The API server refuses an object with 'exceeded quota', or the {en} it needs is more than the "
            f"quota has left.",
            f"API 服务器以 'exceeded quota' 拒绝对象，或其所需{zh}超过配额余量。",
        ),
        Text(
            f"The quota has room for the {en} of what is missing, or all wanted objects exist.",
            f"配额余量足以容纳缺失对象的{zh}，或所有期望的对象都已存在。",
        ),
        ("Namespace",),
        (fix, _RAISE),
        (_QUOTA,),
        effects=effects,
        refines=refines,
    )


def _refused(cause: str, title: Text, proof: Text, refutation: Text, fix: Text, link: str) -> Cause:
    """One reason in the pod template for which its pods are refused."""
    return Cause(
        cause,
        "admission",
        title,
        proof,
        refutation,
        _WORKLOADS,
        (fix,),
        (f"{_DOCS}/{link}",),
        effects=_NOT_CREATED,
        refines=_GENERIC,
    )


CAUSES: tuple[Cause, ...] = (
    _quota(
        "cpu",
        "CPU",
        " CPU ",
        Text("Lower the CPU requests or limits of the pods.", "降低 Pod 的 CPU requests 或 limits。"),
        _NOT_CREATED,
        _GENERIC,
    ),
    _quota(
        "memory",
        "memory",
        "内存",
        Text("Lower the memory requests or limits of the pods.", "降低 Pod 的内存 requests 或 limits。"),
        _NOT_CREATED,
        _GENERIC,
    ),
    _quota(
        "pods",
        "pod",
        " Pod 数量",
        Text("Remove pods that are not needed, or lower replicas.", "删除不需要的 Pod，或减少副本数。"),
        _NOT_CREATED,
        _GENERIC,
    ),
    _quota(
        "services",
        "Service",
        " Service 数量",
        Text("Remove Services that are not needed.", "删除不需要的 Service。"),
        frozenset({Effect.UNREACHABLE, Effect.NOT_CREATED}),
        ("service-missing",),
    ),
    _quota(
        "storage",
        "storage",
        "存储",
        Text("Remove claims that are not needed, or ask for less.", "删除不需要的 PVC，或减少申请量。"),
        frozenset({Effect.VOLUME_UNUSABLE, Effect.NOT_CREATED}),
        ("pvc-missing",),
    ),
    _quota(
        "objects",
        "object count",
        "对象数量",
        Text("Remove objects of that kind that are not needed.", "删除不需要的同类对象。"),
        _NOT_CREATED,
        _GENERIC,
    ),
    _refused(
        "quota-requires-requests",
        Text(
            "A quota demands requests or limits that the pods lack", "配额要求 Pod 设置其缺少的 requests 或 limits"
        ),
        Text(
            "The refusal reads 'must specify', or a quota on compute resources meets containers without them.",
            "拒绝信息含 'must specify'，或计算资源配额遇到未设置这些资源的容器。",
        ),
        Text("All containers set what the quota names.", "所有容器都设置了配额所列的资源。"),
        Text(
            "Set requests and limits, or give the namespace a LimitRange with defaults.",
            "设置 requests 和 limits，或为命名空间配置带默认值的 LimitRange。",
        ),
        "concepts/policy/resource-quotas/#requests-vs-limits",
    ),
    _refused(
        "limit-range-violated",
        Text("The pods' resources violate a LimitRange", "Pod 的资源设置违反 LimitRange"),
        Text(
            "The refusal names a minimum, maximum or ratio, or a container lies outside the range.",
            "拒绝信息指出最小值、最大值或比例，或容器设置超出范围。",
        ),
        Text("All containers lie inside every LimitRange.", "所有容器都在 LimitRange 范围内。"),
        Text("Bring requests and limits into the range.", "将 requests 和 limits 调整到范围内。"),
        "concepts/policy/limit-range/",
    ),
    _refused(
        "service-account-missing",
        Text("The ServiceAccount of the pods does not exist", "Pod 使用的 ServiceAccount 不存在"),
        Text(
            "The refusal reads 'serviceaccount not found', or the template names one that does not exist.",
            "拒绝信息含 'serviceaccount not found'，或模板引用的 ServiceAccount 不存在。",
        ),
        Text("The named ServiceAccount exists.", "所引用的 ServiceAccount 存在。"),
        Text(
            "Create the ServiceAccount, or correct serviceAccountName.",
            "创建该 ServiceAccount，或更正 serviceAccountName。",
        ),
        "tasks/configure-pod-container/configure-service-account/",
    ),
    _refused(
        "pod-security-violated",
        Text("The pods break the enforced pod security standard", "Pod 违反强制的 Pod 安全标准"),
        Text(
            "The refusal reads 'violates PodSecurity', or the template breaks the level that the namespace "
            "enforces.",
            "拒绝信息含 'violates PodSecurity'，或模板违反命名空间强制的级别。",
        ),
        Text("The template satisfies the enforced level.", "模板满足强制的级别。"),
        Text("Set the security context that the standard asks for.", "按标准要求设置 securityContext。"),
        "concepts/security/pod-security-standards/",
    ),
    _refused(
        "admission-webhook-denied",
        Text("An admission webhook denied the pods", "准入 webhook 拒绝了 Pod"),
        Text("The refusal reads 'admission webhook ... denied the request'.", "拒绝信息含 'denied the request'。"),
        Text("Pods of the same template are created.", "同一模板的 Pod 可以创建。"),
        Text("Satisfy the policy that the webhook names.", "满足该 webhook 所述的策略。"),
        "reference/access-authn-authz/extensible-admission-controllers/",
    ),
    _refused(
        "admission-policy-denied",
        Text("A ValidatingAdmissionPolicy denied the pods", "ValidatingAdmissionPolicy 拒绝了 Pod"),
        Text("The refusal names the policy and its binding.", "拒绝信息指出策略及其绑定。"),
        Text("Pods of the same template are created.", "同一模板的 Pod 可以创建。"),
        Text("Satisfy the expression of the policy.", "满足该策略的表达式。"),
        "reference/access-authn-authz/validating-admission-policy/",
    ),
    _refused(
        "priority-class-missing",
        Text("The PriorityClass of the pods does not exist", "Pod 的 PriorityClass 不存在"),
        Text(
            "The refusal or the template names a PriorityClass that does not exist.",
            "引用的 PriorityClass 不存在。",
        ),
        Text("The named PriorityClass exists.", "所引用的 PriorityClass 存在。"),
        Text("Create it, or correct priorityClassName.", "创建它，或更正 priorityClassName。"),
        "concepts/scheduling-eviction/pod-priority-preemption/",
    ),
    _refused(
        "runtime-class-missing",
        Text("The RuntimeClass of the pods does not exist", "Pod 的 RuntimeClass 不存在"),
        Text(
            "The refusal or the template names a RuntimeClass that does not exist.", "引用的 RuntimeClass 不存在。"
        ),
        Text("The named RuntimeClass exists.", "所引用的 RuntimeClass 存在。"),
        Text("Create it, or correct runtimeClassName.", "创建它，或更正 runtimeClassName。"),
        "concepts/containers/runtime-class/",
    ),
    _refused(
        "pod-spec-invalid",
        Text("The API server finds the pods' spec invalid", "API 服务器认为 Pod 的 spec 无效"),
        Text(
            "The refusal names a field and says 'Invalid value' or the like.",
            "拒绝信息指出字段并含 'Invalid value' 等。",
        ),
        Text("Pods of the same template are created.", "同一模板的 Pod 可以创建。"),
        Text("Correct the named field of the pod template.", "更正 Pod 模板中的该字段。"),
        "reference/kubernetes-api/workload-resources/pod-v1/",
    ),
)
