"""The roles meant for people and for every client.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (ClusterRoles).
"""

from __future__ import annotations

from midwatch.lab.access.rbac._rule import READ, WRITE, aggregate, role, rule, urls
from midwatch.lab.core.objects import Obj

_WORKLOADS = (
    "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "
    "statefulsets/scale"
)
_OLD = (
    "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets "
    "replicasets/scale replicationcontrollers/scale"
)
_VIEWED = (
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
    "replicationcontrollers/scale serviceaccounts services services/status"
)
_SEEN = (
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status "
    "resourcequotas resourcequotas/status"
)


def user_roles() -> list[Obj]:
    """cluster-admin, admin, edit, view, and what all clients may read."""
    return [
        role("cluster-admin", rule("*", "*", "*"), urls("*", "*")),
        role(
            "system:discovery",
            urls(
                "get", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"
            ),
        ),
        role(
            "system:monitoring",
            urls("get", "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*"),
        ),
        role(
            "system:basic-user",
            rule("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            rule("create", "authentication.k8s.io", "selfsubjectreviews"),
        ),
        role("system:public-info-viewer", urls("get", "/healthz /livez /readyz /version /version/")),
        aggregate("admin"),
        aggregate("edit", admin="true"),
        aggregate("view", edit="true"),
        _admin(),
        _edit(),
        _view(),
    ]


def _admin() -> Obj:
    return role(
        "system:aggregate-to-admin",
        rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
        rule(f"{WRITE} {READ}", "rbac.authorization.k8s.io", "rolebindings roles"),
        admin="true",
    )


def _edit() -> Obj:
    return role(
        "system:aggregate-to-edit",
        rule(READ, "core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
        rule("impersonate", "core", "serviceaccounts"),
        rule(WRITE, "core", "pods pods/attach pods/exec pods/portforward pods/proxy"),
        rule("create", "core", "pods/eviction"),
        rule(
            WRITE,
            "core",
            "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
            "serviceaccounts services services/proxy",
        ),
        rule("create", "core", "serviceaccounts/token"),
        rule(WRITE, "apps", _WORKLOADS),
        rule(WRITE, "autoscaling", "horizontalpodautoscalers"),
        rule(WRITE, "batch", "cronjobs jobs"),
        rule(WRITE, "extensions", _OLD),
        rule(WRITE, "policy", "poddisruptionbudgets"),
        rule(WRITE, "networking.k8s.io", "ingresses networkpolicies"),
        rule(f"{WRITE} {READ}", "coordination.k8s.io", "leases"),
        rule(f"{WRITE} {READ}", "resource.k8s.io", "resourceclaims resourceclaimtemplates"),
        edit="true",
    )


def _view() -> Obj:
    workloads = (
        "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status "
        "replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status"
    )
    return role(
        "system:aggregate-to-view",
        rule(READ, "core", _VIEWED),
        rule(READ, "core", _SEEN),
        rule(READ, "core", "namespaces"),
        rule(READ, "discovery.k8s.io", "endpointslices"),
        rule(READ, "apps", workloads),
        rule(READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
        rule(READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
        rule(READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
        rule(READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
        view="true",
    )
