"""What every namespace is given: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`.

Source: kubernetes/pkg/controller/serviceaccount/serviceaccounts_controller.go,
kubernetes/pkg/controller/certificates/rootcacertpublisher/publisher.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, annotations_of, is_deleted, name_of, namespace_of, status, with_meta
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

ROOT = "kube-root-ca.crt"
COMPONENT = "kube-controller-manager"
_NOTE = "kubernetes.io/description"
_TEXT = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as "
    "the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
    "Kubernetes clusters."
)
_ACCOUNTS, _PUBLISHER = controller_user("service-account-controller"), controller_user("root-ca-cert-publisher")


class Accounts:
    """Puts both into each active namespace, and back when somebody deletes or changes them."""

    def __init__(self, env: Env, authority: str) -> None:
        self._env = env
        self._authority = authority
        self._queue = WorkQueue[str](env.clock, env.components, COMPONENT, "serviceaccounts", self.ensure)
        env.store.watch(self._namespace_changed, NAMESPACE)
        env.store.watch(self._lost, SERVICE_ACCOUNT, CONFIG_MAP)
        for each in env.store.list(NAMESPACE):
            self._queue.add(name_of(each))

    def ensure(self, namespace: str) -> None:
        """Create what is missing, unless the namespace is going away."""
        space = self._env.store.get(NAMESPACE, "", namespace)
        if space is None or is_deleted(space) or status(space).get("phase") == "Terminating":
            return
        if self._env.store.get(SERVICE_ACCOUNT, namespace, "default") is None:
            account: Obj = {"metadata": {"name": "default", "namespace": namespace}}
            self._env.registry.create(SERVICE_ACCOUNT, account, user=_ACCOUNTS)
        self._publish(namespace)

    def hurry(self, namespace: str) -> None:
        """Do it now: whoever creates a pod waits up to a second and a half for the account `default`."""
        if self._env.components.running(COMPONENT):
            self.ensure(namespace)

    def _publish(self, namespace: str) -> None:
        found = self._env.store.get(CONFIG_MAP, namespace, ROOT)
        data = {"ca.crt": self._authority}
        if found is None:
            head = {"name": ROOT, "namespace": namespace, "annotations": {_NOTE: _TEXT}}
            self._env.registry.create(CONFIG_MAP, {"metadata": head, "data": data}, user=_PUBLISHER)
        elif found.get("data") != data or annotations_of(found).get(_NOTE) != _TEXT:
            noted = with_meta(found, annotations={**annotations_of(found), _NOTE: _TEXT})
            self._env.registry.update(CONFIG_MAP, {**noted, "data": data}, user=_PUBLISHER)

    def _namespace_changed(self, change: Change) -> None:
        if change.type == "ADDED":
            self._queue.add(name_of(change.new))

    def _lost(self, change: Change) -> None:
        if change.type == "ADDED":
            return
        watched = name_of(change.new) == ("default" if change.kind is SERVICE_ACCOUNT else ROOT)
        if watched and (change.type == "DELETED" or change.kind is CONFIG_MAP):
            self._queue.add(namespace_of(change.new))
