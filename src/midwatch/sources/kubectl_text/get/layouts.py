"""Which columns belong to which kind: to fill objects, to tell a kind, and to read tables without a header."""

from __future__ import annotations

import re
from collections.abc import Mapping

from midwatch.sources.kubectl_text.get import cluster, happenings, networking, pods, workloads
from midwatch.sources.kubectl_text.get.rows import Fill

FILLS: Mapping[str, Fill] = {
    "Pod": pods.pod,
    "Deployment": workloads.deployment,
    "ReplicaSet": workloads.replica_set,
    "ReplicationController": workloads.replication_controller,
    "StatefulSet": workloads.stateful_set,
    "DaemonSet": workloads.daemon_set,
    "Job": workloads.job,
    "CronJob": workloads.cron_job,
    "Service": networking.service,
    "Endpoints": networking.endpoints,
    "EndpointSlice": networking.endpoint_slice,
    "Ingress": networking.ingress,
    "IngressClass": networking.ingress_class,
    "NetworkPolicy": networking.network_policy,
    "Node": cluster.node,
    "Namespace": cluster.namespace,
    "PersistentVolume": cluster.volume,
    "PersistentVolumeClaim": cluster.claim,
    "StorageClass": cluster.storage_class,
    "Secret": cluster.secret,
    "ResourceQuota": cluster.quota,
    "RoleBinding": cluster.binding,
    "ClusterRoleBinding": cluster.binding,
    "HorizontalPodAutoscaler": cluster.autoscaler,
    "PodDisruptionBudget": cluster.disruption_budget,
    "PriorityClass": cluster.priority_class,
    "Lease": cluster.lease,
    "Role": cluster.created,
    "ClusterRole": cluster.created,
    "LimitRange": cluster.created,
    "CustomResourceDefinition": cluster.created,
}

# Headers that tell a kind, the most telling first.
_TELLING: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(headers.split("|")))
    for kind, headers in (
        ("Event", "LAST SEEN|REASON|OBJECT"),
        ("Pod", "READY|STATUS|RESTARTS"),
        ("DaemonSet", "DESIRED|CURRENT|READY|UP-TO-DATE"),
        ("Deployment", "READY|UP-TO-DATE|AVAILABLE"),
        ("ReplicaSet", "DESIRED|CURRENT|READY"),
        ("CronJob", "SCHEDULE|SUSPEND"),
        ("Job", "COMPLETIONS"),
        ("Service", "CLUSTER-IP|PORT(S)"),
        ("EndpointSlice", "ADDRESSTYPE|ENDPOINTS"),
        ("Endpoints", "ENDPOINTS"),
        ("Ingress", "HOSTS|ADDRESS"),
        ("IngressClass", "CONTROLLER|PARAMETERS"),
        ("NetworkPolicy", "POD-SELECTOR"),
        ("Node", "ROLES|VERSION"),
        ("PersistentVolume", "CAPACITY|RECLAIM POLICY|CLAIM"),
        ("PersistentVolumeClaim", "STATUS|VOLUME|CAPACITY"),
        ("StorageClass", "PROVISIONER"),
        ("Secret", "TYPE|DATA"),
        ("ServiceAccount", "SECRETS"),
        ("ConfigMap", "DATA"),
        ("ResourceQuota", "REQUEST"),
        ("RoleBinding", "ROLE"),
        ("HorizontalPodAutoscaler", "MINPODS|MAXPODS"),
        ("PodDisruptionBudget", "MIN AVAILABLE|ALLOWED DISRUPTIONS"),
        ("PriorityClass", "GLOBAL-DEFAULT"),
        ("Lease", "HOLDER"),
    )
)

_BARE: Mapping[str, str] = {
    "Pod": "NAME|READY|STATUS|RESTARTS|AGE|IP|NODE|NOMINATED NODE|READINESS GATES",
    "Deployment": "NAME|READY|UP-TO-DATE|AVAILABLE|AGE|CONTAINERS|IMAGES|SELECTOR",
    "ReplicaSet": "NAME|DESIRED|CURRENT|READY|AGE|CONTAINERS|IMAGES|SELECTOR",
    "StatefulSet": "NAME|READY|AGE|CONTAINERS|IMAGES",
    "DaemonSet": "NAME|DESIRED|CURRENT|READY|UP-TO-DATE|AVAILABLE|NODE SELECTOR|AGE|CONTAINERS|IMAGES|SELECTOR",
    "Service": "NAME|TYPE|CLUSTER-IP|EXTERNAL-IP|PORT(S)|AGE|SELECTOR",
    "Endpoints": "NAME|ENDPOINTS|AGE",
    "NetworkPolicy": "NAME|POD-SELECTOR|AGE",
    "Node": "NAME|STATUS|ROLES|AGE|VERSION|INTERNAL-IP|EXTERNAL-IP|OS-IMAGE|KERNEL-VERSION|CONTAINER-RUNTIME",
    "Namespace": "NAME|STATUS|AGE",
    "ConfigMap": "NAME|DATA|AGE",
    "Secret": "NAME|TYPE|DATA|AGE",
    "ServiceAccount": "NAME|SECRETS|AGE",
    "Event": "|".join(happenings.COLUMNS),
}

_EVENT = re.compile(r"\d\w{0,9}(?: \(x\d+ over \w+\))? {2,}(?:Normal|Warning) {2,}\S")


def kind_of(header: tuple[str, ...]) -> str | None:
    """The kind whose table has this header; None when several kinds print it (`NAME AGE`)."""
    shown = frozenset(header)
    for kind, telling in _TELLING:
        if telling <= shown:
            return kind
    plain = tuple(name for name in header if name not in ("NAMESPACE", "LABELS"))
    if plain in (("NAME", "STATUS", "AGE"), ("NAME", "STATUS")):
        return "Namespace"
    return "StatefulSet" if plain[:3] == ("NAME", "READY", "AGE") else None


def is_event(line: str) -> bool:
    """Whether a line is a row of an event table that was printed without its header."""
    return bool(_EVENT.match(line))


def bare_columns(kind: str) -> tuple[str, ...] | None:
    """The columns of a table printed with --no-headers, where its kind is known."""
    columns = _BARE.get(kind)
    return tuple(columns.split("|")) if columns else None
