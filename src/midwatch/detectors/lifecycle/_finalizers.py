"""lifecycle: who is to remove which finalizer."""

from __future__ import annotations

from midwatch.domain.text import Text

_KNOWN: dict[str, Text] = {
    "kubernetes.io/pvc-protection": Text(
        "the PVC protection controller, once no pod uses the claim,", "PVC 保护控制器(在没有 Pod 使用该声明之后)"
    ),
    "kubernetes.io/pv-protection": Text(
        "the PV protection controller, once no claim is bound to it,", "PV 保护控制器(在没有声明绑定之后)"
    ),
    "foregroundDeletion": Text(
        "the garbage collector, once all dependants are gone,", "垃圾回收器(在所有从属对象删除之后)"
    ),
    "orphan": Text("the garbage collector", "垃圾回收器"),
    "kubernetes": Text("the namespace controller", "命名空间控制器"),
    "batch.kubernetes.io/job-tracking": Text("the Job controller", "Job 控制器"),
    "service.kubernetes.io/load-balancer-cleanup": Text(
        "the cloud controller, once the load balancer is gone,", "云控制器(在负载均衡器删除之后)"
    ),
    "customresourcecleanup.apiextensions.k8s.io": Text(
        "the API server, once all objects of the kind are gone,", "API 服务器(在该类型的所有对象删除之后)"
    ),
    "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection": Text(
        "the snapshot controller", "快照控制器"
    ),
}


def who_removes(finalizer: str) -> Text:
    """The controller that must act before an object can go; a finalizer is named after its owner."""
    known = _KNOWN.get(finalizer)
    if known is not None:
        return known
    domain = finalizer.partition("/")[0]
    if domain.startswith("external-attacher"):
        return Text("the CSI attacher, once the volume is detached,", "CSI attacher(在卷分离之后)")
    return Text(f"the controller of {domain[:100]}", f"{domain[:100]} 的控制器")
