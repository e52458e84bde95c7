"""The resource types that the API serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_ALL = ("all",)


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One resource type, compared by identity. `subresources` (`status`, `scale`) are served below an object.

    `others` are further versions in which a custom type is served, its objects being stored in this one.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    singular: str = ""
    custom: bool = False
    others: tuple[Kind, ...] = ()

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """`deployments.apps`, or `pods` in the core group: how messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def has_status(self) -> bool:
        """Whether status is written through a subresource of its own only."""
        return "status" in self.subresources

    @property
    def base(self) -> str:
        """Path of its group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


def _core(kind: str, plural: str, *short: str, **rest: object) -> Kind:
    return Kind("", "v1", kind, plural, short=short, **rest)  # type: ignore[arg-type]


_STATUS = ("status",)
_SCALE = ("status", "scale")

POD = _core("Pod", "pods", "po", categories=_ALL, subresources=("status", "log", "eviction", "binding", "exec"))
EVENT = _core("Event", "events", "ev")
SERVICE = _core("Service", "services", "svc", categories=_ALL, subresources=_STATUS)
ENDPOINTS = _core("Endpoints", "endpoints", "ep")
NODE = _core("Node", "nodes", "no", namespaced=False, subresources=_STATUS)
NAMESPACE = _core("Namespace", "namespaces", "ns", namespaced=False, subresources=("status", "finalize"))
CONFIG_MAP = _core("ConfigMap", "configmaps", "cm")
SECRET = _core("Secret", "secrets")
SERVICE_ACCOUNT = _core("ServiceAccount", "serviceaccounts", "sa", subresources=("token",))
PVC = _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc", subresources=_STATUS)
PV = _core("PersistentVolume", "persistentvolumes", "pv", namespaced=False, subresources=_STATUS)
RESOURCE_QUOTA = _core("ResourceQuota", "resourcequotas", "quota", subresources=_STATUS)
LIMIT_RANGE = _core("LimitRange", "limitranges", "limits")
REPLICATION_CONTROLLER = _core(
    "ReplicationController", "replicationcontrollers", "rc", categories=_ALL, subresources=_SCALE
)
POD_TEMPLATE = _core("PodTemplate", "podtemplates")
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments", True, ("deploy",), _ALL, _SCALE)
REPLICA_SET = Kind("apps", "v1", "ReplicaSet", "replicasets", True, ("rs",), _ALL, _SCALE)
STATEFUL_SET = Kind("apps", "v1", "StatefulSet", "statefulsets", True, ("sts",), _ALL, _SCALE)
DAEMON_SET = Kind("apps", "v1", "DaemonSet", "daemonsets", True, ("ds",), _ALL, _STATUS)
CONTROLLER_REVISION = Kind("apps", "v1", "ControllerRevision", "controllerrevisions")
JOB = Kind("batch", "v1", "Job", "jobs", True, (), _ALL, _STATUS)
CRON_JOB = Kind("batch", "v1", "CronJob", "cronjobs", True, ("cj",), _ALL, _STATUS)
HPA = Kind(
    "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", True, ("hpa",), _ALL, _STATUS
)
PDB = Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", True, ("pdb",), (), _STATUS)
ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
INGRESS = Kind("networking.k8s.io", "v1", "Ingress", "ingresses", True, ("ing",), (), _STATUS)
INGRESS_CLASS = Kind("networking.k8s.io", "v1", "IngressClass", "ingressclasses", False)
NETWORK_POLICY = Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", True, ("netpol",))
STORAGE_CLASS = Kind("storage.k8s.io", "v1", "StorageClass", "storageclasses", False, ("sc",))
VOLUME_ATTACHMENT = Kind("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", False, (), (), _STATUS)
CSI_DRIVER = Kind("storage.k8s.io", "v1", "CSIDriver", "csidrivers", False)
CSI_NODE = Kind("storage.k8s.io", "v1", "CSINode", "csinodes", False)
ROLE = Kind("rbac.authorization.k8s.io", "v1", "Role", "roles")
ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")
CLUSTER_ROLE = Kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", False)
CLUSTER_ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", False)
VALIDATING_WEBHOOK = Kind(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations",
    False,
)
MUTATING_WEBHOOK = Kind(
    "admissionregistration.k8s.io",
    "v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    False,
)
API_SERVICE = Kind("apiregistration.k8s.io", "v1", "APIService", "apiservices", False, (), (), _STATUS)
CRD = Kind(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    False,
    ("crd", "crds"),
    ("api-extensions",),
    _STATUS,
)
CSR = Kind(
    "certificates.k8s.io",
    "v1",
    "CertificateSigningRequest",
    "certificatesigningrequests",
    False,
    ("csr",),
    (),
    ("status", "approval"),
)
LEASE = Kind("coordination.k8s.io", "v1", "Lease", "leases")
PRIORITY_CLASS = Kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", False, ("pc",))
RUNTIME_CLASS = Kind("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", False)

BUILT_IN: tuple[Kind, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Kind))


class Kinds:
    """The resource types served at the moment: built in, and those that custom resource definitions add."""

    def __init__(self) -> None:
        self._by_resource: dict[tuple[str, str], Kind] = {}
        self._by_kind: dict[tuple[str, str], Kind] = {}
        for each in BUILT_IN:
            self.add(each)

    def add(self, kind: Kind) -> None:
        """Serve one more (or another version of one)."""
        self._by_resource[kind.group, kind.plural] = kind
        self._by_kind[kind.group, kind.kind] = kind

    def remove(self, kind: Kind) -> None:
        """Serve one no longer."""
        self._by_resource.pop((kind.group, kind.plural), None)
        self._by_kind.pop((kind.group, kind.kind), None)

    def by_resource(self, group: str, plural: str) -> Kind | None:
        """The type of a group (empty for core) and plural name."""
        return self._by_resource.get((group, plural))

    def by_kind(self, api_version: str, kind: str) -> Kind | None:
        """The type of an object's `apiVersion` and `kind`."""
        return self._by_kind.get((api_version.rpartition("/")[0], kind))

    def named(self, kind: str) -> Kind | None:
        """The type of a bare kind, as `Ref` names it: built-in ones first."""
        name, _, group = kind.partition(".")
        if group:
            return self._by_kind.get((group, name))
        return next((each for each in self._by_kind.values() if each.kind == kind), None)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_resource.values())
