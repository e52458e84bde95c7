"""Causes told by metrics: saturation, network quality, load."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_RESOURCES = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"
_SERVICES = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/"
_USAGE = "https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-usage-monitoring/"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod", "Service", "Node")
_SLOW = frozenset({Effect.SLOW})
_GENERIC = ("latency-high", "error-rate-high")
_BELOW = frozenset(Effect) - {Effect.VOLUME_UNUSABLE}
"""Whatever happens to a dependency can show as latency or errors."""

_BROKEN = _BELOW - {Effect.SLOW}
"""A slow dependency is seen by the correlation itself; a broken one is proven by other families."""


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    refutation: Text,
    fixes: tuple[Text, ...],
    link: str,
    *,
    effects: frozenset[Effect] = _SLOW,
    explained_by: frozenset[Effect] = frozenset(),
    refines: tuple[str, ...] = _GENERIC,
) -> Cause:
    return Cause(
        cause,
        "performance",
        title,
        proof,
        refutation,
        _WORKLOADS,
        fixes,
        (link,),
        effects=effects,
        explained_by=explained_by,
        refines=refines,
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "cpu-overload",
        Text("The workload is overloaded: its CPU is saturated", "工作负载 CPU 过载"),
        Text("Its CPU use is far above normal while it answers late.", "其 CPU 使用远高于平时且响应变慢。"),
        Text("Its CPU use is normal.", "其 CPU 使用正常。"),
        (
            Text(
                "Find what burns the CPU; scale out or raise the CPU limit.",
                "找出消耗 CPU 的原因；扩容或提高 CPU 限制。",
            ),
            Text("Undo the last change of the workload if it began there.", "如果从某次变更开始，请回滚该变更。"),
        ),
        _RESOURCES,
        explained_by=frozenset({Effect.NODE_DOWN}),
    ),
    _cause(
        "cpu-throttled",
        Text("The workload is throttled at its CPU limit", "工作负载因 CPU 限制被限流"),
        Text("It is throttled for a large part of the time.", "其大部分时间处于限流状态。"),
        Text("Throttling is as low as usual.", "限流与平时一样低。"),
        (Text("Raise or remove its CPU limit.", "提高或取消其 CPU 限制。"),),
        _RESOURCES,
    ),
    _cause(
        "memory-saturated",
        Text("The workload's memory is nearly exhausted", "工作负载内存接近耗尽"),
        Text("Its memory is near its limit.", "其内存接近限制。"),
        Text("It has memory left.", "其内存尚有余量。"),
        (Text("Raise its memory limit, or find the leak.", "提高内存限制，或查找内存泄漏。"),),
        _RESOURCES,
        effects=frozenset({Effect.SLOW, Effect.CRASHING}),
    ),
    _cause(
        "disk-io-saturated",
        Text("Disk throughput is exhausted", "磁盘吞吐耗尽"),
        Text("Disk load is near what the device can do.", "磁盘负载接近设备上限。"),
        Text("Disk load is normal.", "磁盘负载正常。"),
        (Text("Use a faster class of storage, or spread the load.", "使用更快的存储类型，或分散负载。"),),
        _USAGE,
    ),
    _cause(
        "network-delay",
        Text("Packets to and from the workload are late", "工作负载的网络延迟升高"),
        Text(
            "It is the deepest slow service and neither CPU nor memory is busy, or its round-trip time rose.",
            "它是调用链中最深的变慢服务，且其 CPU 和内存均不繁忙；或其往返时间升高。",
        ),
        Text("A service that it calls is slow too, or it is busy itself.", "它所调用的服务也变慢，或其自身繁忙。"),
        (
            Text(
                "Measure round-trip times from its pods; look at its sidecar and queues.",
                "从其 Pod 测量往返时间；检查其 sidecar 和队列。",
            ),
            Text(
                "Move the pods to another node to see whether it goes along.",
                "将 Pod 迁移到其他节点，观察延迟是否随之移动。",
            ),
        ),
        _SERVICES,
        explained_by=_BROKEN,
    ),
    _cause(
        "network-loss",
        Text("Packets to and from the workload are lost", "工作负载网络丢包"),
        Text("It retransmits, or traffic vanishes without latency.", "出现重传，或流量消失而延迟未升高。"),
        Text("Its retransmissions are as low as usual.", "其重传与平时一样低。"),
        (
            Text(
                "Look at interface errors, MTU and network policies of its pods.",
                "检查其 Pod 的网卡错误、MTU 和网络策略。",
            ),
        ),
        _SERVICES,
        effects=frozenset({Effect.SLOW, Effect.ERRORING, Effect.UNREACHABLE}),
        explained_by=_BROKEN,
    ),
    _cause(
        "traffic-surge",
        Text("More requests arrive than usual", "请求量激增"),
        Text("The request rate rose sharply.", "请求速率急剧上升。"),
        Text("The request rate is normal.", "请求速率正常。"),
        (Text("Scale out, or limit the rate at the entrance.", "扩容，或在入口处限流。"),),
        _USAGE,
    ),
    _cause(
        "traffic-lost",
        Text("Requests no longer arrive", "请求不再到达"),
        Text("The request rate fell sharply.", "请求速率急剧下降。"),
        Text("The request rate is normal.", "请求速率正常。"),
        (Text("Look at what stands before it: routes, DNS, callers.", "检查其上游：路由、DNS、调用方。"),),
        _SERVICES,
        effects=frozenset(),
        explained_by=_BELOW,
        refines=(),
    ),
    _cause(
        "error-rate-high",
        Text("The workload answers with errors", "工作负载错误率升高"),
        Text("Its error rate is above normal.", "其错误率高于平时。"),
        Text("Its error rate is normal.", "其错误率正常。"),
        (Text("Read its logs for the first error.", "从其日志中查找最早的错误。"),),
        _SERVICES,
        effects=frozenset({Effect.ERRORING}),
        explained_by=_BELOW,
        refines=(),
    ),
    _cause(
        "latency-high",
        Text("The workload answers late", "工作负载响应变慢"),
        Text("Its latency is above normal.", "其延迟高于平时。"),
        Text("Its latency is normal.", "其延迟正常。"),
        (Text("Find the slowest of the services that it calls.", "找出其调用的服务中最慢的一个。"),),
        _SERVICES,
        explained_by=_BELOW,
        refines=(),
    ),
)
