"""The roles of the control plane's components, of nodes and of cluster add-ons.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (ClusterRoles, NodeRules).
"""

from __future__ import annotations

from midwatch.lab.access.rbac._rule import READ, events, role, rule, urls
from midwatch.lab.core.objects import Obj

_CERTIFICATES, _STORAGE, _LEASES = "certificates.k8s.io", "storage.k8s.io", "coordination.k8s.io"
_UPDATED = "get list patch update watch"


def component_roles() -> list[Obj]:
    """Those roles."""
    return [
        *_controlling(),
        *_nodes(),
        *_add_ons(),
        *(
            _approver(each)
            for each in ("kube-apiserver-client", "kube-apiserver-client-kubelet", "kubelet-serving")
        ),
    ]


def _controlling() -> list[Obj]:
    return [
        role(
            "system:kube-controller-manager",
            events(),
            rule("create", _LEASES, "leases"),
            rule("get update", _LEASES, "leases", "kube-controller-manager"),
            rule("create", "core", "secrets serviceaccounts"),
            rule("delete", "core", "secrets"),
            rule("get", "core", "configmaps namespaces secrets serviceaccounts"),
            rule("update", "core", "secrets serviceaccounts"),
            rule("create", "authentication.k8s.io", "tokenreviews"),
            rule("create", "authorization.k8s.io", "subjectaccessreviews"),
            rule("list watch", "*", "*"),
            rule("create", "core", "serviceaccounts/token"),
        ),
        role(
            "system:kube-scheduler",
            events(),
            rule("create", _LEASES, "leases"),
            rule("get list update watch", _LEASES, "leases", "kube-scheduler"),
            rule(READ, "core", "nodes"),
            rule("delete get list watch", "core", "pods"),
            rule("create", "core", "bindings pods/binding"),
            rule("patch update", "core", "pods/status"),
            rule(READ, "core", "replicationcontrollers services"),
            rule(READ, "apps extensions", "replicasets"),
            rule(READ, "apps", "statefulsets"),
            rule(READ, "policy", "poddisruptionbudgets"),
            rule(READ, "core", "persistentvolumeclaims persistentvolumes"),
            rule("create", "authentication.k8s.io", "tokenreviews"),
            rule("create", "authorization.k8s.io", "subjectaccessreviews"),
            rule(READ, _STORAGE, "csinodes"),
            rule(READ, "core", "namespaces"),
            rule(READ, _STORAGE, "csidrivers"),
            rule(READ, _STORAGE, "csistoragecapacities"),
        ),
        role(
            "system:volume-scheduler",
            rule(_UPDATED, "core", "persistentvolumes"),
            rule(READ, _STORAGE, "storageclasses"),
            rule(_UPDATED, "core", "persistentvolumeclaims"),
        ),
        role("system:kube-aggregator", rule(READ, "core", "endpoints services")),
    ]


def _nodes() -> list[Obj]:
    return [
        role(
            "system:node",
            rule("create", "authentication.k8s.io", "tokenreviews"),
            rule("create", "authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews"),
            rule(READ, "core", "services"),
            rule("create get list watch", "core", "nodes"),
            rule("patch update", "core", "nodes/status"),
            rule("patch update", "core", "nodes"),
            rule("create patch update", "core", "events"),
            rule(READ, "core", "pods"),
            rule("create delete", "core", "pods"),
            rule("patch update", "core", "pods/status"),
            rule("create", "core", "pods/eviction"),
            rule(READ, "core", "configmaps secrets"),
            rule("get", "core", "persistentvolumeclaims persistentvolumes"),
            rule("get", "core", "endpoints"),
            rule("create get list watch", _CERTIFICATES, "certificatesigningrequests"),
            rule("create delete get patch update", _LEASES, "leases"),
            rule("get", _STORAGE, "volumeattachments"),
            rule("create", "core", "serviceaccounts/token"),
            rule("get patch update", "core", "persistentvolumeclaims/status"),
            rule(READ, _STORAGE, "csidrivers"),
            rule("create delete get patch update", _STORAGE, "csinodes"),
            rule(READ, "node.k8s.io", "runtimeclasses"),
            rule("get", "resource.k8s.io", "resourceclaims"),
        ),
        role(
            "system:node-proxier",
            rule("list watch", "core", "endpoints services"),
            rule(READ, "core", "nodes"),
            events(),
            rule("list watch", "discovery.k8s.io", "endpointslices"),
            rule("list watch", "networking.k8s.io", "servicecidrs"),
        ),
        role(
            "system:node-problem-detector",
            rule("get", "core", "nodes"),
            rule("patch", "core", "nodes/status"),
            events(),
        ),
        role(
            "system:kubelet-api-admin",
            rule(READ, "core", "nodes"),
            rule("proxy", "core", "nodes"),
            rule(
                "*",
                "core",
                "nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/stats",
            ),
        ),
        role(
            "system:node-bootstrapper", rule("create get list watch", _CERTIFICATES, "certificatesigningrequests")
        ),
        _self("nodeclient"),
        _self("selfnodeclient"),
    ]


def _add_ons() -> list[Obj]:
    return [
        role(
            "system:auth-delegator",
            rule("create", "authentication.k8s.io", "tokenreviews"),
            rule("create", "authorization.k8s.io", "subjectaccessreviews"),
        ),
        role("system:kube-dns", rule("list watch", "core", "endpoints services")),
        role(
            "system:coredns",
            rule("list watch", "core", "endpoints services pods namespaces"),
            rule("list watch", "discovery.k8s.io", "endpointslices"),
        ),
        role(
            "system:persistent-volume-provisioner",
            rule("create delete get list watch", "core", "persistentvolumes"),
            rule("get list update watch", "core", "persistentvolumeclaims"),
            rule(READ, _STORAGE, "storageclasses"),
            rule("watch", "core", "events"),
            events(),
        ),
        role(
            "system:service-account-issuer-discovery",
            urls(
                "get",
                "/.well-known/openid-configuration /.well-known/openid-configuration/ "
                "/openid/v1/jwks /openid/v1/jwks/",
            ),
        ),
    ]


def _self(name: str) -> Obj:
    what = f"certificatesigningrequests/{name}"
    return role(f"system:{_CERTIFICATES}:certificatesigningrequests:{name}", rule("create", _CERTIFICATES, what))


def _approver(signer: str) -> Obj:
    name = f"kubernetes.io/{signer}"
    return role(f"system:{_CERTIFICATES}:{signer}-approver", rule("approve", _CERTIFICATES, "signers", name))
