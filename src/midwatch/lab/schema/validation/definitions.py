"""Custom resource definitions.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, name_of, part, spec
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, duplicate, required, unsupported
from midwatch.lab.schema.validation.numbers import same


def definition(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A CustomResourceDefinition."""
    body = spec(new)
    group, words = str(body.get("group") or ""), part(body, "names")
    wanted = f"{words.get('plural')}.{group}"
    if name_of(new) != wanted:
        yield bad("metadata.name", name_of(new), 'must be spec.names.plural+"."+spec.group')
    if not group:
        yield required("spec.group")
    elif "." not in group:
        yield bad("spec.group", group, "should be a domain with at least one dot")
    if body.get("scope") not in ("Cluster", "Namespaced"):
        yield unsupported("spec.scope", body.get("scope") or "", ("Cluster", "Namespaced"))
    for key in ("plural", "singular", "kind", "listKind"):
        if not words.get(key):
            yield required(f"spec.names.{key}")
        else:
            yield from (bad(f"spec.names.{key}", words[key], why) for why in names.dns1035(words[key].lower()))
    yield from _versions(body.get("versions") or ())
    if old is not None:
        yield from same(body, spec(old), "spec", ("group", "scope"))
        yield from same(words, part(old, "spec", "names"), "spec.names", ("plural", "kind"))


def _versions(found: Sequence[Obj]) -> Iterator[FieldError]:
    if not found or sum(bool(each.get("storage")) for each in found) != 1:
        why = "must have exactly one version marked as storage version"
        yield bad("spec.versions", list(found), why)
    seen: set[str] = set()
    for index, each in enumerate(found):
        name = each.get("name") or ""
        if name in seen:
            yield duplicate(f"spec.versions[{index}].name", name)
        seen.add(name)
        yield from (bad(f"spec.versions[{index}].name", name, why) for why in names.dns1035(name))
        schema = part(each, "schema", "openAPIV3Schema")
        if not schema:
            yield required(f"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required")
        elif schema.get("type") != "object":
            where = f"spec.versions[{index}].schema.openAPIV3Schema.type"
            if schema.get("type"):
                yield bad(where, schema["type"], "must be object at the root")
            else:
                yield required(where, "must not be empty at the root")
