"""The roles `system:controller:*`, each bound to the ServiceAccount of one controller.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go.
"""

from __future__ import annotations

from midwatch.lab.access.rbac._rule import READ, account, binding, events, role, rule
from midwatch.lab.core.objects import Obj

_RULES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "attachdetach-controller": (
        ("list watch", "core", "persistentvolumeclaims persistentvolumes"),
        (READ, "core", "nodes"),
        ("patch update", "core", "nodes/status"),
        ("list watch", "core", "pods"),
        ("create delete get list watch", "storage.k8s.io", "volumeattachments"),
        (READ, "storage.k8s.io", "csidrivers"),
        (READ, "storage.k8s.io", "csinodes"),
    ),
    "cronjob-controller": (
        ("get list update watch", "batch", "cronjobs"),
        ("create delete get list patch update watch", "batch", "jobs"),
        ("update", "batch", "cronjobs/status"),
        ("update", "batch", "cronjobs/finalizers"),
        ("delete list", "core", "pods"),
    ),
    "daemon-set-controller": (
        (READ, "apps extensions", "daemonsets"),
        ("update", "apps extensions", "daemonsets/status"),
        ("update", "apps extensions", "daemonsets/finalizers"),
        ("list watch", "core", "nodes"),
        ("create delete list patch watch", "core", "pods"),
        ("create", "core", "pods/binding"),
        ("create delete get list patch update watch", "apps", "controllerrevisions"),
    ),
    "deployment-controller": (
        ("get list update watch", "apps extensions", "deployments"),
        ("update", "apps extensions", "deployments/status"),
        ("update", "apps extensions", "deployments/finalizers"),
        ("create delete get list patch update watch", "apps extensions", "replicasets"),
        ("get list update watch", "core", "pods"),
    ),
    "disruption-controller": (
        (READ, "apps extensions", "deployments"),
        (READ, "apps extensions", "replicasets"),
        (READ, "core", "replicationcontrollers"),
        (READ, "policy", "poddisruptionbudgets"),
        (READ, "apps", "statefulsets"),
        ("update", "policy", "poddisruptionbudgets/status"),
        ("patch update", "core", "pods/status"),
        ("get", "*", "*/scale"),
    ),
    "endpoint-controller": (
        (READ, "core", "pods services"),
        ("create delete get list update", "core", "endpoints"),
        ("create", "core", "endpoints/restricted"),
    ),
    "endpointslice-controller": (
        (READ, "core", "nodes pods services"),
        ("update", "core", "services/finalizers"),
        ("create delete get list update", "discovery.k8s.io", "endpointslices"),
    ),
    "endpointslicemirroring-controller": (
        (READ, "core", "endpoints services"),
        ("update", "core", "services/finalizers"),
        ("update", "core", "endpoints/finalizers"),
        ("create delete get list update", "discovery.k8s.io", "endpointslices"),
    ),
    "expand-controller": (
        ("get list patch update watch", "core", "persistentvolumes"),
        ("patch update", "core", "persistentvolumeclaims/status"),
        (READ, "core", "persistentvolumeclaims"),
        (READ, "storage.k8s.io", "storageclasses"),
    ),
    "ephemeral-volume-controller": (
        (READ, "core", "pods"),
        ("update", "core", "pods/finalizers"),
        ("create get list watch", "core", "persistentvolumeclaims"),
    ),
    "generic-garbage-collector": (("delete get list patch update watch", "*", "*"),),
    "horizontal-pod-autoscaler": (
        (READ, "autoscaling", "horizontalpodautoscalers"),
        ("update", "autoscaling", "horizontalpodautoscalers/status"),
        ("get update", "*", "*/scale"),
        ("list", "core", "pods"),
        ("list", "metrics.k8s.io", "pods"),
        ("get list", "custom.metrics.k8s.io", "*"),
        ("get list", "external.metrics.k8s.io", "*"),
    ),
    "job-controller": (
        ("get list patch update watch", "batch", "jobs"),
        ("update", "batch", "jobs/status"),
        ("update", "batch", "jobs/finalizers"),
        ("create delete list patch watch", "core", "pods"),
    ),
    "namespace-controller": (
        ("delete get list watch", "core", "namespaces"),
        ("update", "core", "namespaces/finalize namespaces/status"),
        ("delete deletecollection get list", "*", "*"),
    ),
    "node-controller": (
        ("delete get list patch update", "core", "nodes"),
        ("patch update", "core", "nodes/status"),
        ("patch update", "core", "pods/status"),
        ("delete get list", "core", "pods"),
    ),
    "persistent-volume-binder": (
        ("create delete get list update watch", "core", "persistentvolumes"),
        ("update", "core", "persistentvolumes/status"),
        ("get list update watch", "core", "persistentvolumeclaims"),
        ("update", "core", "persistentvolumeclaims/status"),
        ("create delete get list watch", "core", "pods"),
        (READ, "storage.k8s.io", "storageclasses"),
    ),
    "pod-garbage-collector": (
        ("delete list watch", "core", "pods"),
        ("get list", "core", "nodes"),
        ("patch", "core", "pods/status"),
    ),
    "pv-protection-controller": (("get list update watch", "core", "persistentvolumes"),),
    "pvc-protection-controller": (
        ("get list update watch", "core", "persistentvolumeclaims"),
        (READ, "core", "pods"),
    ),
    "replicaset-controller": (
        ("get list update watch", "apps extensions", "replicasets"),
        ("update", "apps extensions", "replicasets/status"),
        ("update", "apps extensions", "replicasets/finalizers"),
        ("create delete list patch watch", "core", "pods"),
    ),
    "replication-controller": (
        ("get list update watch", "core", "replicationcontrollers"),
        ("update", "core", "replicationcontrollers/status"),
        ("update", "core", "replicationcontrollers/finalizers"),
        ("create delete list patch watch", "core", "pods"),
    ),
    "resourcequota-controller": (
        ("list watch", "*", "*"),
        ("update", "core", "resourcequotas/status"),
    ),
    "root-ca-cert-publisher": (("create update", "core", "configmaps"),),
    "service-account-controller": (("create", "core", "serviceaccounts"),),
    "statefulset-controller": (
        ("list watch", "core", "pods"),
        (READ, "apps", "statefulsets"),
        ("update", "apps", "statefulsets/status"),
        ("update", "apps", "statefulsets/finalizers"),
        ("create delete get patch update", "core", "pods"),
        ("create delete get list patch update watch", "apps", "controllerrevisions"),
        ("create get", "core", "persistentvolumeclaims"),
    ),
    "ttl-after-finished-controller": (("delete get list watch", "batch", "jobs"),),
}
_QUIET = frozenset({"namespace-controller", "pod-garbage-collector"})


def controller_roles() -> list[Obj]:
    """The roles and their bindings."""
    found: list[Obj] = []
    for name, rules in _RULES.items():
        own = [rule(*each) for each in rules]
        if name not in _QUIET:
            own.append(events())
        found.append(role(f"system:controller:{name}", *own))
    escalate = rule("escalate get list patch update watch", "rbac.authorization.k8s.io", "clusterroles")
    found.append(role("system:controller:clusterrole-aggregation-controller", escalate))
    names = (*_RULES, "clusterrole-aggregation-controller")
    return [
        *found,
        *(binding(f"system:controller:{each}", f"system:controller:{each}", account(each)) for each in names),
    ]
