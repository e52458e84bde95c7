"""Families of kinds, and the colours and symbols of families and states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.render.picture import State


class Family(StrEnum):
    """Kinds that belong together; each family has its own shape and colour."""

    NETWORK = "network"
    WORKLOAD = "workload"
    POD = "pod"
    CONFIG = "configuration"
    STORAGE = "storage"
    NODE = "node"
    ACCESS = "access"
    POLICY = "policy"
    OTHER = "other"


_KINDS = {
    Family.NETWORK: (
        "Service", "Ingress", "IngressClass", "HTTPRoute", "GRPCRoute", "Gateway", "GatewayClass", "Endpoints",
        "EndpointSlice", "ReferenceGrant",
    ),
    Family.WORKLOAD: ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"),
    Family.POD: ("Pod",),
    Family.CONFIG: ("ConfigMap", "Secret", "Certificate"),
    Family.STORAGE: (
        "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode",
    ),
    Family.NODE: ("Node", "RuntimeClass", "PriorityClass", "Namespace", "Lease"),
    Family.ACCESS: (
        "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "CertificateSigningRequest",
        "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "CustomResourceDefinition",
    ),
    Family.POLICY: (
        "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ResourceQuota", "LimitRange",
    ),
}  # fmt: skip
_FAMILY = {kind: family for family, kinds in _KINDS.items() for kind in kinds}

_SHORT = {
    "HorizontalPodAutoscaler": "Autoscaler",
    "MutatingWebhookConfiguration": "MutatingWebhook",
    "PersistentVolume": "Volume",
    "PersistentVolumeClaim": "VolumeClaim",
    "PodDisruptionBudget": "DisruptionBudget",
    "ValidatingWebhookConfiguration": "ValidatingWebhook",
}

SYMBOLS = {State.OK: "●", State.UNKNOWN: "?", State.WARN: "▲", State.ERROR: "✖", State.MISSING: "∅"}
"""One character for each state, for terminals."""


def family_of(kind: str) -> Family:
    """The family of a kind; custom kinds are `OTHER`."""
    return _FAMILY.get(kind, Family.OTHER)


def short_kind(kind: str) -> str:
    """A kind as it fits into a box."""
    return _SHORT.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a drawing. `fills` and `strokes` by state where a state overrides the family's colour."""

    background: str
    ink: str
    faint: str
    edge: str
    path: str
    halo: str
    families: dict[Family, str]
    fill: str
    fills: dict[State, str]
    strokes: dict[State, str]


LIGHT = Theme(
    background="#ffffff",
    ink="#1b2430",
    faint="#667085",
    edge="#98a2b3",
    path="#c4161c",
    halo="#2e6fdb",
    families={
        Family.NETWORK: "#2563eb",
        Family.WORKLOAD: "#0f766e",
        Family.POD: "#0891b2",
        Family.CONFIG: "#a16207",
        Family.STORAGE: "#7c3aed",
        Family.NODE: "#475569",
        Family.ACCESS: "#be185d",
        Family.POLICY: "#4d7c0f",
        Family.OTHER: "#64748b",
    },
    fill="#ffffff",
    fills={State.ERROR: "#fdecec", State.WARN: "#fff6e0", State.MISSING: "#fdecec", State.UNKNOWN: "#f4f5f7"},
    strokes={State.ERROR: "#c4161c", State.WARN: "#c77700", State.MISSING: "#c4161c", State.UNKNOWN: "#8a94a6"},
)
DARK = Theme(
    background="#12161d",
    ink="#e8ecf2",
    faint="#9aa5b5",
    edge="#5b6677",
    path="#ff5d5d",
    halo="#6ea8ff",
    families={
        Family.NETWORK: "#6ea8ff",
        Family.WORKLOAD: "#3ecfbf",
        Family.POD: "#4cc9e8",
        Family.CONFIG: "#e0b040",
        Family.STORAGE: "#b794ff",
        Family.NODE: "#a3b1c6",
        Family.ACCESS: "#ff7eb6",
        Family.POLICY: "#a8d04f",
        Family.OTHER: "#a3adba",
    },
    fill="#1a2029",
    fills={State.ERROR: "#3a1719", State.WARN: "#372a10", State.MISSING: "#3a1719", State.UNKNOWN: "#232a34"},
    strokes={State.ERROR: "#ff5d5d", State.WARN: "#f0a93a", State.MISSING: "#ff5d5d", State.UNKNOWN: "#8390a2"},
)
