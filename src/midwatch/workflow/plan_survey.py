"""Which LISTs make a survey: the built-in kinds, and the custom ones that the cluster serves."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from midwatch.domain.evidence import Evidence
from midwatch.domain.kube.kinds import BY_KIND, RESOURCE_TYPES
from midwatch.domain.query import ResourcesQuery
from midwatch.workflow.state import Scope

_CUSTOM_K8S_GROUPS = ("gateway.networking.k8s.io", "snapshot.storage.k8s.io")
"""Groups under k8s.io that are served by custom resource definitions; the others are built in."""


class _Served(msgspec.Struct, gc=False):
    kind: str
    resource: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    verbs: tuple[str, ...] = ("list",)


class _Catalog(msgspec.Struct):
    items: tuple[_Served, ...] = ()


def survey_queries(catalog: Evidence, scope: Scope) -> list[ResourcesQuery]:
    """One LIST for each kind (and namespace, when the scope names some)."""
    served = _served(catalog)
    types = [each.query() for each in RESOURCE_TYPES if not each.custom] + list(_custom(served))
    namespaced = {each.kind: each.namespaced for each in RESOURCE_TYPES} | {
        each.kind: each.namespaced for each in served
    }
    return [
        narrowed
        for query in types
        for narrowed in _narrow(query, scope if namespaced.get(query.kind, True) else Scope())
    ]


def _narrow(query: ResourcesQuery, scope: Scope) -> Iterator[ResourcesQuery]:
    for namespace in sorted(scope.namespaces) or [""]:
        yield ResourcesQuery(
            query.kind, query.resource, query.group, query.version, namespace, query.metadata_only
        )


def _served(catalog: Evidence) -> tuple[_Served, ...]:
    found: list[_Served] = []
    for page in catalog.pages:
        try:
            found.extend(msgspec.json.decode(page, type=_Catalog).items)
        except msgspec.MsgspecError:
            continue
    return tuple(found)


def _custom(served: tuple[_Served, ...]) -> Iterator[ResourcesQuery]:
    for each in served:
        if _is_custom(each) and "list" in each.verbs and "/" not in each.resource:
            yield ResourcesQuery(each.kind, each.resource, each.group, each.version)


def _is_custom(each: _Served) -> bool:
    known = BY_KIND.get(each.kind)
    if known is not None and known.group == each.group:
        return known.custom
    if each.group.endswith(".k8s.io"):
        return each.group.endswith(_CUSTOM_K8S_GROUPS) or each.group.endswith("x-k8s.io")
    return "." in each.group
