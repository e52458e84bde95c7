"""Causes of claims without volumes and of volumes that pods cannot use."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_VOLUMES = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/"
_CLASSES = "https://kubernetes.io/docs/concepts/storage/storage-classes/"
_GENERIC = ("pvc-pending", "pod-unschedulable", "replicas-unavailable", "rollout-stuck", "statefulset-blocked")
_UNUSABLE = frozenset({Effect.VOLUME_UNUSABLE})
_BY_NODE = frozenset({Effect.NODE_DOWN, Effect.NODE_DEGRADED})
_BOUND = Text("The claim is bound.", "PVC 已绑定。")
_CULPRITS = ("PersistentVolumeClaim", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod")


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    fixes: tuple[Text, ...],
    refutation: Text = _BOUND,
    link: str = _VOLUMES,
    explained_by: frozenset[Effect] = frozenset(),
    refines: tuple[str, ...] = _GENERIC,
) -> Cause:
    """One reason for which the pods of a claim cannot use a volume."""
    return Cause(
        cause,
        "storage",
        title,
        proof,
        refutation,
        _CULPRITS,
        fixes,
        (link,),
        effects=_UNUSABLE,
        explained_by=explained_by,
        refines=refines,
    )


def _mismatch(cause: str, en: str, zh: str, fixes: tuple[Text, ...]) -> Cause:
    """A field in which the claim and the volume meant for it differ."""
    return _cause(
        cause,
        Text(f"The {en} of the claim does not match any volume", f"PVC 的{zh}与任何卷都不匹配"),
        Text(
            f"The claim is pending and the nearest available volume differs in the {en}.",
            f"PVC 处于 Pending，最接近的可用卷在{zh}上不同。",
        ),
        fixes,
        Text(
            f"A volume with that {en} is available, or the claim is bound.",
            f"存在{zh}相符的可用卷，或 PVC 已绑定。",
        ),
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "pvc-missing",
        Text("The claim that the pods mount does not exist", "Pod 挂载的 PVC 不存在"),
        Text("The pods name a claim that is not in their namespace.", "Pod 引用的 PVC 不在其命名空间中。"),
        (Text("Create the claim, or correct claimName.", "创建该 PVC，或更正 claimName。"),),
        Text("The claim exists in the namespace of the pods.", "该 PVC 存在于 Pod 的命名空间中。"),
        explained_by=_UNUSABLE,
    ),
    _cause(
        "pvc-storage-class-missing",
        Text("The StorageClass of the claim does not exist", "PVC 的 StorageClass 不存在"),
        Text(
            "The claim names a class that does not exist, and no volume of that class is there.",
            "PVC 引用的 StorageClass 不存在，也没有该类的卷。",
        ),
        (
            Text("Name an existing StorageClass (needs a new claim).", "改用已有的 StorageClass(需新建 PVC)。"),
            Text("Create the StorageClass.", "创建该 StorageClass。"),
        ),
        Text("The class exists.", "该 StorageClass 存在。"),
        _CLASSES,
    ),
    _mismatch(
        "pvc-storage-class-mismatch",
        "StorageClass",
        "存储类",
        (Text("Give claim and volume the same storageClassName.", "使 PVC 与 PV 的 storageClassName 一致。"),),
    ),
    _mismatch(
        "pvc-access-mode-mismatch",
        "access mode",
        "访问模式",
        (Text("Ask only for access modes that the volume offers.", "只请求卷所提供的访问模式。"),),
    ),
    _mismatch(
        "pvc-capacity-mismatch",
        "requested size",
        "请求容量",
        (
            Text(
                "Ask for no more than the volume has, or provide a larger one.",
                "请求不超过卷的容量，或提供更大的卷。",
            ),
        ),
    ),
    _mismatch(
        "pvc-selector-mismatch",
        "selector",
        "选择器",
        (
            Text(
                "Correct the selector of the claim, or label the volume.", "更正 PVC 的 selector，或为卷添加标签。"
            ),
        ),
    ),
    _cause(
        "pv-already-bound",
        Text("The volume of the claim is bound to another claim", "PVC 所需的卷已绑定到其他 PVC"),
        Text(
            "The only volume that fits carries a claimRef to another claim.",
            "唯一符合的卷的 claimRef 指向其他 PVC。",
        ),
        (
            Text("Provide another volume, or release this one.", "提供另一个卷，或释放该卷。"),
            Text("Correct volumeName of the claim.", "更正 PVC 的 volumeName。"),
        ),
        Text("Another volume that fits is available.", "存在另一个符合的可用卷。"),
    ),
    _cause(
        "pv-released",
        Text("The volume was released and not made available again", "卷已释放但未重新可用"),
        Text("The only volume that fits is Released or Failed.", "唯一符合的卷处于 Released 或 Failed。"),
        (
            Text(
                "Remove claimRef from the volume once its data may be reused.",
                "确认数据可复用后移除卷的 claimRef。",
            ),
        ),
        Text("Another volume that fits is available.", "存在另一个符合的可用卷。"),
        f"{_VOLUMES}#reclaiming",
    ),
    _cause(
        "default-storage-class-missing",
        Text("The claim names no class and there is no default one", "PVC 未指定存储类且没有默认存储类"),
        Text(
            "storageClassName is absent, no StorageClass is marked as default and no volume without class fits.",
            "未设置 storageClassName，没有默认 StorageClass，也没有无类的卷符合。",
        ),
        (Text("Mark a StorageClass as default, or name one.", "将某个 StorageClass 设为默认，或明确指定。"),),
        Text("A default class exists.", "存在默认存储类。"),
        f"{_CLASSES}#default-storageclass",
    ),
    _cause(
        "volume-provisioning-failed",
        Text("The provisioner cannot make the volume", "供应器无法创建卷"),
        Text(
            "An event ProvisioningFailed, or a claim pending with a working class.",
            "出现 ProvisioningFailed 事件，或类正常而 PVC 仍 Pending。",
        ),
        (Text("Act on the provisioner's message and check its pods.", "按供应器的消息处理，并检查其 Pod。"),),
        link="https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/",
        explained_by=frozenset({Effect.CLUSTER_DEGRADED}),
    ),
    _cause(
        "pvc-lost",
        Text("The volume of the claim is gone", "PVC 的卷已丢失"),
        Text("The claim is Lost, or names a volume that does not exist.", "PVC 处于 Lost，或其指定的卷不存在。"),
        (Text("Restore the volume or its data into a new claim.", "恢复该卷，或将数据恢复到新的 PVC。"),),
        Text("The volume exists.", "该卷存在。"),
    ),
    _cause(
        "volume-multi-attach",
        Text("The volume is still attached to another node", "卷仍挂接在另一个节点上"),
        Text("FailedAttachVolume with 'Multi-Attach error'.", "FailedAttachVolume 含 'Multi-Attach error'。"),
        (
            Text("End the other pod, or use strategy Recreate.", "结束另一个 Pod，或使用 Recreate 策略。"),
            Text("If its node is down, mark it out-of-service.", "若其节点宕机，将其标记为 out-of-service。"),
        ),
        Text("The volume is attached to the pod's node.", "卷已挂接到该 Pod 的节点。"),
        explained_by=_BY_NODE,
    ),
    _cause(
        "volume-attach-failed",
        Text("The volume cannot be attached to the node", "卷无法挂接到节点"),
        Text(
            "FailedAttachVolume, or an error in the VolumeAttachment.",
            "FailedAttachVolume，或 VolumeAttachment 中有错误。",
        ),
        (Text("Act on the driver's message; check its controller.", "按驱动的消息处理，并检查其控制器。"),),
        Text("The volume is attached.", "卷已挂接。"),
        explained_by=_BY_NODE,
    ),
    _cause(
        "volume-mount-failed",
        Text("The volume cannot be mounted", "卷无法挂载"),
        Text("FailedMount while the pod waits to start.", "Pod 等待启动时出现 FailedMount。"),
        (
            Text(
                "Act on the kubelet's message; check the storage server.",
                "按 kubelet 的消息处理，并检查存储服务器。",
            ),
        ),
        Text("The containers of the pod run.", "Pod 的容器正在运行。"),
        explained_by=_BY_NODE | _UNUSABLE,
    ),
    _cause(
        "volume-full",
        Text("The volume is full", "卷已写满"),
        Text(
            "The application logs 'no space left on device' for its volume.",
            "应用日志出现 'no space left on device'。",
        ),
        (Text("Free space, or enlarge the claim.", "清理空间，或扩容 PVC。"),),
        Text("The volume has free space.", "卷有剩余空间。"),
        f"{_VOLUMES}#expanding-persistent-volumes-claims",
        refines=("application-crash", "container-crashing"),
    ),
    _cause(
        "volume-resize-failed",
        Text("The volume cannot grow", "卷无法扩容"),
        Text("An event or condition says that resizing failed.", "事件或状况表明扩容失败。"),
        (Text("Act on the message; ask for a size the backend can give.", "按消息处理，请求后端可提供的大小。"),),
        Text("The capacity equals the request.", "容量等于请求值。"),
        f"{_VOLUMES}#recovering-from-failure-when-expanding-volumes",
    ),
    _cause(
        "csi-driver-missing",
        Text("The CSI driver of the volume is missing", "卷所需的 CSI 驱动缺失"),
        Text(
            "No CSIDriver of that name exists, or the node has not registered it.",
            "不存在该 CSIDriver，或节点未注册。",
        ),
        (Text("Install or repair the driver on the nodes.", "在节点上安装或修复该驱动。"),),
        Text("The driver is registered on the node.", "驱动已在节点注册。"),
        "https://kubernetes.io/docs/concepts/storage/volumes/",
        _BY_NODE,
        (*_GENERIC, "volume-provisioning-failed", "volume-mount-failed"),
    ),
    _cause(
        "pvc-pending",
        Text("The claim finds no volume", "PVC 未找到卷"),
        Text("The claim is pending for a reason that could not be told.", "PVC 处于 Pending，原因未能确定。"),
        (Text("Compare the claim with the volumes and classes.", "对照 PVC 与卷和存储类检查。"),),
        explained_by=frozenset({Effect.CLUSTER_DEGRADED, Effect.NOT_SCHEDULED}),
        refines=("pod-unschedulable", "replicas-unavailable", "rollout-stuck"),
    ),
)
