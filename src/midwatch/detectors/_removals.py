"""deprecations: API versions that Kubernetes deprecated, the release that stops to serve them, and the successor.

Source: kubernetes.io/docs/reference/using-api/deprecation-guide.
"""

from __future__ import annotations

from typing import NamedTuple


class Removal(NamedTuple):
    """An API version is gone from minor release `removed` of Kubernetes 1; `successor` replaces it."""

    removed: int
    successor: str


def _all(removed: int, successor: str, version: str, *kinds: str) -> dict[tuple[str, str], Removal]:
    return {(version, kind): Removal(removed, successor) for kind in kinds}


_WORKLOADS = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")
_FLOW = ("FlowSchema", "PriorityLevelConfiguration")
_HOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_RBAC = ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")

REMOVALS: dict[tuple[str, str], Removal] = {
    **_all(16, "apps/v1", "extensions/v1beta1", *_WORKLOADS),
    **_all(16, "apps/v1", "apps/v1beta1", *_WORKLOADS),
    **_all(16, "apps/v1", "apps/v1beta2", *_WORKLOADS),
    **_all(16, "networking.k8s.io/v1", "extensions/v1beta1", "NetworkPolicy"),
    **_all(16, "policy/v1beta1", "extensions/v1beta1", "PodSecurityPolicy"),
    **_all(22, "networking.k8s.io/v1", "extensions/v1beta1", "Ingress"),
    **_all(22, "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "Ingress", "IngressClass"),
    **_all(22, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1", *_HOOKS),
    **_all(22, "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
    **_all(22, "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1", "APIService"),
    **_all(22, "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "CertificateSigningRequest"),
    **_all(22, "coordination.k8s.io/v1", "coordination.k8s.io/v1beta1", "Lease"),
    **_all(22, "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1", *_RBAC),
    **_all(22, "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1alpha1", *_RBAC),
    **_all(22, "scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1", "PriorityClass"),
    **_all(22, "storage.k8s.io/v1", "storage.k8s.io/v1beta1", "CSIDriver", "CSINode", "StorageClass"),
    **_all(22, "storage.k8s.io/v1", "storage.k8s.io/v1beta1", "VolumeAttachment"),
    **_all(25, "batch/v1", "batch/v1beta1", "CronJob"),
    **_all(25, "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "EndpointSlice"),
    **_all(25, "events.k8s.io/v1", "events.k8s.io/v1beta1", "Event"),
    **_all(25, "autoscaling/v2", "autoscaling/v2beta1", "HorizontalPodAutoscaler"),
    **_all(25, "policy/v1", "policy/v1beta1", "PodDisruptionBudget"),
    **_all(25, "Pod Security Admission", "policy/v1beta1", "PodSecurityPolicy"),
    **_all(25, "node.k8s.io/v1", "node.k8s.io/v1beta1", "RuntimeClass"),
    **_all(26, "autoscaling/v2", "autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    **_all(26, "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1", *_FLOW),
    **_all(27, "storage.k8s.io/v1", "storage.k8s.io/v1beta1", "CSIStorageCapacity"),
    **_all(29, "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta2", *_FLOW),
    **_all(32, "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta3", *_FLOW),
}

LABELS: dict[str, str] = {
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}

ANNOTATIONS: dict[str, str] = {
    "kubernetes.io/ingress.class": ".spec.ingressClassName",
    "volume.beta.kubernetes.io/storage-class": ".spec.storageClassName",
    "scheduler.alpha.kubernetes.io/critical-pod": ".spec.priorityClassName",
    "seccomp.security.alpha.kubernetes.io/pod": ".spec.securityContext.seccompProfile",
    "service.alpha.kubernetes.io/tolerate-unready-endpoints": ".spec.publishNotReadyAddresses",
}
