"""From a definition to the type that is served.

Source: kubernetes/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/{types,defaults}.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, part, parts, spec

_FIELDS = ("group", "version", "kind", "plural", "namespaced", "short", "categories", "subresources", "singular")


def names_of(definition: Obj) -> Obj:
    """The names asked for, with the defaults for the singular and the list."""
    names: Obj = spec(definition).get("names") or {}
    kind: str = names.get("kind") or ""
    return {
        **names,
        "singular": names.get("singular") or kind.lower(),
        "listKind": names.get("listKind") or f"{kind}List",
    }


def storage_version(definition: Obj) -> Obj:
    """The version that objects are stored in."""
    versions: Sequence[Obj] = spec(definition).get("versions") or ()
    return next((each for each in versions if each.get("storage")), versions[0] if versions else {})


def kind_of(definition: Obj) -> Kind:
    """The type: stored in its storage version, and served in others besides."""
    own = storage_version(definition)
    others = [each for each in parts(spec(definition), "versions") if each is not own and each.get("served")]
    found = _version(definition, own)
    return replace(found, others=tuple(_version(definition, each) for each in others))


def _version(definition: Obj, version: Obj) -> Kind:
    names = names_of(definition)
    return Kind(
        group=spec(definition).get("group") or "",
        version=version.get("name") or "",
        kind=names.get("kind") or "",
        plural=names.get("plural") or "",
        namespaced=spec(definition).get("scope") == "Namespaced",
        short=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        subresources=tuple(version.get("subresources") or ()),
        singular=names["singular"],
        custom=True,
    )


def is_same(one: Kind, other: Kind) -> bool:
    """Whether two types are served alike (types compare by identity)."""
    if len(one.others) != len(other.others):
        return False
    pairs = ((one, other), *zip(one.others, other.others, strict=True))
    return all(getattr(left, each) == getattr(right, each) for left, right in pairs for each in _FIELDS)


def schema_of(definition: Obj, version: str) -> Obj:
    """The structural schema of a version; empty without one."""
    found = next((each for each in parts(spec(definition), "versions") if each.get("name") == version), Obj())
    return part(found, "schema", "openAPIV3Schema")
