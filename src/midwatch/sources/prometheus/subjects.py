"""Which object the labels of a series name. Resolution to what really exists is the detectors' business."""

from __future__ import annotations

from collections.abc import Mapping

from midwatch.domain.resource import Ref

_KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "replicaset": "ReplicaSet",
    "job": "Job",
    "cronjob": "CronJob",
}
_NAMESPACES = ("namespace", "destination_workload_namespace", "k8s_namespace_name", "service_namespace")
_NAMES = ("workload", "destination_workload", "k8s_deployment_name", "service_name")


def workload_of(labels: Mapping[str, str]) -> Ref | None:
    """The workload of a series; None when its labels do not tell. OpenTelemetry's job is `namespace/service`."""
    space, _, service = labels.get("job", "").rpartition("/")
    namespace = _first(labels, _NAMESPACES) or space
    name = _first(labels, _NAMES) or service
    if not namespace or not name or name == "unknown":
        return None
    return Ref(_KINDS.get(labels.get("workload_type", "").lower(), "Deployment"), namespace, name)


def node_of(labels: Mapping[str, str], by_address: Mapping[str, str]) -> Ref | None:
    """The node of a series, by its label or by the address of its exporter."""
    instance = labels.get("instance", "")
    host = instance.rpartition(":")[0] or instance
    name = labels.get("node") or by_address.get(host) or host
    return Ref("Node", "", name) if name else None


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[each] for each in names if labels.get(each)), "")
