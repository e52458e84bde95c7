"""Who asks, what they may, and what comes of it: one object for servers and programs to ask."""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.lab.access.attributes import Asked, Attributes, Wanted, refusal
from midwatch.lab.access.custom.definitions import Definitions
from midwatch.lab.access.impersonation import impersonate
from midwatch.lab.access.pod_security.admission import PodSecurity
from midwatch.lab.access.rbac.index import Decision, Rbac
from midwatch.lab.access.reviews import Reviews
from midwatch.lab.access.tokens import Tokens
from midwatch.lab.access.users import AUTHENTICATED, MASTERS, account_user, split_account
from midwatch.lab.access.webhooks.call import WebhookCall
from midwatch.lab.access.webhooks.dispatch import Webhooks
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import Request, User

_NODES = "system:nodes"


class Access:
    """Authentication, authorisation, and what the API answers about both."""

    def __init__(
        self,
        tokens: Tokens,
        rbac: Rbac,
        pod_security: PodSecurity,
        webhooks: tuple[Webhooks, Webhooks],
        definitions: Definitions,
    ) -> None:
        self.tokens = tokens
        self.rbac = rbac
        self.definitions = definitions
        self._pod_security = pod_security
        self._webhooks = webhooks
        self._reviews = Reviews(self.allowed, rbac, tokens)

    def authenticate(self, token: str) -> User | None:
        """The user of a bearer token, `system:anonymous` for an empty one; None when it is not valid."""
        return self.tokens.authenticate(token)

    def impersonate(self, user: User, headers: Iterable[tuple[str, str]]) -> User:
        """The user to act as by the `Impersonate-*` headers; raises `ApiError` 403 unless that is allowed."""
        return impersonate(user, headers, self.authorize)

    def allowed(self, user: User, attributes: Asked) -> Decision:
        """Whether a user may do something, and the authoriser's reason (often empty)."""
        if user.system or MASTERS in user.groups:
            return True, ""
        if _NODES in user.groups and user.name.startswith("system:node:"):
            rules = self.rbac.role_rules({"kind": "ClusterRole", "name": "system:node"}, "") or ()
            if any(each.allows(attributes) for each in rules):
                return True, ""
        return self.rbac.allows(user, attributes)

    def authorize(self, user: User, attributes: Asked) -> None:
        """Raises `ApiError` 403 unless the user may."""
        allowed, reason = self.allowed(user, attributes)
        if not allowed:
            raise refusal(user, attributes, reason)

    def may(self, name: str, wanted: Wanted) -> Decision:
        """Whether the user of a name may do something with a resource, and what the API server says when not."""
        account = split_account(name)
        user = account_user(*account) if account is not None else User(name, (AUTHENTICATED,))
        asked = Attributes(wanted.verb, wanted.group, wanted.resource, namespace=wanted.namespace)
        allowed, reason = self.allowed(user, asked)
        return allowed, "" if allowed else refusal(user, asked, reason).message

    def review(self, kind: str, obj: Obj, user: User, namespace: str = "") -> Obj:
        """Answer a `SelfSubjectAccessReview`, `TokenReview`, ...; raises `ApiError`."""
        return self._reviews.answer(kind, obj, user, namespace)

    def issue_token(self, namespace: str, account: str, request: Obj) -> Obj:
        """Answer a TokenRequest for a ServiceAccount; raises `ApiError` 404, 422."""
        return self.tokens.request(namespace, account, request)

    def token(self, namespace: str, account: str, seconds: int = 3600, audiences: Iterable[str] = ()) -> str:
        """A new token of a ServiceAccount; raises `ApiError` 404."""
        asked = {"spec": {"expirationSeconds": seconds, "audiences": list(audiences)}}
        return self.tokens.request(namespace, account, asked)["status"]["token"]

    def warnings(self, request: Request) -> list[str]:
        """What to tell whoever sent a request that was admitted (`would violate PodSecurity ...`)."""
        return self._pod_security.warnings(request)

    def call_webhooks_with(self, call: WebhookCall) -> None:
        """From now on webhooks are called like this (`webhook_call(env, connect)`)."""
        for each in self._webhooks:
            each.call = call
