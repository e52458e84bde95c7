"""Roles and bindings (RoleDescriber, RoleBindingDescriber)."""

from __future__ import annotations

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.grids import grid
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, fields, scalars
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import bracketed, put, text


def _rules(section: Section, obj: Obj, _reader: Reader) -> None:
    """`deployments.apps/scale  []  []  [get list]`: a resource with its group, then lists."""
    found: list[JSON] = []
    for row in grid(section.body).rows:
        made: Obj = {}
        if row.get("Resources"):
            resource, _, part = row["Resources"].partition("/")
            name, _, group = resource.partition(".")
            made = {"apiGroups": [group], "resources": [f"{name}/{part}" if part else name]}
        for header, field in (
            ("Non-Resource URLs", "nonResourceURLs"),
            ("Resource Names", "resourceNames"),
            ("Verbs", "verbs"),
        ):
            items = bracketed(row.get(header, ""))
            if items:
                made[field] = items
        found.append(made)
    obj["rules"] = found


def _role_ref(section: Section, obj: Obj, reader: Reader) -> None:
    put(obj, "roleRef.apiGroup", "rbac.authorization.k8s.io")
    fields(section, 2, scalars({"Kind": ("roleRef.kind", text), "Name": ("roleRef.name", text)}), obj, reader)


def _subjects(section: Section, obj: Obj, _reader: Reader) -> None:
    found: list[JSON] = []
    for row in grid(section.body).rows:
        namespace: Obj = {"namespace": row["Namespace"]} if text(row.get("Namespace", "")) else {}
        found.append({"kind": row.get("Kind", ""), "name": row.get("Name", ""), **namespace})
    obj["subjects"] = found


ROLE: dict[str, Handler] = {**COMMON, "PolicyRule": _rules}
BINDING: dict[str, Handler] = {**COMMON, "Role": _role_ref, "Subjects": _subjects}
