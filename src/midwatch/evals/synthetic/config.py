"""Namespaces, configuration, identities, rights and quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from midwatch.evals.synthetic.values import Obj, meta, resource, stamp

_RBAC = "rbac.authorization.k8s.io"


def namespace(name: str, created: datetime, labels: Mapping[str, str] | None = None) -> Obj:
    """An active namespace."""
    return resource(
        "v1",
        "Namespace",
        name,
        created=created,
        labels={"kubernetes.io/metadata.name": name, **(labels or {})},
        spec={"finalizers": ["kubernetes"]},
        status={"phase": "Active"},
    )


def config_map(name: str, space: str, data: Mapping[str, str], created: datetime, **more: object) -> Obj:
    """A ConfigMap."""
    return resource("v1", "ConfigMap", name, space, created=created, data=dict(data), extra=more)


def root_ca(space: str, created: datetime) -> Obj:
    """The ConfigMap with the cluster's certificate authority that every namespace gets."""
    return config_map("kube-root-ca.crt", space, {"ca.crt": "(the cluster's certificate authority)\n"}, created)


def secret(name: str, space: str, keys: Sequence[str], created: datetime, kind: str = "Opaque") -> Obj:
    """A Secret as a metadata-only read shows it: key names in the field ownership, and no values anywhere."""
    head = meta(name, space, created=created, kind="Secret")
    fields: Obj = {"f:data": {".": {}, **{f"f:{key}": {} for key in keys}}, "f:type": {}}
    head["managedFields"] = [
        {
            "manager": "external-secrets",
            "operation": "Update",
            "apiVersion": "v1",
            "time": stamp(created),
            "fieldsType": "FieldsV1",
            "fieldsV1": fields,
        }
    ]
    return {"apiVersion": "v1", "kind": "Secret", "metadata": head, "type": kind}


def service_account(name: str, space: str, created: datetime) -> Obj:
    """A ServiceAccount."""
    return resource("v1", "ServiceAccount", name, space, created=created)


def quota(name: str, space: str, hard: Mapping[str, str], used: Mapping[str, str], created: datetime) -> Obj:
    """A ResourceQuota with what is used of it."""
    status: Obj = {"hard": dict(hard), "used": dict(used)}
    return resource("v1", "ResourceQuota", name, space, created=created, spec={"hard": dict(hard)}, status=status)


def limit_range(name: str, space: str, created: datetime, **item: Mapping[str, str]) -> Obj:
    """A LimitRange for containers; `item` holds `default`, `defaultRequest`, `min`, `max`."""
    return resource(
        "v1", "LimitRange", name, space, created=created, spec={"limits": [{"type": "Container", **item}]}
    )


def rule(resources: Sequence[str], verbs: Sequence[str], group: str = "") -> Obj:
    """One rule of a role."""
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def role(name: str, space: str, rules: Sequence[Obj], created: datetime) -> Obj:
    """A Role, or a ClusterRole when the namespace is empty."""
    kind = "Role" if space else "ClusterRole"
    return resource(f"{_RBAC}/v1", kind, name, space, created=created, rules=list(rules))


def binding(
    name: str, space: str, role_name: str, account: str, created: datetime, *, home: str = "", kind: str = ""
) -> Obj:
    """A binding of a role to a ServiceAccount (of the namespace `home`, or else its own)."""
    found = "RoleBinding" if space else "ClusterRoleBinding"
    kind = kind or ("Role" if space else "ClusterRole")
    return resource(
        f"{_RBAC}/v1",
        found,
        name,
        space,
        created=created,
        roleRef={"apiGroup": _RBAC, "kind": kind, "name": role_name},
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": home or space}],
    )
