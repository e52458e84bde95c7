"""Causes that lie with a node: its kubelet, runtime, network, resources or kernel."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DOCS = "https://kubernetes.io/docs"
_DEBUG = f"{_DOCS}/tasks/debug/debug-cluster/"
_PRESSURE = f"{_DOCS}/concepts/scheduling-eviction/node-pressure-eviction/"
_NODES = f"{_DOCS}/reference/node/node-status/"
_DOWN = frozenset({Effect.NODE_DOWN})
_DEGRADED = frozenset({Effect.NODE_DEGRADED})
_NO_NETWORK = frozenset({Effect.NODE_DEGRADED, Effect.NOT_STARTED, Effect.UNREACHABLE})
_LOGS = Text("Read the unit's log on the node: `journalctl -u <unit> -n 200`.", "在节点上查看该服务的日志。")
_HEALTHY = Text(
    "The node's Ready condition is True and its lease is renewed.", "节点的 Ready 状况为 True 且租约持续更新。"
)


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    refutation: Text,
    fixes: tuple[Text, ...],
    link: str,
    effects: frozenset[Effect],
    refines: tuple[str, ...] = (),
    culprits: tuple[str, ...] = ("Node",),
) -> Cause:
    """Something wrong with a node, which is never a mere consequence of what runs on it."""
    return Cause(
        cause, "nodes", title, proof, refutation, culprits, fixes, (link,), effects=effects, refines=refines
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "node-not-ready",
        Text("The node is not ready", "节点未就绪"),
        Text("Its Ready condition is False or Unknown.", "其 Ready 状况为 False 或 Unknown。"),
        _HEALTHY,
        (
            Text(
                "Check that the machine is up and reaches the API server.",
                "检查该机器是否在线并能访问 API 服务器。",
            ),
            Text("Drain it and replace it if it does not come back.", "如果无法恢复，请排空并替换该节点。"),
        ),
        _DEBUG,
        _DOWN,
    ),
    _cause(
        "kubelet-unavailable",
        Text("The kubelet of the node does not run", "节点上的 kubelet 没有运行"),
        Text(
            "Its service is not active, or the node stopped posting its status and renewing its lease.",
            "其服务未处于 active 状态，或节点停止上报状态和续租。",
        ),
        Text(
            "The kubelet's service is active and the lease is fresh.", "kubelet 服务处于 active 状态且租约是新的。"
        ),
        (
            Text("Start it: `systemctl restart kubelet`.", "启动它：`systemctl restart kubelet`。"),
            _LOGS,
        ),
        _DEBUG,
        _DOWN,
        refines=("node-not-ready",),
    ),
    _cause(
        "container-runtime-unavailable",
        Text("The container runtime of the node does not answer", "节点上的容器运行时没有响应"),
        Text(
            "Its service is not active, or the kubelet cannot reach its socket.",
            "其服务未处于 active 状态，或 kubelet 无法连接其套接字。",
        ),
        Text(
            "The runtime's service is active and pods start on the node.",
            "运行时服务处于 active 状态且 Pod 能启动。",
        ),
        (
            Text(
                "Start it: `systemctl restart containerd` (or crio).", "启动它：`systemctl restart containerd`。"
            ),
            Text("Check the disk that holds its data for space and errors.", "检查其数据所在磁盘的空间和错误。"),
        ),
        f"{_DOCS}/setup/production-environment/container-runtimes/",
        _DOWN,
        refines=("kubelet-unavailable", "node-not-ready", "sandbox-create-failed"),
    ),
    _cause(
        "kube-proxy-unavailable",
        Text("kube-proxy does not run on the node", "节点上的 kube-proxy 没有运行"),
        Text(
            "Its service or pod on the node is not running: Service addresses go stale there.",
            "该节点上的 kube-proxy 服务或 Pod 未运行，Service 地址规则不再更新。",
        ),
        Text("kube-proxy runs on the node and syncs its rules.", "kube-proxy 在该节点上运行并同步规则。"),
        (
            Text("Restart kube-proxy on the node.", "重启该节点上的 kube-proxy。"),
            Text(
                "Check its configuration and its access to the API server.", "检查其配置以及对 API 服务器的访问。"
            ),
        ),
        f"{_DOCS}/reference/networking/virtual-ips/",
        frozenset({Effect.NODE_DEGRADED, Effect.UNREACHABLE}),
        culprits=("Node", "DaemonSet"),
    ),
    _cause(
        "cni-failing",
        Text("The pod network (CNI) cannot be set up", "Pod 网络（CNI）无法建立"),
        Text(
            "The runtime says its network is not ready, or pod sandboxes fail in the network plugin.",
            "运行时提示网络未就绪，或 Pod 沙箱在网络插件处失败。",
        ),
        Text("New pods on the node get addresses.", "该节点上的新 Pod 能获得地址。"),
        (
            Text(
                "Restart the network plugin's pod on the node and read its log.",
                "重启该节点上的网络插件 Pod 并查看日志。",
            ),
            Text("Check /etc/cni/net.d and the pool of addresses.", "检查 /etc/cni/net.d 以及地址池。"),
        ),
        f"{_DOCS}/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
        _NO_NETWORK,
        refines=("node-not-ready", "node-network-unavailable", "sandbox-create-failed"),
        culprits=("Node", "DaemonSet"),
    ),
    _cause(
        "node-network-unavailable",
        Text("The network of the node is not configured", "节点网络未配置"),
        Text("Its condition NetworkUnavailable is True.", "其状况 NetworkUnavailable 为 True。"),
        Text("NetworkUnavailable is False.", "NetworkUnavailable 为 False。"),
        (Text("Check the routes made by the cloud controller or CNI.", "检查云控制器或 CNI 创建的路由。"),),
        _NODES,
        _NO_NETWORK,
        refines=("node-not-ready",),
    ),
    _cause(
        "node-memory-pressure",
        Text("The node runs out of memory", "节点内存不足"),
        Text(
            "MemoryPressure is True, or the kernel killed processes.", "MemoryPressure 为 True，或内核杀死了进程。"
        ),
        Text(
            "MemoryPressure is False and nothing was evicted lately.", "MemoryPressure 为 False 且近期没有驱逐。"
        ),
        (
            Text("Set memory requests and limits that match real use.", "按实际用量设置内存请求和限制。"),
            Text("Move the largest pods away or add memory.", "迁走占用最多的 Pod 或增加内存。"),
        ),
        _PRESSURE,
        _DEGRADED,
    ),
    _cause(
        "node-disk-pressure",
        Text("The node runs out of disk space or inodes", "节点磁盘空间或 inode 不足"),
        Text(
            "DiskPressure is True, or images cannot be garbage collected.",
            "DiskPressure 为 True，或镜像无法回收。",
        ),
        Text("DiskPressure is False.", "DiskPressure 为 False。"),
        (
            Text(
                "Remove unused images and old logs; limit ephemeral storage.",
                "清理无用镜像和旧日志；限制临时存储。",
            ),
            Text("Enlarge the disk.", "扩大磁盘。"),
        ),
        _PRESSURE,
        _DEGRADED,
    ),
    _cause(
        "node-pid-pressure",
        Text("The node runs out of process ids", "节点进程号不足"),
        Text("PIDPressure is True.", "PIDPressure 为 True。"),
        Text("PIDPressure is False.", "PIDPressure 为 False。"),
        (
            Text(
                "Find the pod that forks without end and set podPidsLimit.",
                "找出不断创建进程的 Pod 并设置 podPidsLimit。",
            ),
        ),
        f"{_DOCS}/concepts/policy/pid-limiting/",
        _DEGRADED,
    ),
    _cause(
        "node-kernel-fault",
        Text("The kernel or a file system of the node is broken", "节点内核或文件系统出现故障"),
        Text(
            "node-problem-detector reports a kernel or file system problem.",
            "node-problem-detector 报告内核或文件系统问题。",
        ),
        Text("The condition is gone and pods work on the node.", "该状况已消失且节点上的 Pod 正常。"),
        (Text("Drain the node, then reboot or replace it.", "排空节点，然后重启或替换。"),),
        f"{_DOCS}/tasks/debug/debug-cluster/monitor-node-health/",
        _DOWN,
        refines=("node-not-ready",),
    ),
    _cause(
        "node-clock-skew",
        Text("The clock of the node is wrong", "节点时钟不准"),
        Text("The time synchronisation of the node is reported as broken.", "节点时间同步被报告为异常。"),
        Text("The node's clock is synchronised.", "节点时钟已同步。"),
        (Text("Repair chrony or ntpd on the node.", "修复节点上的 chrony 或 ntpd。"),),
        f"{_DOCS}/tasks/debug/debug-cluster/monitor-node-health/",
        _DEGRADED,
    ),
    _cause(
        "node-network-delay",
        Text("The network of the node is slow", "节点网络延迟升高"),
        Text(
            "Services on the node became slow together, without being busy, and others did not.",
            "该节点上的服务在自身不繁忙的情况下同时变慢，而其他节点上的服务没有。",
        ),
        Text("Services on the node answer as fast as elsewhere.", "该节点上的服务响应与其他节点一样快。"),
        (
            Text(
                "Measure round-trip times to the node; check its link and queues.",
                "测量到该节点的往返时间；检查链路和队列。",
            ),
            Text("Cordon it until the link is good again.", "在链路恢复前隔离该节点。"),
        ),
        _DEBUG,
        frozenset({Effect.NODE_DEGRADED, Effect.SLOW}),
        refines=("latency-high",),
    ),
    _cause(
        "node-network-loss",
        Text("The network of the node loses packets", "节点网络丢包"),
        Text(
            "The node retransmits, and services on it lose traffic or fail together.",
            "节点出现重传，且其上的服务同时丢失流量或出错。",
        ),
        Text("The node's error and retransmission counters stand still.", "节点的错误与重传计数没有增长。"),
        (
            Text(
                "Check interface errors, MTU and the switch port of the node.",
                "检查节点网卡错误、MTU 以及交换机端口。",
            ),
            Text("Cordon it until the link is good again.", "在链路恢复前隔离该节点。"),
        ),
        _DEBUG,
        frozenset({Effect.NODE_DEGRADED, Effect.SLOW, Effect.ERRORING}),
        refines=("error-rate-high",),
    ),
    _cause(
        "node-version-skew",
        Text("Kubelets are too many versions apart", "kubelet 版本相差过大"),
        Text("Kubelet versions differ by more than three minor releases.", "kubelet 版本相差超过三个次版本。"),
        Text("All kubelets are within three minor releases.", "所有 kubelet 相差不超过三个次版本。"),
        (Text("Upgrade the oldest nodes.", "升级最旧的节点。"),),
        "https://kubernetes.io/releases/version-skew-policy/",
        frozenset(),
    ),
    _cause(
        "node-overcommitted",
        Text("Memory limits exceed what the node has", "内存限制总和超过节点可用内存"),
        Text("The limits of its pods add up to far more than is allocatable.", "其 Pod 的限制总和远超可分配量。"),
        Text("The limits fit the node.", "限制总和不超过节点可用量。"),
        (Text("Lower limits or spread the pods over more nodes.", "降低限制或将 Pod 分散到更多节点。"),),
        f"{_DOCS}/concepts/configuration/manage-resources-containers/",
        frozenset(),
    ),
)
