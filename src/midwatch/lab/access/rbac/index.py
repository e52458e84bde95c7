"""Roles and bindings, indexed so that one check touches only the bindings of the user and the user's groups.

Source: kubernetes/pkg/registry/rbac/validation/rule.go (VisitRulesFor), plugin/pkg/auth/authorizer/rbac/rbac.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from midwatch.lab.access.attributes import Asked
from midwatch.lab.access.rbac.rules import Rule, rules_of
from midwatch.lab.core.kinds import CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING, Kind
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.registry import User
from midwatch.lab.core.store import Change, Store

Decision: TypeAlias = tuple[bool, str]
_MOST = 50_000
_SUBJECTS = {"User": "u:", "Group": "g:"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What one binding gives a user: rules, or the role that is `missing`. `source` describes the binding."""

    rules: tuple[Rule, ...]
    source: str
    missing: str = ""


_Bound: TypeAlias = dict[str, dict[str, Obj]]
"""Bindings by subject and name."""


class Rbac:
    """Answers whether roles and bindings allow an action; answers are remembered until one of them changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bound: dict[str, _Bound] = {}
        self._rules: dict[tuple[str, str], tuple[Rule, ...]] = {}
        self._decided: dict[tuple[object, ...], Decision] = {}
        for kind in (CLUSTER_ROLE_BINDING, ROLE_BINDING):
            for each in store.list(kind):
                self._bind(each)
        store.watch(self._changed, ROLE, CLUSTER_ROLE, ROLE_BINDING, CLUSTER_ROLE_BINDING)

    def allows(self, user: User, asked: Asked) -> Decision:
        """Whether a user may, and the reason as the authoriser words it (often empty for a refusal)."""
        path = "" if asked.resource else asked.path
        what = (asked.verb, asked.group, asked.resource, asked.subresource, asked.namespace, asked.name, path)
        key = (user.name, user.groups, what)
        found = self._decided.get(key)
        if found is None:
            if len(self._decided) >= _MOST:
                self._decided.clear()
            found = self._decided[key] = self._decide(user, asked)
        return found

    def grants(self, user: User, namespace: str) -> Iterator[Grant]:
        """What bindings give a user: those of the cluster, then those of a namespace."""
        yield from self._granted(user, "")
        if namespace:
            yield from self._granted(user, namespace)

    def role_rules(self, reference: Obj, namespace: str) -> tuple[Rule, ...] | None:
        """The rules of the role that a binding refers to; None when there is no such role."""
        where = namespace if reference.get("kind") == "Role" else ""
        key = (where, reference.get("name") or "")
        found = self._rules.get(key)
        if found is None:
            role = self._store.get(ROLE if where else CLUSTER_ROLE, *key)
            if role is None:
                return None
            found = self._rules[key] = rules_of(role)
        return found

    def _decide(self, user: User, asked: Asked) -> Decision:
        errors: dict[str, None] = {}
        for grant in self.grants(user, asked.namespace):
            if grant.missing:
                errors[grant.missing] = None
            elif any(each.allows(asked) for each in grant.rules):
                return True, f"RBAC: allowed by {grant.source}"
        if not errors:
            return False, ""
        return False, f"RBAC: {next(iter(errors)) if len(errors) == 1 else '[' + ', '.join(errors) + ']'}"

    def _granted(self, user: User, namespace: str) -> Iterator[Grant]:
        bound = self._bound.get(namespace)
        if not bound:
            return
        for key, subject in _keys(user):
            for each in tuple(bound.get(key, {}).values()):
                yield self._grant(each, subject)

    def _grant(self, binding: Obj, subject: str) -> Grant:
        reference: Obj = binding.get("roleRef") or {}
        rules = self.role_rules(reference, namespace_of(binding))
        kind, name = reference.get("kind") or "", reference.get("name") or ""
        if rules is None:
            return Grant((), "", f'{kind.lower()}.rbac.authorization.k8s.io "{name}" not found')
        where = f"/{namespace_of(binding)}" if namespace_of(binding) else ""
        return Grant(rules, f'{binding["kind"]} "{name_of(binding)}{where}" of {kind} "{name}" to {subject}')

    def _changed(self, change: Change) -> None:
        self._decided.clear()
        if change.kind in (ROLE, CLUSTER_ROLE):
            self._rules.pop((namespace_of(change.new), name_of(change.new)), None)
            return
        if change.old is not None:
            self._unbind(change.old)
        if change.type != "DELETED":
            self._bind(change.new)

    def _bind(self, binding: Obj) -> None:
        space = self._bound.setdefault(namespace_of(binding), {})
        for key in _subject_keys(binding):
            space.setdefault(key, {})[name_of(binding)] = binding

    def _unbind(self, binding: Obj) -> None:
        space = self._bound.get(namespace_of(binding), {})
        for key in _subject_keys(binding):
            space.get(key, {}).pop(name_of(binding), None)


def is_rbac(kind: Kind) -> bool:
    """Whether a kind is one of the four of RBAC."""
    return kind in (ROLE, CLUSTER_ROLE, ROLE_BINDING, CLUSTER_ROLE_BINDING)


def _subject_keys(binding: Obj) -> list[str]:
    subjects: Sequence[Obj] = binding.get("subjects") or ()
    return [_subject_key(each, namespace_of(binding)) for each in subjects]


def _subject_key(subject: Obj, namespace: str) -> str:
    name = subject.get("name") or ""
    if subject.get("kind") == "ServiceAccount":
        return f"u:system:serviceaccount:{subject.get('namespace') or namespace}:{name}"
    return _SUBJECTS.get(subject.get("kind") or "", "?:") + name


def _keys(user: User) -> Iterator[tuple[str, str]]:
    """The keys that bindings know a user by, and how messages describe them."""
    yield f"u:{user.name}", _describe(user.name)
    for each in user.groups:
        yield f"g:{each}", f'Group "{each}"'


def _describe(name: str) -> str:
    if name.startswith("system:serviceaccount:"):
        _, _, namespace, account = name.split(":", 3)
        return f'ServiceAccount "{account}/{namespace}"'
    return f'User "{name}"'
