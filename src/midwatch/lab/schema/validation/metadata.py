"""Metadata: names, labels, annotations, owners, finalizers.

Source: k8s.io/apimachinery/pkg/api/validation/objectmeta.go, k8s.io/apimachinery/pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from midwatch.lab.core import kinds
from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, forbidden, required, shown, too_long

_SIZE = 256 * 1024
_STANDARD = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_FORMS: dict[Kind, Callable[[str], names.Complaints]] = {
    kinds.NAMESPACE: names.label,
    kinds.SERVICE: names.dns1035,
    kinds.STATEFUL_SET: names.label,
    kinds.ROLE: names.segment,
    kinds.API_SERVICE: names.segment,
    kinds.ROLE_BINDING: names.segment,
    kinds.CLUSTER_ROLE: names.segment,
    kinds.CLUSTER_ROLE_BINDING: names.segment,
    kinds.CSR: names.subdomain,
}


def check_metadata(kind: Kind, head: Obj) -> Iterator[FieldError]:
    """The metadata of an object."""
    name = head.get("name") or ""
    if not name:
        yield required("metadata.name", "name or generateName is required")
    else:
        for why in _FORMS.get(kind, names.subdomain)(name):
            yield bad("metadata.name", name, why)
    generation = head.get("generation", 0)
    if generation < 0:
        yield bad("metadata.generation", generation, "must be greater than or equal to 0")
    if head.get("labels"):
        yield from check_labels(head["labels"], "metadata.labels")
    if head.get("annotations"):
        yield from check_annotations(head["annotations"], "metadata.annotations")
    if head.get("ownerReferences"):
        yield from _owners(head["ownerReferences"])
    if head.get("finalizers"):
        yield from _finalizers(kind, head["finalizers"])


def check_labels(labels: Mapping[str, str], path: str) -> Iterator[FieldError]:
    """Labels, or a selector of that form."""
    for key, value in labels.items():
        for why in names.qualified(key):
            yield bad(path, key, why)
        for why in names.label_value(value):
            yield bad(path, value, why)


def check_annotations(annotations: Mapping[str, str], path: str) -> Iterator[FieldError]:
    """Annotations: their keys, and how much they hold altogether."""
    size = 0
    for key, value in annotations.items():
        for why in names.qualified(key.lower()):
            yield bad(path, key, why)
        size += len(key) + len(value)
    if size > _SIZE:
        yield too_long(path, _SIZE)


def _owners(owners: Sequence[Obj]) -> Iterator[FieldError]:
    controller = ""
    for index, each in enumerate(owners):
        path = f"metadata.ownerReferences[{index}]"
        if not each.get("apiVersion"):
            yield bad(f"{path}.apiVersion", each.get("apiVersion", ""), "version must not be empty")
        for key in ("kind", "name", "uid"):
            if not each.get(key):
                yield bad(f"{path}.{key}", each.get(key) or "", "must not be empty")
        if each.get("apiVersion") == "v1" and each.get("kind") == "Event":
            yield bad(path, each, "/v1, Kind=Event is disallowed from being an owner")
        if each.get("controller"):
            if controller:
                why = 'Only one reference can have Controller set to true. Found "true" in references for'
                yield bad("metadata.ownerReferences", owners, f"{why} {controller} and {each.get('name')}")
            controller = controller or str(each.get("name"))


def _finalizers(kind: Kind, finalizers: Sequence[str]) -> Iterator[FieldError]:
    for each in finalizers:
        for why in names.qualified(each):
            yield bad("metadata.finalizers", each, why)
        if "/" not in each and each not in _STANDARD and not kind.custom:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield bad("metadata.finalizers", each, why)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        why = "finalizer orphan and foregroundDeletion cannot be both set"
        yield bad("metadata.finalizers", list(finalizers), why)


def check_metadata_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """What an update may not do to metadata."""
    if not old.get("deletionTimestamp"):
        return
    extra = [each for each in new.get("finalizers") or () if each not in (old.get("finalizers") or ())]
    if extra:
        listed = "[]string{" + ", ".join(map(shown, extra)) + "}"
        why = "no new finalizers can be added if the object is being deleted, found new finalizers"
        yield forbidden("metadata.finalizers", f"{why} {listed}")
