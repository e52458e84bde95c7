"""Causes of pods that stay without a node."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DOCS = "https://kubernetes.io/docs/concepts"
_ASSIGN = f"{_DOCS}/scheduling-eviction/assign-pod-node/"
_TAINTS = f"{_DOCS}/scheduling-eviction/taint-and-toleration/"
_RESOURCES = f"{_DOCS}/configuration/manage-resources-containers/"
_VOLUMES = f"{_DOCS}/storage/persistent-volumes/"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
_GENERIC = ("pod-unschedulable", "replicas-unavailable", "rollout-stuck", "bad-rollout", "statefulset-blocked")
_UNPLACED = frozenset({Effect.NOT_SCHEDULED})
_BY_NODES = frozenset({Effect.NODE_DOWN})
_CLEARED = Text(
    "A node satisfies this constraint and only others exclude it, or the pods are scheduled.",
    "有节点满足该约束、只被其他约束排除，或 Pod 已被调度。",
)


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    fixes: tuple[Text, ...],
    link: str,
    explained_by: frozenset[Effect] = frozenset(),
    refines: tuple[str, ...] = _GENERIC,
) -> Cause:
    """One constraint that leaves a workload without a node."""
    return Cause(
        cause,
        "scheduling",
        title,
        proof,
        _CLEARED,
        _WORKLOADS,
        fixes,
        (link,),
        effects=_UNPLACED,
        explained_by=explained_by,
        refines=refines,
    )


def _short(resource: str, en: str, zh: str, link: str = _RESOURCES) -> Cause:
    """A resource of which no node has enough left."""
    return _cause(
        f"{resource}-insufficient",
        Text(f"No node has enough {en} for the pods", f"没有节点有足够的{zh}运行 Pod"),
        Text(
            f"The request exceeds what every allowed node has left of {en}, or the scheduler says 'Insufficient'.",
            f"请求量超过每个可用节点的{zh}余量，或调度器提示 'Insufficient'。",
        ),
        (
            Text(f"Lower the request of {en} to what the pods need.", f"将{zh}请求降到实际所需。"),
            Text(
                "Add nodes, or larger ones, or free the existing ones.",
                "增加节点、使用更大的节点，或释放现有节点。",
            ),
        ),
        link,
        _BY_NODES,
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "node-cordoned",
        Text("The nodes that could run the pods are cordoned", "可运行 Pod 的节点被封锁(cordon)"),
        Text(
            "The nodes that the pods may use are marked unschedulable; uncordoned they would fit.",
            "Pod 可用的节点被标记为不可调度；解除封锁后即可容纳它们。",
        ),
        (Text("Uncordon the node once its maintenance is over.", "维护结束后解除节点封锁(uncordon)。"),),
        "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",
    ),
    _cause(
        "node-selector-mismatch",
        Text("No node has the labels of the nodeSelector", "没有节点具有 nodeSelector 要求的标签"),
        Text(
            "No node of the cluster carries all labels of the nodeSelector.",
            "集群中没有节点带有 nodeSelector 的全部标签。",
        ),
        (
            Text("Correct the nodeSelector of the pod template.", "更正 Pod 模板的 nodeSelector。"),
            Text("Label a suitable node.", "为合适的节点添加标签。"),
        ),
        f"{_ASSIGN}#nodeselector",
    ),
    _cause(
        "node-affinity-mismatch",
        Text("No node satisfies the required node affinity", "没有节点满足必需的节点亲和性"),
        Text(
            "No node satisfies any term of the required node affinity.", "没有节点满足必需节点亲和性的任何条件。"
        ),
        (
            Text("Correct the node affinity, or make it preferred.", "更正节点亲和性，或改为 preferred。"),
            Text("Label a suitable node.", "为合适的节点添加标签。"),
        ),
        f"{_ASSIGN}#node-affinity",
    ),
    _cause(
        "pod-affinity-unsatisfied",
        Text("No node satisfies the required pod affinity", "没有节点满足必需的 Pod 亲和性"),
        Text(
            "No placed pod matches the affinity term in the topology of any allowed node.",
            "在可用节点的拓扑域内没有已调度的 Pod 匹配亲和性条件。",
        ),
        (Text("Correct the term, or run the pods it refers to.", "更正该条件，或先运行其指向的 Pod。"),),
        f"{_ASSIGN}#inter-pod-affinity-and-anti-affinity",
    ),
    _cause(
        "pod-anti-affinity-conflict",
        Text("Pod anti-affinity excludes every node", "Pod 反亲和性排除了所有节点"),
        Text(
            "Every allowed node shares a topology domain with a pod that the anti-affinity excludes.",
            "每个可用节点所在拓扑域都有被反亲和性排除的 Pod。",
        ),
        (
            Text(
                "Make the anti-affinity preferred, or lower replicas.", "将反亲和性改为 preferred，或减少副本数。"
            ),
            Text("Add nodes.", "增加节点。"),
        ),
        f"{_ASSIGN}#inter-pod-affinity-and-anti-affinity",
        _BY_NODES,
    ),
    _cause(
        "taint-not-tolerated",
        Text("The pods do not tolerate the taints of the nodes", "Pod 不容忍节点的污点"),
        Text(
            "The nodes that the pods may use carry a taint without a matching toleration.",
            "Pod 可用的节点带有污点，而 Pod 没有匹配的容忍度。",
        ),
        (
            Text("Add the toleration to the pod template.", "在 Pod 模板中添加容忍度。"),
            Text("Remove the taint from the node if it is a leftover.", "若污点是遗留的，将其从节点移除。"),
        ),
        _TAINTS,
    ),
    _short("cpu", "CPU", " CPU "),
    _short("memory", "memory", "内存"),
    _short("ephemeral-storage", "ephemeral storage", "临时存储"),
    _short(
        "extended-resource",
        "an extended resource (such as GPUs)",
        "扩展资源(如 GPU)",
        "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/",
    ),
    _cause(
        "node-pods-full",
        Text("The nodes have reached their limit of pods", "节点的 Pod 数量已达上限"),
        Text(
            "Every allowed node runs as many pods as its kubelet permits.",
            "每个可用节点运行的 Pod 数已达 kubelet 上限。",
        ),
        (Text("Add nodes, or raise maxPods of the kubelet.", "增加节点，或提高 kubelet 的 maxPods。"),),
        "https://kubernetes.io/docs/setup/best-practices/cluster-large/",
        _BY_NODES,
    ),
    _cause(
        "host-port-conflict",
        Text("The host ports of the pods are taken on every node", "Pod 的主机端口在所有节点上已被占用"),
        Text(
            "A placed pod uses the same host port on every allowed node.",
            "每个可用节点上都有 Pod 占用相同的主机端口。",
        ),
        (
            Text(
                "Use a Service instead of a host port, or another port.", "改用 Service 代替主机端口，或更换端口。"
            ),
        ),
        f"{_DOCS}/services-networking/service/",
    ),
    _cause(
        "topology-spread-unsatisfiable",
        Text("The topology spread constraints allow no node", "拓扑分布约束不允许任何节点"),
        Text(
            "One more pod in any reachable domain would exceed maxSkew, or the nodes lack the topology key.",
            "在任何可达的域中再增加一个 Pod 都会超过 maxSkew，或节点缺少拓扑键。",
        ),
        (
            Text(
                "Use ScheduleAnyway, raise maxSkew, or add nodes.",
                "使用 ScheduleAnyway、提高 maxSkew，或增加节点。",
            ),
        ),
        f"{_DOCS}/scheduling-eviction/topology-spread-constraints/",
        _BY_NODES,
    ),
    _cause(
        "volume-node-affinity-conflict",
        Text("The volume of the pods is bound to other nodes", "Pod 的存储卷绑定在其他节点"),
        Text(
            "The node affinity or zone of the bound volume excludes every allowed node.",
            "已绑定卷的节点亲和性或可用区排除了所有可用节点。",
        ),
        (
            Text("Let the pods run where the volume is, or move the data.", "让 Pod 在卷所在处运行，或迁移数据。"),
            Text("Use WaitForFirstConsumer for new claims.", "新的 PVC 使用 WaitForFirstConsumer。"),
        ),
        _VOLUMES,
        _BY_NODES,
    ),
    _cause(
        "volume-attach-limit",
        Text("The nodes can attach no more volumes", "节点可挂接的卷数已达上限"),
        Text("The scheduler says 'exceed max volume count'.", "调度器提示 'exceed max volume count'。"),
        (Text("Add nodes, or use fewer volumes.", "增加节点，或减少存储卷。"),),
        f"{_DOCS}/storage/storage-limits/",
        _BY_NODES,
    ),
    _cause(
        "scheduling-gated",
        Text("A scheduling gate holds the pods back", "调度门控阻止了 Pod 的调度"),
        Text("The pods still carry schedulingGates.", "Pod 仍带有 schedulingGates。"),
        (Text("Find out why the controller of the gate does not remove it.", "查明为何门控的控制器未将其移除。"),),
        f"{_DOCS}/scheduling-eviction/pod-scheduling-readiness/",
    ),
    _cause(
        "scheduler-unknown",
        Text("The named scheduler does not exist", "指定的调度器不存在"),
        Text("No scheduler of that name ever acted on the pods.", "没有该名称的调度器处理过这些 Pod。"),
        (Text("Correct schedulerName, or deploy that scheduler.", "更正 schedulerName，或部署该调度器。"),),
        "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/",
    ),
    _cause(
        "node-name-unknown",
        Text("The named node does not exist", "指定的节点不存在"),
        Text("spec.nodeName names a node that is not in the cluster.", "spec.nodeName 指定的节点不在集群中。"),
        (Text("Remove nodeName from the pod template.", "从 Pod 模板中移除 nodeName。"),),
        f"{_ASSIGN}#nodename",
    ),
    _cause(
        "pod-preempted",
        Text("Pods of higher priority displaced the pods", "更高优先级的 Pod 抢占了这些 Pod"),
        Text("An event 'Preempted' names the pods.", "'Preempted' 事件指出了这些 Pod。"),
        (Text("Raise their priority, or add capacity.", "提高其优先级，或增加容量。"),),
        f"{_DOCS}/scheduling-eviction/pod-priority-preemption/",
    ),
    _cause(
        "pod-unschedulable",
        Text("No node fits the pods", "没有合适的节点运行 Pod"),
        Text(
            "The scheduler finds no node, for a reason that could not be told.", "调度器找不到节点，原因未能确定。"
        ),
        (Text("Compare the pods' constraints with the nodes.", "对照 Pod 的约束与节点检查。"),),
        f"{_DOCS}/scheduling-eviction/kube-scheduler/",
        frozenset({Effect.NODE_DOWN, Effect.VOLUME_UNUSABLE, Effect.CLUSTER_DEGRADED}),
        ("replicas-unavailable", "rollout-stuck"),
    ),
)
