"""NamespaceLifecycle: three namespaces cannot be deleted.

The write path itself refuses new content in those that are terminating.

Source: k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go.
"""

from __future__ import annotations

from midwatch.lab.core.errors import forbidden
from midwatch.lab.core.kinds import NAMESPACE
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import Request

_IMMORTAL = frozenset({"default", "kube-system", "kube-public"})


class NamespaceLifecycle:
    """Protects the namespaces that the system lives in."""

    name = "NamespaceLifecycle"

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403 for their deletion."""
        if request.operation == "DELETE" and request.kind is NAMESPACE and request.name in _IMMORTAL:
            raise forbidden(NAMESPACE, request.name, "this namespace may not be deleted")
        return request.obj
