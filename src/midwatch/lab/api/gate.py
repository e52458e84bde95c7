"""What every request passes before it is answered: is the server up, who is it, may they.

Source: k8s.io/apiserver/pkg/server/config.go (DefaultBuildHandlerChain).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.access import Access
from midwatch.lab.access.impersonation import impersonate
from midwatch.lab.api import nonresources, routes
from midwatch.lab.api.audit import Audit, Trail
from midwatch.lab.api.call import Call, Reply
from midwatch.lab.api.target import attributes_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError, unavailable
from midwatch.lab.core.registry import User

_HEALTH = ("/healthz", "/livez", "/readyz")
_READS = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came in. Names of headers are in lower case; one may occur several times."""

    method: str
    query: Mapping[str, str]
    headers: Sequence[tuple[str, str]]
    body: bytes


class Gate:
    """Lets requests through to their handlers."""

    def __init__(self, env: Env, access: Access) -> None:
        self._env = env
        self._access = access

    def reply(self, incoming: Incoming, trail: Trail, audit: Audit) -> Reply:
        """The answer to a request; raises `ApiError`."""
        self._check_running(trail)
        headers = dict(reversed(incoming.headers))
        user = self._user(headers.get("authorization", ""))
        trail.user = user
        audit.received(trail)
        trail.acting = impersonate(user, incoming.headers, self._access.authorize)
        self._authorize(trail, trail.acting)
        call = Call(
            self._env, self._access, incoming.method, trail.verb, trail.target, incoming.query, headers,
            incoming.body, trail.acting,
        )  # fmt: skip
        if not trail.target.is_resource:
            return nonresources.respond(call)
        self._check_storage(call)
        return routes.respond(call)

    def _check_running(self, trail: Trail) -> None:
        if not self._env.components.running("kube-apiserver") and trail.target.path not in _HEALTH:
            raise unavailable("the server is currently unable to handle the request")

    def _check_storage(self, call: Call) -> None:
        """Without etcd nothing is written, and only what the watch cache holds is read."""
        cached = call.verb in _READS and (call.verb == "watch" or call.query.get("resourceVersion") == "0")
        if not cached and not self._env.components.running("etcd"):
            raise ApiError(500, "", "etcdserver: request timed out")

    def _user(self, authorization: str) -> User:
        scheme, _, token = authorization.partition(" ")
        user = self._access.authenticate(token.strip() if scheme.lower() == "bearer" else "")
        if user is None:
            raise ApiError(401, "Unauthorized", "Unauthorized")
        return user

    def _authorize(self, trail: Trail, user: User) -> None:
        try:
            self._access.authorize(user, attributes_of(trail.verb, trail.target))
        except ApiError as error:
            trail.annotations = {"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": ""}
            raise error from None
        trail.annotations = {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""}
