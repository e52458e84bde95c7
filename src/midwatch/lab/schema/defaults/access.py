"""Defaults of RBAC, webhooks and secrets.

Source: kubernetes/pkg/apis/rbac/v1/defaults.go, kubernetes/pkg/apis/admissionregistration/v1/defaults.go,
kubernetes/pkg/apis/core/v1/conversion.go.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.defaults.filling import changed, each, filled

_RBAC = "rbac.authorization.k8s.io"
_WEBHOOK: dict[str, Any] = {
    "failurePolicy": "Fail",
    "matchPolicy": "Equivalent",
    "namespaceSelector": {},
    "objectSelector": {},
    "timeoutSeconds": 10,
}


def binding(found: Obj) -> Obj:
    """A RoleBinding or ClusterRoleBinding: the API groups of its role and subjects."""
    found = changed(found, "roleRef", lambda piece: filled(piece, {"apiGroup": _RBAC}))
    return each(found, "subjects", _subject)


def _subject(found: Obj) -> Obj:
    return filled(found, {"apiGroup": _RBAC}) if found.get("kind") in ("User", "Group") else found


def validating_webhooks(found: Obj) -> Obj:
    """A ValidatingWebhookConfiguration."""
    return each(found, "webhooks", _webhook)


def mutating_webhooks(found: Obj) -> Obj:
    """A MutatingWebhookConfiguration."""
    return each(found, "webhooks", lambda hook: filled(_webhook(hook), {"reinvocationPolicy": "Never"}))


def _webhook(found: Obj) -> Obj:
    found = each(filled(found, _WEBHOOK), "rules", lambda rule: filled(rule, {"scope": "*"}))
    return changed(
        found, "clientConfig", lambda piece: changed(piece, "service", lambda inner: filled(inner, {"port": 443}))
    )


def secret(found: Obj) -> Obj:
    """A Secret: `stringData` goes into `data`."""
    found = filled(found, {"type": "Opaque"})
    texts: dict[str, str] | None = found.get("stringData")
    if texts is None:
        return found
    rest = {key: value for key, value in found.items() if key != "stringData"}
    data = {key: b64encode(value.encode()).decode() for key, value in texts.items()}
    return {**rest, "data": {**(found.get("data") or {}), **data}} if data else rest
