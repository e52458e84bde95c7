"""Causes that lie with the control plane."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_COMPONENTS = "https://kubernetes.io/docs/concepts/overview/components/"
_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-cluster/"
_CULPRITS = ("Node", "Pod", "Lease")
_RESTART = (
    Text("Read its log on the control plane node and start it again.", "在控制面节点上查看其日志并重新启动。"),
    Text("Check its manifest or unit file and its certificates.", "检查其清单或服务文件以及证书。"),
)
_NODE_DOWN = frozenset({Effect.NODE_DOWN})


def _component(
    cause: str, name: str, en: str, zh: str, effects: frozenset[Effect], link: str = _COMPONENTS
) -> Cause:
    """A component that does not run; a dead node explains it."""
    return Cause(
        cause,
        "controlplane",
        Text(f"{name} does not run", f"{name} 没有运行"),
        Text(
            f"Its service or pod is not running, its leader lease is stale, or {en}.",
            f"其服务或 Pod 未运行、选主租约过期，或{zh}。",
        ),
        Text("It runs, and its leader lease is renewed.", "它正在运行且选主租约持续更新。"),
        _CULPRITS,
        _RESTART,
        (link,),
        effects=effects,
        explained_by=_NODE_DOWN,
    )


_CLUSTER = frozenset({Effect.CLUSTER_DEGRADED})

CAUSES: tuple[Cause, ...] = (
    _component(
        "kube-scheduler-unavailable",
        "kube-scheduler",
        "pending pods were never considered",
        "待调度的 Pod 从未被处理",
        frozenset({Effect.CLUSTER_DEGRADED, Effect.NOT_SCHEDULED}),
        "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
    ),
    _component(
        "kube-controller-manager-unavailable",
        "kube-controller-manager",
        "workloads stay unobserved",
        "工作负载一直未被处理",
        frozenset({Effect.CLUSTER_DEGRADED, Effect.NOT_CREATED}),
    ),
    _component(
        "api-server-unavailable", "kube-apiserver", "it refuses connections", "其拒绝连接", _CLUSTER, _DEBUG
    ),
    _component(
        "etcd-unavailable", "etcd", "the API server cannot reach it", "API 服务器无法连接它", _CLUSTER, _DEBUG
    ),
    _component(
        "cloud-controller-unavailable",
        "cloud-controller-manager",
        "new nodes stay uninitialised",
        "新节点一直未初始化",
        _CLUSTER,
    ),
    Cause(
        "leader-election-lost",
        "controlplane",
        Text("A controller lost its leadership", "控制器失去了主节点身份"),
        Text("Its leader lease is held by nobody, or not renewed.", "其选主租约无人持有或未续期。"),
        Text("The lease is renewed.", "租约持续更新。"),
        _CULPRITS,
        _RESTART,
        ("https://kubernetes.io/docs/concepts/architecture/leases/",),
        effects=_CLUSTER,
        explained_by=_NODE_DOWN | _CLUSTER,
    ),
    Cause(
        "api-service-unavailable",
        "controlplane",
        Text("An aggregated API does not answer", "聚合 API 没有响应"),
        Text("The APIService's condition Available is False.", "APIService 的状况 Available 为 False。"),
        Text("Available is True.", "Available 为 True。"),
        ("APIService",),
        (
            Text("Repair the Service and the pods that serve the API.", "修复为该 API 服务的 Service 和 Pod。"),
            Text(
                "Delete the APIService when its server is gone for good.",
                "若服务端已不再使用，请删除该 APIService。",
            ),
        ),
        ("https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/",),
        effects=_CLUSTER,
        explained_by=frozenset(
            {
                Effect.NOT_CREATED,
                Effect.NOT_SCHEDULED,
                Effect.NOT_STARTED,
                Effect.CRASHING,
                Effect.NOT_READY,
                Effect.UNREACHABLE,
                Effect.NODE_DOWN,
            }
        ),
    ),
)
