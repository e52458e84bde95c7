"""Bearer tokens: fixed ones, and those that the lab issues for ServiceAccounts (JWT-shaped, in simulated time).

Source: kubernetes/pkg/registry/core/serviceaccount/storage/token.go,
kubernetes/pkg/serviceaccount/{claims,legacy}.go, kubernetes/pkg/apis/authentication/validation/validation.go.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

from midwatch.lab.access.users import ANONYMOUS, account_user
from midwatch.lab.core.clock import Clock
from midwatch.lab.core.errors import ApiError, conflict, not_found
from midwatch.lab.core.kinds import POD, SECRET, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of, spec, stamp, uid_of
from midwatch.lab.core.registry import ADMIN, User
from midwatch.lab.core.store import Store

ISSUER = "https://kubernetes.default.svc.cluster.local"
ADMIN_TOKEN = "lab-admin"  # noqa: S105 - the key of a toy cluster on the loopback
_SECONDS, _LEAST, _MOST = 3600, 600, 1 << 32


class Tokens:
    """Issues and checks tokens."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._key = sha256(f"service-account-key/{clock.seed}".encode()).digest()
        self._static: dict[str, User] = {ADMIN_TOKEN: ADMIN}
        self._claims: dict[str, Obj] = {}
        self._order = 0

    def add(self, token: str, user: User) -> None:
        """Accept a fixed token."""
        self._static[token] = user

    def authenticate(self, token: str) -> User | None:
        """The user of a token; nobody in particular without one; None when it is not valid (any longer)."""
        if not token:
            return ANONYMOUS
        found = self._static.get(token)
        if found is not None:
            return found
        claims = self._verified(token)
        return self._user(token, claims) if claims is not None else None

    def claims(self, token: str) -> Obj | None:
        """What a token of the lab says; None when it is none."""
        return self._verified(token)

    def request(self, namespace: str, account: str, wanted: Obj) -> Obj:
        """Answer a TokenRequest. Raises `ApiError` 404 without the account, 422 for a bad duration."""
        owner = self._store.demand(SERVICE_ACCOUNT, namespace, account)
        asked = spec(wanted)
        seconds = asked.get("expirationSeconds")
        seconds = _SECONDS if seconds is None else int(seconds)
        _check_duration(seconds)
        audiences: Sequence[str] = asked.get("audiences") or (ISSUER,)
        bound = self._bound(namespace, asked.get("boundObjectRef"))
        until = self._clock.now + seconds
        claims = self._new_claims(owner, audiences, until, bound)
        filled: Obj = {**asked, "audiences": list(audiences), "expirationSeconds": seconds}
        return {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "metadata": {"name": account, "namespace": namespace, "creationTimestamp": stamp(self._clock.now)},
            "spec": filled,
            "status": {"token": self._signed(claims), "expirationTimestamp": stamp(until)},
        }

    def legacy(self, owner: Obj, secret: Obj) -> str:
        """The token of a `kubernetes.io/service-account-token` Secret: it does not expire."""
        namespace = namespace_of(owner)
        return self._signed(
            {
                "iss": "kubernetes/serviceaccount",
                "kubernetes.io/serviceaccount/namespace": namespace,
                "kubernetes.io/serviceaccount/secret.name": name_of(secret),
                "kubernetes.io/serviceaccount/service-account.name": name_of(owner),
                "kubernetes.io/serviceaccount/service-account.uid": uid_of(owner),
                "sub": f"system:serviceaccount:{namespace}:{name_of(owner)}",
            }
        )

    def _bound(self, namespace: str, reference: Obj | None) -> Obj | None:
        if not reference:
            return None
        kind = {"Pod": POD, "Secret": SECRET}.get(reference.get("kind") or "")
        if kind is None:
            message = f"cannot bind token for serviceaccount to {reference.get('kind')!s} object"
            raise ApiError(400, "BadRequest", message)
        found = self._store.get(kind, namespace, reference.get("name") or "")
        if found is None:
            raise not_found(kind, reference.get("name") or "")
        if reference.get("uid") not in (None, "", uid_of(found)):
            why = f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record. "
            raise conflict(kind, name_of(found), why + "The object might have been deleted and then recreated")
        return found

    def _new_claims(self, owner: Obj, audiences: Sequence[str], until: float, bound: Obj | None) -> Obj:
        namespace = namespace_of(owner)
        self._order += 1
        inner: Obj = {"namespace": namespace, "serviceaccount": {"name": name_of(owner), "uid": uid_of(owner)}}
        if bound is not None:
            inner[bound["kind"].lower()] = {"name": name_of(bound), "uid": uid_of(bound)}
        return {
            "aud": list(audiences),
            "exp": int(until),
            "iat": int(self._clock.now),
            "iss": ISSUER,
            "jti": sha256(f"{self._clock.seed}/{self._order}".encode()).hexdigest()[:32],
            "kubernetes.io": inner,
            "nbf": int(self._clock.now),
            "sub": f"system:serviceaccount:{namespace}:{name_of(owner)}",
        }

    def _signed(self, claims: Obj) -> str:
        head = _encoded(b'{"alg":"HS256","kid":"lab"}')
        body = _encoded(json.dumps(claims, separators=(",", ":")).encode())
        return f"{head}.{body}.{self._signature(f'{head}.{body}')}"

    def _signature(self, text: str) -> str:
        return _encoded(hmac.digest(self._key, text.encode(), "sha256"))

    def _verified(self, token: str) -> Obj | None:
        known = self._claims.get(token)
        if known is not None:
            return known
        text, dot, signature = token.rpartition(".")
        if not dot or not hmac.compare_digest(self._signature(text).encode(), signature.encode()):
            return None
        body = text.partition(".")[2]
        claims: Obj = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        self._claims[token] = claims
        return claims

    def _user(self, token: str, claims: Obj) -> User | None:
        inner: Obj | None = claims.get("kubernetes.io")
        if inner is None:
            return self._legacy_user(token, claims)
        if self._clock.now >= claims["exp"] or not self._still(inner):
            return None
        account = inner["serviceaccount"]
        return self._account(inner["namespace"], account["name"], account["uid"])

    def _still(self, inner: Obj) -> bool:
        """Whether the object that a token is bound to exists."""
        for key, kind in (("pod", POD), ("secret", SECRET)):
            bound: Obj | None = inner.get(key)
            if bound is not None:
                found = self._store.get(kind, inner["namespace"], bound["name"])
                return found is not None and uid_of(found) == bound["uid"]
        return True

    def _legacy_user(self, token: str, claims: Obj) -> User | None:
        start = "kubernetes.io/serviceaccount/"
        namespace, name = claims[f"{start}namespace"], claims[f"{start}service-account.name"]
        secret = self._store.get(SECRET, namespace, claims[f"{start}secret.name"])
        if secret is None or meta(secret).get("deletionTimestamp") or secret_token(secret) != token:
            return None
        return self._account(namespace, name, claims[f"{start}service-account.uid"])

    def _account(self, namespace: str, name: str, uid: str) -> User | None:
        found = self._store.get(SERVICE_ACCOUNT, namespace, name)
        return account_user(namespace, name, uid) if found is not None and uid_of(found) == uid else None


def secret_token(secret: Obj) -> str:
    """The token in a Secret, empty without one."""
    data: Obj = secret.get("data") or {}
    return b64decode(data["token"]).decode() if data.get("token") else ""


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _check_duration(seconds: int) -> None:
    if _LEAST <= seconds <= _MOST:
        return
    why = "may not specify a duration less than 10 minutes"
    if seconds > _MOST:
        why = "may not specify a duration larger than 2^32 seconds"
    message = f"Invalid value: {seconds}: {why}"
    cause = {"reason": "FieldValueInvalid", "message": message, "field": "spec.expirationSeconds"}
    details = {"group": "authentication.k8s.io", "kind": "TokenRequest", "causes": [cause]}
    what = f'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: {message}'
    raise ApiError(422, "Invalid", what, details=details)
