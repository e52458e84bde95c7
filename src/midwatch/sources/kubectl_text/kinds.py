"""The kinds that kubectl prints: their API versions, and the names people and printers call them by."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind. `api_version` is empty when nobody can know it from its name alone."""

    kind: str
    api_version: str
    namespaced: bool = True


# kind, apiVersion, plural and short names; cluster-scoped kinds carry a `*`
_TABLE = """
Pod v1 pods po
Node* v1 nodes no
Namespace* v1 namespaces ns
Service v1 services svc
Endpoints v1 endpoints ep
EndpointSlice discovery.k8s.io/v1 endpointslices
ConfigMap v1 configmaps cm
Secret v1 secrets
ServiceAccount v1 serviceaccounts sa
PersistentVolume* v1 persistentvolumes pv
PersistentVolumeClaim v1 persistentvolumeclaims pvc
ResourceQuota v1 resourcequotas quota
LimitRange v1 limitranges limits
ReplicationController v1 replicationcontrollers rc
Event v1 events ev
ComponentStatus* v1 componentstatuses cs
Deployment apps/v1 deployments deploy
ReplicaSet apps/v1 replicasets rs
StatefulSet apps/v1 statefulsets sts
DaemonSet apps/v1 daemonsets ds
ControllerRevision apps/v1 controllerrevisions
Job batch/v1 jobs
CronJob batch/v1 cronjobs cj
Ingress networking.k8s.io/v1 ingresses ing
IngressClass* networking.k8s.io/v1 ingressclasses
NetworkPolicy networking.k8s.io/v1 networkpolicies netpol
StorageClass* storage.k8s.io/v1 storageclasses sc
CSIDriver* storage.k8s.io/v1 csidrivers
CSINode* storage.k8s.io/v1 csinodes
VolumeAttachment* storage.k8s.io/v1 volumeattachments
Role rbac.authorization.k8s.io/v1 roles
RoleBinding rbac.authorization.k8s.io/v1 rolebindings
ClusterRole* rbac.authorization.k8s.io/v1 clusterroles
ClusterRoleBinding* rbac.authorization.k8s.io/v1 clusterrolebindings
HorizontalPodAutoscaler autoscaling/v2 horizontalpodautoscalers hpa
PodDisruptionBudget policy/v1 poddisruptionbudgets pdb
PriorityClass* scheduling.k8s.io/v1 priorityclasses pc
RuntimeClass* node.k8s.io/v1 runtimeclasses
Lease coordination.k8s.io/v1 leases
CertificateSigningRequest* certificates.k8s.io/v1 certificatesigningrequests csr
CustomResourceDefinition* apiextensions.k8s.io/v1 customresourcedefinitions crd crds
APIService* apiregistration.k8s.io/v1 apiservices
MutatingWebhookConfiguration* admissionregistration.k8s.io/v1 mutatingwebhookconfigurations
ValidatingWebhookConfiguration* admissionregistration.k8s.io/v1 validatingwebhookconfigurations
ValidatingAdmissionPolicy* admissionregistration.k8s.io/v1 validatingadmissionpolicies
VirtualService networking.istio.io/v1 virtualservices vs
DestinationRule networking.istio.io/v1 destinationrules dr
ServiceEntry networking.istio.io/v1 serviceentries se
Gateway gateway.networking.k8s.io/v1 gateways gtw
GatewayClass* gateway.networking.k8s.io/v1 gatewayclasses gc
HTTPRoute gateway.networking.k8s.io/v1 httproutes
GRPCRoute gateway.networking.k8s.io/v1 grpcroutes
Certificate cert-manager.io/v1 certificates cert certs
ClusterIssuer* cert-manager.io/v1 clusterissuers
Application argoproj.io/v1alpha1 applications app apps
Rollout argoproj.io/v1alpha1 rollouts ro
Kustomization kustomize.toolkit.fluxcd.io/v1 kustomizations ks
HelmRelease helm.toolkit.fluxcd.io/v2 helmreleases hr
ScaledObject keda.sh/v1alpha1 scaledobjects so
ServiceMonitor monitoring.coreos.com/v1 servicemonitors smon
PrometheusRule monitoring.coreos.com/v1 prometheusrules promrule
"""


def _load() -> tuple[dict[str, Kind], dict[str, Kind]]:
    by_kind: dict[str, Kind] = {}
    by_name: dict[str, Kind] = {}
    for line in _TABLE.strip().splitlines():
        name, version, *names = line.split()
        kind = Kind(name.rstrip("*"), version, not name.endswith("*"))
        by_kind[kind.kind] = kind
        for alias in (kind.kind.lower(), *names):
            by_name[alias] = kind
    return by_kind, by_name


_BY_KIND, _BY_NAME = _load()


def find(name: str) -> Kind:
    """The kind that a resource name means: `po`, `pods`, `Pod`, `deployment.apps`, `deployments.v1.apps`.

    A name nobody knows becomes a kind of its own, singular and capitalised; its group is kept when it was
    given.
    """
    plain, _, group = name.strip().partition(".")
    known = _BY_NAME.get(plain.lower())
    if known and (not group or known.api_version.split("/")[0] in group or group in ("apps", "extensions")):
        return known
    return Kind(_singular(plain), "")


def of(kind: str) -> Kind:
    """What is known of a kind spelled as the API spells it."""
    return _BY_KIND.get(kind) or Kind(kind, "")


def known(name: str) -> bool:
    """Whether a resource name is one of the table's."""
    return name.strip().partition(".")[0].lower() in _BY_NAME


def _singular(plural: str) -> str:
    if plural[:1].isupper():
        return plural
    if plural.endswith("ies"):
        plural = plural[:-3] + "y"
    elif plural.endswith(("sses", "xes", "ches")):
        plural = plural[:-2]
    elif plural.endswith("s") and not plural.endswith("ss"):
        plural = plural[:-1]
    return plural[:1].upper() + plural[1:]
