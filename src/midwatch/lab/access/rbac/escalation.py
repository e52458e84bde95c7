"""Nobody grants what they do not hold: the check of new and changed roles and bindings.

Source: kubernetes/pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go,
kubernetes/pkg/registry/rbac/validation/rule.go (ConfirmNoEscalation).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.access.attributes import Attributes
from midwatch.lab.access.rbac.index import Rbac, is_rbac
from midwatch.lab.access.rbac.rules import Rule, quoted, rules_of, uncovered
from midwatch.lab.core.errors import ApiError, forbidden
from midwatch.lab.core.kinds import CLUSTER_ROLE, ROLE
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import Request


class NoEscalation:
    """Refuses roles and bindings that give more than their author has."""

    name = "RBACEscalation"

    def __init__(self, rbac: Rbac) -> None:
        self._rbac = rbac

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403 (or 404 for a binding to a role that does not exist)."""
        user = request.user
        if not is_rbac(request.kind) or request.operation == "DELETE":
            return request.obj
        if user.system or "system:masters" in user.groups or self._unchanged(request):
            return request.obj
        rules = self._granted(request)
        held = [rule for grant in self._rbac.grants(user, request.namespace) for rule in grant.rules]
        missing = uncovered(held, rules)
        if missing:
            raise forbidden(request.kind, request.name, _attempt(request, missing))
        return request.obj

    def _unchanged(self, request: Request) -> bool:
        fields = ("rules", "aggregationRule") if request.kind in (ROLE, CLUSTER_ROLE) else ("roleRef", "subjects")
        return request.old is not None and all(request.old.get(each) == request.obj.get(each) for each in fields)

    def _granted(self, request: Request) -> Sequence[Rule]:
        """The rules that would be granted; none when the user may escalate or bind."""
        if request.kind in (ROLE, CLUSTER_ROLE):
            return (
                () if self._may(request, "escalate", request.kind.plural, request.name) else rules_of(request.obj)
            )
        reference: Obj = request.obj.get("roleRef") or {}
        name = reference.get("name") or ""
        plural = "roles" if reference.get("kind") == "Role" else "clusterroles"
        if self._may(request, "bind", plural, name):
            return ()
        rules = self._rbac.role_rules(reference, request.namespace)
        if rules is None:
            what = f'{plural[:-1]}.rbac.authorization.k8s.io "{name}" not found'
            raise ApiError(404, "NotFound", what, details={"name": name, "group": ROLE.group, "kind": plural[:-1]})
        return rules

    def _may(self, request: Request, verb: str, plural: str, name: str) -> bool:
        asked = Attributes(verb, ROLE.group, plural, namespace=request.namespace, name=name)
        return self._rbac.allows(request.user, asked)[0]


def _attempt(request: Request, missing: Sequence[Rule]) -> str:
    user = request.user
    lines = "\n".join(sorted({each.compact() for each in missing}))
    return (
        f'user "{user.name}" (groups={quoted(user.groups)}) is attempting to grant RBAC permissions not currently '
        f"held:\n{lines}"
    )
