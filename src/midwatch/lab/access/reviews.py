"""The questions about access that the API answers: who am I, may I, may they, what may I, whose token is this.

Source: kubernetes/pkg/registry/authorization/{selfsubjectaccessreview,subjectaccessreview,
localsubjectaccessreview,selfsubjectrulesreview}/rest.go,
kubernetes/pkg/registry/authentication/{tokenreview,selfsubjectreview}/storage.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from midwatch.lab.access.attributes import Asked, Attributes
from midwatch.lab.access.rbac.index import Decision, Rbac
from midwatch.lab.access.tokens import ISSUER, Tokens
from midwatch.lab.access.users import user_info
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.objects import Obj, part, spec
from midwatch.lab.core.registry import User

Review: TypeAlias = Callable[[Obj, User, str], Obj]
_AUTHORIZATION, _AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"


class Reviews:
    """Answers reviews; they are not stored."""

    def __init__(self, allowed: Callable[[User, Asked], Decision], rbac: Rbac, tokens: Tokens) -> None:
        self._allowed = allowed
        self._rbac = rbac
        self._tokens = tokens
        self._by_kind: dict[str, Review] = {
            "SelfSubjectAccessReview": self._self_access,
            "SubjectAccessReview": self._access,
            "LocalSubjectAccessReview": self._local_access,
            "SelfSubjectRulesReview": self._rules,
            "TokenReview": self._token,
            "SelfSubjectReview": self._who,
        }

    def answer(self, kind: str, obj: Obj, user: User, namespace: str = "") -> Obj:
        """The review with its status; `namespace` is that of the request. Raises `ApiError` 400, 404, 422."""
        review = self._by_kind.get(kind)
        if review is None:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        group = _AUTHENTICATION if kind in ("TokenReview", "SelfSubjectReview") else _AUTHORIZATION
        head: Obj = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": obj.get("metadata") or {}}
        return {**head, **review(obj, user, namespace)}

    def _self_access(self, obj: Obj, user: User, _: str) -> Obj:
        return self._decided("SelfSubjectAccessReview", obj, user)

    def _access(self, obj: Obj, _: User, __: str) -> Obj:
        asked = spec(obj)
        if not asked.get("user") and not asked.get("groups"):
            raise _invalid(
                "SubjectAccessReview",
                "spec.user",
                'Invalid value: "": at least one of user or group must be specified',
            )
        return self._decided("SubjectAccessReview", obj, _asked_user(asked))

    def _local_access(self, obj: Obj, _: User, namespace: str) -> Obj:
        asked = spec(obj)
        within = part(asked, "resourceAttributes").get("namespace") or ""
        if within != namespace:
            raise bad_request(
                f'spec.resourceAttributes.namespace must match namespace: {namespace}, got "{within}"'
            )
        return self._decided("LocalSubjectAccessReview", obj, _asked_user(asked))

    def _decided(self, kind: str, obj: Obj, user: User) -> Obj:
        asked = spec(obj)
        if bool(asked.get("resourceAttributes")) == bool(asked.get("nonResourceAttributes")):
            why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            raise _invalid(kind, "spec.resourceAttributes", f"Invalid value: null: {why}")
        allowed, reason = self._allowed(user, attributes_in(asked))
        return {"spec": asked, "status": {"allowed": allowed, **({"reason": reason} if reason else {})}}

    def _rules(self, obj: Obj, user: User, _: str) -> Obj:
        namespace = spec(obj).get("namespace") or ""
        if not namespace:
            raise bad_request("no namespace on request")
        resources: list[Obj] = []
        urls: list[Obj] = []
        errors: list[str] = []
        for grant in self._rbac.grants(user, namespace):
            if grant.missing:
                errors.append(grant.missing)
            for each in grant.rules:
                (urls if each.urls else resources).append(each.document())
        status: Obj = {"resourceRules": resources, "nonResourceRules": urls, "incomplete": bool(errors)}
        if errors:
            status["evaluationError"] = ", ".join(errors)
        return {"spec": spec(obj), "status": status}

    def _token(self, obj: Obj, _: User, __: str) -> Obj:
        token = spec(obj).get("token") or ""
        if not token:
            raise bad_request("token is required for TokenReview in authentication")
        wanted: list[str] = spec(obj).get("audiences") or [ISSUER]
        user = self._tokens.authenticate(token)
        if user is None:
            return {"spec": spec(obj), "status": {"user": {}, "error": "invalid bearer token"}}
        claims = self._tokens.claims(token) or {}
        own: list[str] = claims.get("aud") or [ISSUER]
        shared = [each for each in wanted if each in own]
        if not shared:
            error = f"token audiences {_go(own)} is invalid for the target audiences {_go(wanted)}"
            return {"spec": spec(obj), "status": {"user": {}, "error": f"[invalid bearer token, {error}]"}}
        status = {"authenticated": True, "user": user_info(user, _extra(claims)), "audiences": shared}
        return {"spec": spec(obj), "status": status}

    def _who(self, _: Obj, user: User, __: str) -> Obj:
        return {"status": {"userInfo": user_info(user)}}


def attributes_in(asked: Obj) -> Attributes:
    """The action that the spec of a review asks about."""
    path: Obj | None = asked.get("nonResourceAttributes")
    if path:
        return Attributes(path.get("verb") or "", path=path.get("path") or "")
    found: Obj = asked.get("resourceAttributes") or {}
    fields = ("verb", "group", "resource", "subresource", "namespace", "name")
    return Attributes(*(found.get(each) or "" for each in fields))


def _asked_user(asked: Obj) -> User:
    return User(asked.get("user") or "", tuple(asked.get("groups") or ()), asked.get("uid") or "")


def _go(values: list[str]) -> str:
    return "[" + " ".join(f'"{each}"' for each in values) + "]"


def _extra(claims: Obj) -> dict[str, list[str]] | None:
    inner: Obj = claims.get("kubernetes.io") or {}
    extra = {"authentication.kubernetes.io/credential-id": [f"JTI={claims['jti']}"]} if claims.get("jti") else {}
    pod: Obj | None = inner.get("pod")
    if pod is not None:
        extra["authentication.kubernetes.io/pod-name"] = [pod["name"]]
        extra["authentication.kubernetes.io/pod-uid"] = [pod["uid"]]
    return extra or None


def _invalid(kind: str, field: str, message: str) -> ApiError:
    reason = "FieldValueInvalid" if message.startswith("Invalid") else "FieldValueRequired"
    details = {
        "group": _AUTHORIZATION,
        "kind": kind,
        "causes": [{"reason": reason, "message": message, "field": field}],
    }
    return ApiError(422, "Invalid", f'{kind}.{_AUTHORIZATION} "" is invalid: {field}: {message}', details=details)
