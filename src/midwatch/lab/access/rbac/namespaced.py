"""The roles and bindings of the system's namespaces, created as soon as those exist.

Source: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy/namespace_policy.go,
kubernetes/pkg/registry/rbac/rest/storage_rbac.go (PolicyData).
"""

from __future__ import annotations

from midwatch.lab.access.rbac._rule import READ, account, binding, role, rule, user
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NAMESPACE
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.store import Change

_COMPONENTS = ("kube-controller-manager", "kube-scheduler")
_SYSTEM, _PUBLIC = "kube-system", "kube-public"


class NamespacedPolicy:
    """Puts them there."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._queue = WorkQueue[str](env.clock, env.components, "kube-apiserver", "rbac-bootstrap", self._sync)
        env.store.watch(self._changed, NAMESPACE)
        for each in env.store.list(NAMESPACE):
            self._note(each)

    def _changed(self, change: Change) -> None:
        if change.type == "ADDED":
            self._note(change.new)

    def _note(self, namespace: Obj) -> None:
        if name_of(namespace) in (_SYSTEM, _PUBLIC):
            self._queue.add(name_of(namespace))

    def _sync(self, namespace: str) -> None:
        for each in (*_roles(), *_bindings()):
            kind = self._env.kinds.by_kind(each["apiVersion"], each["kind"])
            if kind is None or namespace_of(each) != namespace:
                continue
            if self._env.store.get(kind, namespace, name_of(each)) is None:
                self._env.registry.create(kind, each)


def _roles() -> list[Obj]:
    reader, signer = "extension-apiserver-authentication-reader", "system:controller:bootstrap-signer"
    configuration = rule(READ, "core", "configmaps", "extension-apiserver-authentication")
    info = rule("update", "core", "configmaps", "cluster-info")
    events = rule("create patch update", "core", "events")
    return [
        role(reader, configuration, kind="Role", namespace=_SYSTEM),
        *(_leader(each) for each in _COMPONENTS),
        role(signer, rule(READ, "core", "secrets"), kind="Role", namespace=_SYSTEM),
        role(signer, rule(READ, "core", "configmaps"), info, events, kind="Role", namespace=_PUBLIC),
    ]


def _bindings() -> list[Obj]:
    reader, signer = "extension-apiserver-authentication-reader", "system:controller:bootstrap-signer"
    managers = (user("system:kube-controller-manager"), user("system:kube-scheduler"))
    return [
        binding(f"system::{reader}", reader, *managers, namespace=_SYSTEM, role_kind="Role"),
        *(_leading(each) for each in _COMPONENTS),
        binding(signer, signer, account("bootstrap-signer"), namespace=_SYSTEM, role_kind="Role"),
        binding(signer, signer, account("bootstrap-signer"), namespace=_PUBLIC, role_kind="Role"),
    ]


def _leader(component: str) -> Obj:
    rules = rule("watch", "core", "configmaps"), rule("get update", "core", "configmaps", component)
    return role(f"system::leader-locking-{component}", *rules, kind="Role", namespace=_SYSTEM)


def _leading(component: str) -> Obj:
    name = f"system::leader-locking-{component}"
    return binding(name, name, user(f"system:{component}"), namespace=_SYSTEM, role_kind="Role")
