"""rbac: who may do what: an evaluation of RBAC rules.

Source: plugin/pkg/auth/authorizer/rbac/rbac.go (RuleAllows), pkg/apis/rbac/v1/evaluation_helpers.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
    RoleRef,
    Subject,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a service account tried. `namespace` is empty at cluster scope; `path` is set for non-resource URLs."""

    account_namespace: str
    account: str
    verb: str
    resource: str
    group: str
    namespace: str
    name: str = ""
    path: str = ""

    def words(self) -> str:
        """The attempt as `verb resource.group`."""
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {self.path or what}"


_FORBIDDEN = re.compile(
    r"(?:([a-z0-9./-]{1,120}?) \"([^\"]{0,253})\" is )?forbidden: "
    r"User \"system:serviceaccount:([^:\"]{1,63}):([^\"]{1,253})\""
    r" cannot ([a-z]{1,30}) (?:resource \"([^\"]{1,120})\" in API group \"([^\"]{0,253})\""
    r"|path \"([^\"]{1,300})\")(?: in the namespace \"([^\"]{0,63})\"| at the cluster scope)?"
)


def parse_forbidden(message: str) -> Attempt | None:
    """The refused attempt in an error of the API server (apiserver pkg/endpoints/handlers/responsewriters)."""
    match = _FORBIDDEN.search(message[:4096])
    if match is None:
        return None
    _, name, namespace, account, verb, resource, group, path, where = match.groups()
    return Attempt(
        namespace, account, verb, resource or "", group or "", where or "", name=name or "", path=path or ""
    )


def allows(rule: PolicyRule, attempt: Attempt) -> bool:
    """Whether one rule allows an attempt."""
    if not _has(rule.verbs, attempt.verb):
        return False
    if attempt.path:
        return any(_path_matches(each, attempt.path) for each in rule.non_resource_urls)
    if not _has(rule.api_groups, attempt.group) or not _resource_matches(rule.resources, attempt.resource):
        return False
    return not rule.resource_names or attempt.name in rule.resource_names


def _has(allowed: tuple[str, ...], wanted: str) -> bool:
    return "*" in allowed or wanted in allowed


def _path_matches(pattern: str, path: str) -> bool:
    return pattern == path or (pattern.endswith("*") and path.startswith(pattern[:-1]))


def _resource_matches(allowed: tuple[str, ...], wanted: str) -> bool:
    _, slash, sub = wanted.partition("/")
    return _has(allowed, wanted) or bool(slash and f"*/{sub}" in allowed)


def may(inventory: Inventory, attempt: Attempt) -> bool | None:
    """Whether RBAC allows an attempt now; None when not all roles and bindings could be read."""
    if any(allows(rule, attempt) for rule in _granted(inventory, attempt)):
        return True
    return False if _known(inventory, attempt.namespace) else None


def _known(inventory: Inventory, namespace: str) -> bool:
    wide = inventory.knows(ClusterRole) and inventory.knows(ClusterRoleBinding)
    if not namespace:
        return wide
    return wide and inventory.knows(Role, namespace) and inventory.knows(RoleBinding, namespace)


def _granted(inventory: Inventory, attempt: Attempt) -> Iterator[PolicyRule]:
    for binding in inventory.all(ClusterRoleBinding):
        if any(names(each, "", attempt) for each in binding.subjects):
            yield from rules_of(inventory, "", binding.role_ref)
    for binding in inventory.all(RoleBinding):
        here = attempt.namespace and binding.namespace == attempt.namespace
        if here and any(names(each, binding.namespace, attempt) for each in binding.subjects):
            yield from rules_of(inventory, binding.namespace, binding.role_ref)


def names(subject: Subject, namespace: str, attempt: Attempt) -> bool:
    """Whether a subject of a binding covers the service account, directly or through its groups."""
    match subject.kind:
        case "ServiceAccount":
            return (
                subject.name == attempt.account and (subject.namespace or namespace) == attempt.account_namespace
            )
        case "Group":
            return subject.name in (
                "system:serviceaccounts",
                f"system:serviceaccounts:{attempt.account_namespace}",
                "system:authenticated",
            )
        case "User":
            return subject.name == f"system:serviceaccount:{attempt.account_namespace}:{attempt.account}"
        case _:
            return False


def rules_of(inventory: Inventory, namespace: str, ref: RoleRef) -> tuple[PolicyRule, ...]:
    """Rules of the role of a binding; none when it does not exist."""
    if ref.kind == "ClusterRole":
        wide = inventory.get(ClusterRole, "", ref.name)
        return wide.rules if wide else ()
    found = inventory.get(Role, namespace, ref.name)
    return found.rules if found else ()
