"""What an API server puts into an empty cluster: roles, bindings and the system's priority classes.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go,
kubernetes/pkg/apis/scheduling/v1/helpers.go, kubeadm/app/phases/addons (CoreDNS, kube-proxy).
"""

from __future__ import annotations

from midwatch.lab.access.rbac._component_roles import component_roles
from midwatch.lab.access.rbac._controller_roles import controller_roles
from midwatch.lab.access.rbac._rule import account, binding, group, user
from midwatch.lab.access.rbac._user_roles import user_roles
from midwatch.lab.access.users import AUTHENTICATED, MASTERS, UNAUTHENTICATED
from midwatch.lab.core.objects import Obj

SYSTEM_PRIORITIES = {
    "system-node-critical": (
        2000001000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    "system-cluster-critical": (
        2000000000,
        (
            "Used for system critical pods that must run in the cluster, but can be moved to another node if "
            "necessary."
        ),
    ),
}


def bootstrap() -> list[Obj]:
    """Those objects, all of the cluster's scope, to be created in this order; each has `apiVersion` and `kind`."""
    return [
        *user_roles(),
        *component_roles(),
        *controller_roles(),
        *_cluster_bindings(),
        *_priorities(),
    ]


def _cluster_bindings() -> list[Obj]:
    everyone = (group(AUTHENTICATED), group(UNAUTHENTICATED))
    return [
        binding("cluster-admin", "cluster-admin", group(MASTERS)),
        binding("kubeadm:cluster-admins", "cluster-admin", group("kubeadm:cluster-admins")),
        binding("system:monitoring", "system:monitoring", group("system:monitoring")),
        binding("system:discovery", "system:discovery", group(AUTHENTICATED)),
        binding("system:basic-user", "system:basic-user", group(AUTHENTICATED)),
        binding("system:public-info-viewer", "system:public-info-viewer", *everyone),
        binding("system:node-proxier", "system:node-proxier", user("system:kube-proxy")),
        binding("kubeadm:node-proxier", "system:node-proxier", account("kube-proxy")),
        binding(
            "system:kube-controller-manager",
            "system:kube-controller-manager",
            user("system:kube-controller-manager"),
        ),
        binding("system:kube-dns", "system:kube-dns", account("kube-dns")),
        binding("system:coredns", "system:coredns", account("coredns")),
        binding("system:kube-scheduler", "system:kube-scheduler", user("system:kube-scheduler")),
        binding("system:volume-scheduler", "system:volume-scheduler", user("system:kube-scheduler")),
        binding("system:node", "system:node"),
        binding(
            "system:service-account-issuer-discovery",
            "system:service-account-issuer-discovery",
            group("system:serviceaccounts"),
        ),
    ]


def _priorities() -> list[Obj]:
    return [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name},
            "value": value,
            "description": text,
        }
        for name, (value, text) in SYSTEM_PRIORITIES.items()
    ]
