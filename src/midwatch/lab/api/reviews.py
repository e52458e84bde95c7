"""Questions about access, and tokens for accounts: asked here, answered by whoever evaluates access.

Source: kubernetes/pkg/registry/authorization, kubernetes/pkg/registry/authentication.
"""

from __future__ import annotations

from midwatch.lab.api.body import decoded
from midwatch.lab.api.call import Answer, Call, Reply
from midwatch.lab.api.resources import Resource
from midwatch.lab.core.kinds import Kind

_AUTHENTICATION, _AUTHORIZATION = "authentication.k8s.io", "authorization.k8s.io"

REVIEWS = (
    Kind(_AUTHENTICATION, "v1", "TokenReview", "tokenreviews", False),
    Kind(_AUTHENTICATION, "v1", "SelfSubjectReview", "selfsubjectreviews", False),
    Kind(_AUTHORIZATION, "v1", "SubjectAccessReview", "subjectaccessreviews", False),
    Kind(_AUTHORIZATION, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", False),
    Kind(_AUTHORIZATION, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", False),
    Kind(_AUTHORIZATION, "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", True),
)


def review(call: Call, resource: Resource) -> Reply:
    """Answer a review."""
    asked = decoded(call.body, call.headers.get("content-type", ""), resource.kind.kind)
    return Answer(call.access.review(resource.kind.kind, asked, call.user, call.target.namespace), 201)


def issue_token(call: Call, _: Resource) -> Reply:
    """A token for an account."""
    asked = decoded(call.body, call.headers.get("content-type", ""), "TokenRequest")
    return Answer(call.access.issue_token(call.target.namespace, call.target.name, asked), 201)
