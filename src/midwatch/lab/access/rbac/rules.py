"""Policy rules: what they allow, and whether some cover others.

Source: kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go, kubernetes/pkg/registry/rbac/validation/rule.go,
k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from midwatch.lab.access.attributes import Asked, full_resource
from midwatch.lab.core.objects import Obj


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: verbs on resources of groups (with `names`: on these objects only), or on URL paths."""

    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def allows(self, asked: Asked) -> bool:
        """Whether it allows an action."""
        if not _has(self.verbs, asked.verb):
            return False
        if not asked.resource:
            return any(_url_matches(each, asked.path) for each in self.urls)
        if not _has(self.groups, asked.group) or not self._has_resource(asked):
            return False
        return not self.names or asked.name in self.names

    def _has_resource(self, asked: Asked) -> bool:
        if _has(self.resources, full_resource(asked)):
            return True
        return bool(asked.subresource) and f"*/{asked.subresource}" in self.resources

    def covers(self, other: Rule) -> bool:
        """Whether it allows all that a rule with single values allows."""
        if not _all(self.verbs, other.verbs):
            return False
        if other.urls:
            return all(any(_url_matches(own, each) for own in self.urls) for each in other.urls)
        if not _all(self.groups, other.groups):
            return False
        if not all(self._covers_resource(each) for each in other.resources):
            return False
        return not self.names or (bool(other.names) and set(other.names) <= set(self.names))

    def _covers_resource(self, wanted: str) -> bool:
        if _has(self.resources, wanted):
            return True
        _, slash, subresource = wanted.partition("/")
        return bool(slash) and f"*/{subresource}" in self.resources

    def document(self) -> Obj:
        """The rule as JSON, with the fields that `SelfSubjectRulesReview` answers."""
        if self.urls:
            return {"verbs": list(self.verbs), "nonResourceURLs": list(self.urls)}
        found = {"verbs": list(self.verbs), "apiGroups": list(self.groups), "resources": list(self.resources)}
        return {**found, "resourceNames": list(self.names)} if self.names else found

    def compact(self) -> str:
        """`{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`."""
        fields = (
            ("APIGroups", self.groups),
            ("Resources", self.resources),
            ("NonResourceURLs", self.urls),
            ("ResourceNames", self.names),
            ("Verbs", self.verbs),
        )
        return "{" + ", ".join(f"{name}:{quoted(values)}" for name, values in fields if values) + "}"


def quoted(values: Sequence[str]) -> str:
    """Texts as Go prints a list of them with `%q`."""
    return "[" + " ".join(f'"{each}"' for each in values) + "]"


def rules_of(role: Obj) -> tuple[Rule, ...]:
    """The rules of a Role or ClusterRole."""
    documents: Sequence[Obj] = role.get("rules") or ()
    return tuple(
        Rule(
            tuple(each.get("verbs") or ()),
            tuple(each.get("apiGroups") or ()),
            tuple(each.get("resources") or ()),
            tuple(each.get("resourceNames") or ()),
            tuple(each.get("nonResourceURLs") or ()),
        )
        for each in documents
    )


def uncovered(held: Sequence[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The parts of rules that none of the rules held allows, put together again by resource."""
    missing = [part for each in wanted for part in _parts(each) if not any(own.covers(part) for own in held)]
    return _compacted(missing)


def _parts(rule: Rule) -> Iterator[Rule]:
    """A rule as rules with one verb, group, resource, name or URL each."""
    for verb in rule.verbs:
        for url in rule.urls:
            yield Rule((verb,), urls=(url,))
        for group in rule.groups:
            for resource in rule.resources:
                names: Sequence[tuple[str, ...]] = [(each,) for each in rule.names] or [()]
                for name in names:
                    yield Rule((verb,), (group,), (resource,), name)


def _compacted(rules: Iterable[Rule]) -> list[Rule]:
    found: dict[Rule, list[str]] = {}
    for each in rules:
        verbs = found.setdefault(replace(each, verbs=()), [])
        if each.verbs[0] not in verbs:
            verbs.append(each.verbs[0])
    return [replace(each, verbs=tuple(verbs)) for each, verbs in found.items()]


def _has(values: tuple[str, ...], wanted: str) -> bool:
    return wanted in values or "*" in values


def _all(values: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return "*" in values or all(each in values for each in wanted)


def _url_matches(pattern: str, path: str) -> bool:
    if pattern in ("*", path):
        return True
    return pattern.endswith("*") and path.startswith(pattern.rstrip("*"))
