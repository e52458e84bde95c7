"""Which fields each kind prints, and how to tell a kind by them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from midwatch.sources.kubectl_text.describe import (
    access,
    config,
    networking,
    nodes,
    pods,
    policies,
    quotas,
    scaling,
    storage,
    workloads,
)
from midwatch.sources.kubectl_text.describe.sections import Handler

LAYOUTS: Mapping[str, Mapping[str, Handler]] = {
    "Pod": pods.POD,
    "Node": nodes.NODE,
    "Deployment": workloads.DEPLOYMENT,
    "ReplicaSet": workloads.REPLICA_SET,
    "ReplicationController": workloads.REPLICATION_CONTROLLER,
    "StatefulSet": workloads.STATEFUL_SET,
    "DaemonSet": workloads.DAEMON_SET,
    "Job": workloads.JOB,
    "CronJob": workloads.CRON_JOB,
    "Service": networking.SERVICE,
    "Endpoints": networking.ENDPOINTS,
    "EndpointSlice": networking.ENDPOINT_SLICE,
    "Ingress": networking.INGRESS,
    "IngressClass": networking.INGRESS_CLASS,
    "NetworkPolicy": policies.NETWORK_POLICY,
    "PersistentVolume": storage.VOLUME,
    "PersistentVolumeClaim": storage.CLAIM,
    "StorageClass": storage.STORAGE_CLASS,
    "VolumeAttributesClass": storage.VOLUME_ATTRIBUTES_CLASS,
    "ConfigMap": config.CONFIG_MAP,
    "Secret": config.SECRET,
    "ServiceAccount": config.SERVICE_ACCOUNT,
    "ResourceQuota": quotas.QUOTA,
    "LimitRange": quotas.LIMIT_RANGE,
    "Namespace": quotas.NAMESPACE,
    "Role": access.ROLE,
    "ClusterRole": access.ROLE,
    "RoleBinding": access.BINDING,
    "ClusterRoleBinding": access.BINDING,
    "HorizontalPodAutoscaler": scaling.AUTOSCALER,
    "PodDisruptionBudget": scaling.DISRUPTION_BUDGET,
    "PriorityClass": scaling.PRIORITY_CLASS,
}

# Fields that tell a kind, the most telling first.
_TELLING: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(keys.split("|")))
    for kind, keys in (
        ("CronJob", "Schedule|Concurrency Policy"),
        ("Job", "Pods Statuses"),
        ("Deployment", "StrategyType"),
        ("DaemonSet", "Desired Number of Nodes Scheduled"),
        ("StatefulSet", "Volume Claims"),
        ("StatefulSet", "Update Strategy"),
        ("ReplicaSet", "Replicas|Pods Status"),
        ("Pod", "Node|Containers"),
        ("Node", "Roles|Addresses"),
        ("Node", "Unschedulable"),
        ("EndpointSlice", "AddressType"),
        ("Endpoints", "Subsets"),
        ("Ingress", "Rules|Default backend"),
        ("Service", "Session Affinity"),
        ("Service", "IP Families"),
        ("PersistentVolume", "Reclaim Policy|Claim"),
        ("PersistentVolumeClaim", "StorageClass|Volume|Access Modes"),
        ("StorageClass", "IsDefaultClass"),
        ("VolumeAttributesClass", "DriverName"),
        ("NetworkPolicy", "Spec|Created on"),
        ("HorizontalPodAutoscaler", "Reference|Max replicas"),
        ("PriorityClass", "GlobalDefault"),
        ("ServiceAccount", "Image pull secrets"),
        ("Role", "PolicyRule"),
        ("RoleBinding", "Role|Subjects"),
        ("PodDisruptionBudget", "Max unavailable|Status"),
        ("PodDisruptionBudget", "Min available|Status"),
        ("IngressClass", "Controller"),
        ("Secret", "Data|Type"),
        ("ConfigMap", "Data"),
        ("ResourceQuota", "used|Namespace"),
        ("LimitRange", "limits|Namespace"),
        ("Namespace", "Status|quotas"),
        ("Namespace", "Status|ranges"),
        ("Namespace", "Status|none"),
    )
)
_FIELD = re.compile(r"([A-Za-z][\w ./()-]*?):(?:\s|$)|(Data)\s*$")
_ALIKE = frozenset(
    {
        ("ReplicaSet", "ReplicationController"),
        ("Role", "ClusterRole"),
        ("RoleBinding", "ClusterRoleBinding"),
    }
)


def infer(lines: Sequence[str]) -> str | None:
    """The kind that prints these fields, None when no printer does."""
    shown = {match[1] or match[2] for match in map(_FIELD.match, lines) if match}
    for kind, telling in _TELLING:
        if telling <= shown:
            return kind
    return None


def choose(asked: str | None, told: str | None) -> str | None:
    """The kind that was asked for, unless the fields are another kind's."""
    if asked and (told is None or told == asked or (told, asked) in _ALIKE or asked not in LAYOUTS):
        return asked
    return told
