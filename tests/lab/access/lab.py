"""A small cluster to try access control in: namespaces and the bootstrap policy, no nodes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from midwatch.lab import access, schema
from midwatch.lab.access import Access
from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import NAMESPACE, POD, Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import ADMIN, User
from midwatch.lab.world.world import World

START = 1_800_000_000.0
JANE = User("jane", ("developers", "system:authenticated"))


@dataclass(frozen=True)
class Lab:
    """The cluster and its access control."""

    env: Env
    access: Access

    def create(self, obj: Obj, *, user: User = ADMIN) -> Obj:
        """Create an object with `apiVersion` and `kind`."""
        return self.env.registry.create(self.kind(obj), obj, user=user)

    def update(self, obj: Obj, *, user: User = ADMIN) -> Obj:
        """Update one."""
        return self.env.registry.update(self.kind(obj), obj, user=user)

    def kind(self, obj: Obj) -> Kind:
        """Its type."""
        found = self.env.kinds.by_kind(obj.get("apiVersion", "v1"), obj["kind"])
        assert found is not None
        return found

    def refused(self, obj: Obj, *, user: User = ADMIN) -> ApiError:
        """The error that creating an object ends in."""
        with pytest.raises(ApiError) as caught:
            self.create(obj, user=user)
        return caught.value

    def run(self, seconds: float = 1.0) -> None:
        """Let time pass; nothing may have crashed."""
        self.env.clock.run(seconds)
        assert not self.env.components.crashes


def new_lab(*, policy: bool = False, **labels: str) -> Lab:
    """A lab with the namespaces kube-system and shop (with these labels), on request with the bootstrap roles."""
    env = new_env(World(), START)
    schema.install(env)
    lab = Lab(env, access.install(env))
    for each in access.bootstrap() if policy else ():
        lab.create(each)
    for name in ("kube-system", "shop"):
        own = {key.replace("_", "-"): value for key, value in labels.items()} if name == "shop" else {}
        prefixed = {f"pod-security.kubernetes.io/{key}": value for key, value in own.items()}
        env.registry.create(NAMESPACE, {"metadata": {"name": name, "labels": prefixed}})
    lab.run()
    return lab


def pod(name: str = "app", container: Obj | None = None, **body: object) -> Obj:
    """A pod in shop with one container `app`."""
    own = {"name": "app", "image": "registry.example/app:1", **(container or {})}
    return {
        "apiVersion": "v1",
        "kind": POD.kind,
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [own], **body},
    }


def asking(**values: str) -> Obj:
    """Resources: `cpu="1", limit_memory="1Gi"`."""
    requests = {key: value for key, value in values.items() if not key.startswith("limit_")}
    limits = {key.removeprefix("limit_"): value for key, value in values.items() if key.startswith("limit_")}
    return {"resources": {"requests": requests, "limits": limits}}


def role(name: str, *rules: tuple[str, str, str], namespace: str = "", names: tuple[str, ...] = ()) -> Obj:
    """A Role, or a ClusterRole without a namespace; rules are verbs, groups and resources."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "rules": [
            {
                "verbs": verbs.split(),
                "apiGroups": groups.split(",") if groups else [""],
                "resources": resources.split(),
                **({"resourceNames": list(names)} if names else {}),
            }
            for verbs, groups, resources in rules
        ],
    }


def binding(name: str, role_name: str, *subjects: Obj, namespace: str = "", role_kind: str = "ClusterRole") -> Obj:
    """A RoleBinding, or a ClusterRoleBinding without a namespace."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role_name},
        "subjects": list(subjects),
    }


def account(name: str, namespace: str = "shop") -> Obj:
    """A ServiceAccount as subject."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def person(name: str) -> Obj:
    """A user as subject."""
    return {"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
