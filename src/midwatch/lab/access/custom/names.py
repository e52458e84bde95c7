"""Whether a definition gets the names it asks for.

Source: kubernetes/staging/src/k8s.io/apiextensions-apiserver/pkg/controller/status/naming_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from midwatch.lab.access.custom.kinds import names_of
from midwatch.lab.core.objects import Obj, name_of, spec, status

_REASONS = (
    ("plural", "PluralConflict", False),
    ("singular", "SingularConflict", False),
    ("shortNames", "ShortNamesConflict", False),
    ("kind", "KindConflict", True),
    ("listKind", "ListKindConflict", True),
)


def accepted(definition: Obj, others: Iterable[Obj]) -> tuple[Obj, Obj]:
    """The names that a definition has now, and the condition `NamesAccepted`."""
    resources, kinds = _taken(definition, others)
    wanted = names_of(definition)
    names: Obj = dict(status(definition).get("acceptedNames") or {})
    condition: Obj = {
        "type": "NamesAccepted",
        "status": "True",
        "reason": "NoConflicts",
        "message": "no conflicts found",
    }
    for field, reason, of_kind in _REASONS:
        errors = list(_conflicts(wanted.get(field), kinds if of_kind else resources))
        if errors:
            message = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
            condition = {"type": "NamesAccepted", "status": "False", "reason": reason, "message": message}
        elif wanted.get(field):
            names[field] = wanted[field]
    if wanted.get("categories"):
        names["categories"] = wanted["categories"]
    return names, condition


def _taken(definition: Obj, others: Iterable[Obj]) -> tuple[set[str], set[str]]:
    resources: set[str] = set()
    kinds: set[str] = set()
    for each in others:
        if name_of(each) == name_of(definition) or spec(each).get("group") != spec(definition).get("group"):
            continue
        names: Obj = status(each).get("acceptedNames") or {}
        resources.update(
            (names.get("plural") or "", names.get("singular") or "", *(names.get("shortNames") or ()))
        )
        kinds.update((names.get("kind") or "", names.get("listKind") or ""))
    return resources, kinds


def _conflicts(wanted: str | Sequence[str] | None, taken: set[str]) -> Iterator[str]:
    values = [wanted] if isinstance(wanted, str) else wanted or ()
    return (f'"{each}" is already in use' for each in values if each in taken)
