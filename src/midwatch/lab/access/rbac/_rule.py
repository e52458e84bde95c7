"""Short forms to write roles with."""

from __future__ import annotations

from midwatch.lab.core.objects import Obj

READ = "get list watch"
WRITE = "create update patch delete deletecollection"
EVENTS = "events.k8s.io"


def rule(verbs: str, groups: str, resources: str, names: str = "") -> Obj:
    """One rule of words; the core group is written `core`."""
    found: Obj = {
        "verbs": verbs.split(),
        "apiGroups": ["" if each == "core" else each for each in groups.split()],
        "resources": resources.split(),
    }
    return {**found, "resourceNames": names.split()} if names else found


def urls(verbs: str, paths: str) -> Obj:
    """A rule about paths that are no resources."""
    return {"verbs": verbs.split(), "nonResourceURLs": paths.split()}


def events() -> Obj:
    """What every component may do with events."""
    return rule("create patch update", f"core {EVENTS}", "events")


def role(name: str, *rules: Obj, kind: str = "ClusterRole", namespace: str = "", **labels: str) -> Obj:
    """A role of the bootstrap policy; labels name what it aggregates to (`admin`, `edit`, `view`)."""
    aggregated = {f"rbac.authorization.k8s.io/aggregate-to-{each}": "true" for each in labels}
    return {**_head(kind, name, namespace, aggregated), "rules": list(rules)}


def aggregate(name: str, **labels: str) -> Obj:
    """A role that collects the rules of those labelled for it."""
    selector = {"matchLabels": {f"rbac.authorization.k8s.io/aggregate-to-{name}": "true"}}
    return {**role(name, **labels), "aggregationRule": {"clusterRoleSelectors": [selector]}}


def binding(name: str, role_name: str, *subjects: Obj, namespace: str = "", role_kind: str = "ClusterRole") -> Obj:
    """A binding of the bootstrap policy, in a namespace or for the cluster."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role_name}
    found = {**_head(kind, name, namespace, {}), "roleRef": reference}
    return {**found, "subjects": list(subjects)} if subjects else found


def group(name: str) -> Obj:
    """A group as subject."""
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


def user(name: str) -> Obj:
    """A user as subject."""
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}


def account(name: str, namespace: str = "kube-system") -> Obj:
    """A ServiceAccount as subject."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def _head(kind: str, name: str, namespace: str, labels: dict[str, str]) -> Obj:
    head: Obj = {
        "name": name,
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
        "labels": {"kubernetes.io/bootstrapping": "rbac-defaults", **labels},
    }
    if namespace:
        head["namespace"] = namespace
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": head}
