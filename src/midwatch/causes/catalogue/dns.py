"""Causes in the cluster's DNS and in the resolver settings of workloads."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DEBUG = "https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/"
_POD_DNS = "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"
_UNRESOLVING = frozenset({Effect.UNREACHABLE, Effect.ERRORING, Effect.CRASHING, Effect.NOT_READY})
_BROKEN_PODS = frozenset({
    Effect.NOT_CREATED, Effect.NOT_SCHEDULED, Effect.NOT_STARTED, Effect.CRASHING, Effect.NOT_READY,
    Effect.NODE_DOWN, Effect.NODE_DEGRADED, Effect.VOLUME_UNUSABLE,
})  # fmt: skip

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="dns-unavailable",
        family="dns",
        title=Text("The cluster's DNS does not run", "集群 DNS 没有运行"),
        proven_by=Text(
            "The DNS workload is scaled to zero, has no pods, or none of its pods is ready.",
            "DNS 工作负载的副本数为 0、没有 Pod，或没有任何 Pod 就绪。",
        ),
        refuted_by=Text(
            "A DNS pod is ready and selected by its Service.", "有 DNS Pod 处于就绪状态并被其 Service 选中。"
        ),
        culprits=("Deployment", "DaemonSet", "Service"),
        fixes=(
            Text(
                "Scale the DNS workload back to at least two replicas, or repair what keeps its pods unready.",
                "把 DNS 工作负载恢复到至少两个副本，或修复使其 Pod 无法就绪的问题。",
            ),
        ),
        links=(_DEBUG,),
        effects=_UNRESOLVING | {Effect.CLUSTER_DEGRADED},
        explained_by=_BROKEN_PODS,
        refines=(
            "zero-replicas",
            "dns-resolution-failure",
            "service-no-ready-endpoints",
            "service-unreachable",
            "configuration-rejected",
        ),
    ),
    Cause(
        id="dns-misconfigured",
        family="dns",
        title=Text("The Corefile of the cluster's DNS is wrong", "集群 DNS 的 Corefile 配置错误"),
        proven_by=Text(
            "The Corefile lacks the kubernetes plugin, serves another domain, forwards to itself, refuses cluster"
            " names, or cannot be parsed.",
            "Corefile 缺少 kubernetes 插件、服务于别的域、转发给自己、拒绝集群内的名字，或无法解析。",
        ),
        refuted_by=Text("Service names resolve from a pod.", "从 Pod 里可以解析 Service 域名。"),
        culprits=("Deployment", "DaemonSet", "ConfigMap"),
        fixes=(
            Text(
                "Restore the Corefile: kubernetes plugin for the cluster's domain, forward to an upstream.",
                "恢复 Corefile：为集群域启用 kubernetes 插件，并转发到上游解析器。",
            ),
            Text(
                "CoreDNS reloads by itself when the reload plugin is on; otherwise restart its pods.",
                "启用了 reload 插件时 CoreDNS 会自动重新加载；否则请重启其 Pod。",
            ),
        ),
        links=(
            "https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/",
            "https://coredns.io/plugins/kubernetes/",
        ),
        effects=_UNRESOLVING | {Effect.CLUSTER_DEGRADED},
        refines=(
            "dns-unavailable",
            "dns-resolution-failure",
            "configuration-rejected",
            "application-crash",
            "container-crashing",
        ),
    ),
    Cause(
        id="dns-policy-mismatch",
        family="dns",
        title=Text("A workload does not ask the cluster's DNS", "工作负载没有使用集群 DNS"),
        proven_by=Text(
            "Its dnsPolicy or dnsConfig leads queries past the cluster's DNS while it calls Services by name.",
            "它的 dnsPolicy 或 dnsConfig 使查询绕过集群 DNS，而它又按域名调用 Service。",
        ),
        refuted_by=Text(
            "The pod resolves Service names, or it calls no Service by name.",
            "该 Pod 能解析 Service 域名，或者它不按域名调用任何 Service。",
        ),
        culprits=("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"),
        fixes=(
            Text(
                "Use dnsPolicy ClusterFirst, or ClusterFirstWithHostNet for pods on the host's network.",
                "使用 dnsPolicy ClusterFirst；使用主机网络的 Pod 用 ClusterFirstWithHostNet。",
            ),
            Text(
                "With dnsPolicy None, give the cluster's DNS address and the search <namespace>.svc.<domain>.",
                "使用 dnsPolicy None 时，写上集群 DNS 的地址和搜索域 <namespace>.svc.<domain>。",
            ),
        ),
        links=(f"{_POD_DNS}#pod-s-dns-policy", f"{_POD_DNS}#pod-dns-config"),
        effects=_UNRESOLVING,
        refines=(
            "dns-resolution-failure",
            "dependency-unreachable",
            "application-crash",
            "container-crashing",
            "readiness-probe-failing",
            "replicas-unavailable",
            "rollout-stuck",
        ),
    ),
    Cause(
        id="dns-resolution-failure",
        family="dns",
        title=Text("A Service name does not resolve", "Service 域名无法解析"),
        proven_by=Text(
            "A client says that the name of an existing Service is unknown.",
            "客户端报告某个存在的 Service 的域名未知。",
        ),
        refuted_by=Text("The same name resolves from the same pod.", "在同一个 Pod 里可以解析同一个域名。"),
        culprits=("Service", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"),
        fixes=(
            Text(
                "Check the cluster's DNS pods, the pod's /etc/resolv.conf and policies that block port 53.",
                "检查集群 DNS 的 Pod、该 Pod 的 /etc/resolv.conf，以及阻断 53 端口的策略。",
            ),
        ),
        links=(_DEBUG,),
        effects=frozenset({Effect.UNREACHABLE, Effect.ERRORING}),
        explained_by=frozenset(
            {
                Effect.CLUSTER_DEGRADED,
                Effect.UNREACHABLE,
                Effect.ERRORING,
                Effect.SLOW,
                Effect.NODE_DOWN,
                Effect.NODE_DEGRADED,
            }
        ),
        refines=("service-unreachable", "dependency-unreachable"),
    ),
)
