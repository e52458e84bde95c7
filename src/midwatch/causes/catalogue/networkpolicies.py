"""Causes in NetworkPolicies."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="network-policy-blocks",
        family="networkpolicies",
        title=Text("A NetworkPolicy blocks needed traffic", "NetworkPolicy 阻断了需要的流量"),
        proven_by=Text(
            "A policy isolates the pod and no rule of any policy admits a connection that a workload is configured"
            " to make.",
            "某个策略隔离了该 Pod，而且没有任何策略的规则放行某个工作负载所配置的连接。",
        ),
        refuted_by=Text(
            "The connection succeeds, or the network plug-in does not enforce NetworkPolicies.",
            "连接成功，或者网络插件根本不执行 NetworkPolicy。",
        ),
        culprits=("NetworkPolicy",),
        fixes=(
            Text(
                "Add a rule that admits the caller's labels (and namespace) to the target port.",
                "增加一条规则，允许调用方的标签（及命名空间）访问目标端口。",
            ),
            Text(
                "When egress is isolated, also allow UDP and TCP port 53 to the cluster's DNS pods.",
                "如果隔离了出站流量，还要放行到集群 DNS Pod 的 UDP 和 TCP 53 端口。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/services-networking/network-policies/",),
        effects=frozenset({Effect.UNREACHABLE, Effect.ERRORING, Effect.NOT_READY, Effect.CRASHING, Effect.SLOW}),
        refines=("service-unreachable", "dependency-unreachable", "dependency-timeout", "dns-resolution-failure"),
    ),
)
