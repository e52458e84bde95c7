"""The resource types that a survey lists, and the struct each decodes into."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.domain.kube import access, cluster, networking, pods, storage, workloads
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.query import ResourcesQuery


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A served resource type. `custom` types need discovery before they may be listed."""

    struct: type[KubeObject]
    resource: str
    group: str
    version: str
    namespaced: bool
    custom: bool = False

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.struct.KIND

    def query(self, namespace: str = "") -> ResourcesQuery:
        """The LIST of this type; Secrets as metadata only; cluster-scoped types ignore the namespace."""
        return ResourcesQuery(
            self.kind,
            self.resource,
            self.group,
            self.version,
            namespace if self.namespaced else "",
            metadata_only=self.struct is cluster.Secret,
        )


def _core(struct: type[KubeObject], resource: str, *, namespaced: bool = True) -> ResourceType:
    return ResourceType(struct, resource, "", "v1", namespaced)


_GATEWAY = "gateway.networking.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_RBAC = "rbac.authorization.k8s.io"

RESOURCE_TYPES: tuple[ResourceType, ...] = (
    _core(pods.Pod, "pods"),
    _core(cluster.Event, "events"),
    _core(networking.Service, "services"),
    _core(networking.Endpoints, "endpoints"),
    _core(cluster.Node, "nodes", namespaced=False),
    _core(cluster.Namespace, "namespaces", namespaced=False),
    _core(cluster.ConfigMap, "configmaps"),
    _core(cluster.Secret, "secrets"),
    _core(cluster.ServiceAccount, "serviceaccounts"),
    _core(storage.PersistentVolumeClaim, "persistentvolumeclaims"),
    _core(storage.PersistentVolume, "persistentvolumes", namespaced=False),
    _core(cluster.ResourceQuota, "resourcequotas"),
    _core(cluster.LimitRange, "limitranges"),
    ResourceType(workloads.Deployment, "deployments", "apps", "v1", True),
    ResourceType(workloads.ReplicaSet, "replicasets", "apps", "v1", True),
    ResourceType(workloads.StatefulSet, "statefulsets", "apps", "v1", True),
    ResourceType(workloads.DaemonSet, "daemonsets", "apps", "v1", True),
    ResourceType(workloads.Job, "jobs", "batch", "v1", True),
    ResourceType(workloads.CronJob, "cronjobs", "batch", "v1", True),
    ResourceType(workloads.HorizontalPodAutoscaler, "horizontalpodautoscalers", "autoscaling", "v2", True),
    ResourceType(workloads.PodDisruptionBudget, "poddisruptionbudgets", "policy", "v1", True),
    ResourceType(networking.EndpointSlice, "endpointslices", "discovery.k8s.io", "v1", True),
    ResourceType(networking.Ingress, "ingresses", "networking.k8s.io", "v1", True),
    ResourceType(networking.IngressClass, "ingressclasses", "networking.k8s.io", "v1", False),
    ResourceType(networking.NetworkPolicy, "networkpolicies", "networking.k8s.io", "v1", True),
    ResourceType(networking.Gateway, "gateways", _GATEWAY, "v1", True, custom=True),
    ResourceType(networking.GatewayClass, "gatewayclasses", _GATEWAY, "v1", False, custom=True),
    ResourceType(networking.HTTPRoute, "httproutes", _GATEWAY, "v1", True, custom=True),
    ResourceType(networking.GRPCRoute, "grpcroutes", _GATEWAY, "v1", True, custom=True),
    ResourceType(networking.ReferenceGrant, "referencegrants", _GATEWAY, "v1beta1", True, custom=True),
    ResourceType(storage.StorageClass, "storageclasses", "storage.k8s.io", "v1", False),
    ResourceType(storage.VolumeAttachment, "volumeattachments", "storage.k8s.io", "v1", False),
    ResourceType(storage.CSIDriver, "csidrivers", "storage.k8s.io", "v1", False),
    ResourceType(storage.CSINode, "csinodes", "storage.k8s.io", "v1", False),
    ResourceType(access.Role, "roles", _RBAC, "v1", True),
    ResourceType(access.RoleBinding, "rolebindings", _RBAC, "v1", True),
    ResourceType(access.ClusterRole, "clusterroles", _RBAC, "v1", False),
    ResourceType(access.ClusterRoleBinding, "clusterrolebindings", _RBAC, "v1", False),
    ResourceType(
        access.ValidatingWebhookConfiguration, "validatingwebhookconfigurations", _ADMISSION, "v1", False
    ),
    ResourceType(access.MutatingWebhookConfiguration, "mutatingwebhookconfigurations", _ADMISSION, "v1", False),
    ResourceType(access.APIService, "apiservices", "apiregistration.k8s.io", "v1", False),
    ResourceType(
        access.CustomResourceDefinition, "customresourcedefinitions", "apiextensions.k8s.io", "v1", False
    ),
    ResourceType(
        access.CertificateSigningRequest, "certificatesigningrequests", "certificates.k8s.io", "v1", False
    ),
    ResourceType(access.Certificate, "certificates", "cert-manager.io", "v1", True, custom=True),
    ResourceType(cluster.Lease, "leases", "coordination.k8s.io", "v1", True),
    ResourceType(cluster.PriorityClass, "priorityclasses", "scheduling.k8s.io", "v1", False),
    ResourceType(cluster.RuntimeClass, "runtimeclasses", "node.k8s.io", "v1", False),
)

BY_KIND: dict[str, ResourceType] = {each.kind: each for each in RESOURCE_TYPES}
