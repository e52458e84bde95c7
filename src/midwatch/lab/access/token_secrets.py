"""Long-lived tokens in Secrets of type `kubernetes.io/service-account-token`: filled, removed with the account.

Source: kubernetes/pkg/controller/serviceaccount/tokens_controller.go.
"""

from __future__ import annotations

from base64 import b64encode

from midwatch.lab.access.tokens import Tokens
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import SECRET, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, annotations_of, is_deleted, name_of, namespace_of, uid_of, with_meta
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

TYPE = "kubernetes.io/service-account-token"
_NAME, _UID = "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid"
_USER = controller_user("tokens-controller")


class TokenSecrets:
    """Fills the data of token Secrets and deletes those whose ServiceAccount is gone."""

    def __init__(self, env: Env, tokens: Tokens, authority: str) -> None:
        self._env = env
        self._tokens = tokens
        self._authority = authority
        self._queue = WorkQueue[tuple[str, str]](
            env.clock, env.components, "kube-controller-manager", "serviceaccount-token", self._sync
        )
        env.store.watch(self._secret_changed, SECRET)
        env.store.watch(self._account_changed, SERVICE_ACCOUNT)
        for each in env.store.list(SECRET):
            self._note(each)

    def _secret_changed(self, change: Change) -> None:
        if change.type != "DELETED":
            self._note(change.new)

    def _account_changed(self, change: Change) -> None:
        if change.type != "MODIFIED":
            for each in self._env.store.list(SECRET, namespace_of(change.new)):
                if annotations_of(each).get(_NAME) == name_of(change.new):
                    self._note(each)

    def _note(self, secret: Obj) -> None:
        if secret.get("type") == TYPE:
            self._queue.add((namespace_of(secret), name_of(secret)))

    def _sync(self, key: tuple[str, str]) -> None:
        secret = self._env.store.get(SECRET, *key)
        if secret is None or is_deleted(secret):
            return
        notes = annotations_of(secret)
        account = self._env.store.get(SERVICE_ACCOUNT, key[0], notes.get(_NAME) or "")
        if account is None or notes.get(_UID, uid_of(account)) != uid_of(account):
            self._env.registry.delete(SECRET, *key, user=_USER, uid=uid_of(secret))
            return
        filled = self._filled(secret, account)
        if filled != secret:
            self._env.registry.update(SECRET, filled, user=_USER)

    def _filled(self, secret: Obj, account: Obj) -> Obj:
        data: Obj = secret.get("data") or {}
        wanted = {
            "ca.crt": _base64(self._authority),
            "namespace": _base64(namespace_of(secret)),
            "token": data.get("token") or _base64(self._tokens.legacy(account, secret)),
        }
        notes = {**annotations_of(secret), _UID: uid_of(account)}
        return {**with_meta(secret, annotations=notes), "data": {**data, **wanted}}


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
