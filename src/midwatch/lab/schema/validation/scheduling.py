"""Where pods may run: tolerations, affinity, spread.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidateTolerations, validateAffinity,
validateTopologySpreadConstraints).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, unsupported
from midwatch.lab.schema.validation.selectors import check_selector

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_NODE_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
_REQUIRED, _PREFERRED = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)


def check_tolerations(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    """The tolerations of a pod spec."""
    for index, each in enumerate(found):
        here = f"{path}[{index}]"
        key, operator, value = each.get("key"), each.get("operator") or "", each.get("value") or ""
        if key:
            for why in names.qualified(key):
                yield bad(f"{here}.key", key, why)
        elif operator != "Exists":
            why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            yield bad(f"{here}.operator", operator, why)
        if each.get("tolerationSeconds") is not None and each.get("effect") != "NoExecute":
            why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
            yield bad(f"{here}.effect", each.get("effect") or "", why)
        yield from _tolerated(operator, value, here)
        if each.get("effect") and each["effect"] not in _EFFECTS:
            yield unsupported(f"{here}.effect", each["effect"], _EFFECTS)


def _tolerated(operator: str, value: str, path: str) -> Iterator[FieldError]:
    if operator in ("Equal", ""):
        why = names.label_value(value)
        if why:
            yield bad(f"{path}.operator", value, ";".join(why))
    elif operator == "Exists":
        if value:
            yield bad(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")
    else:
        yield unsupported(f"{path}.operator", operator, ("Equal", "Exists"))


def check_affinity(found: Obj, path: str) -> Iterator[FieldError]:
    """The affinity of a pod spec."""
    node: Obj = found.get("nodeAffinity") or {}
    if node:
        yield from _node(node, f"{path}.nodeAffinity")
    for key in ("podAffinity", "podAntiAffinity"):
        part: Obj = found.get(key) or {}
        for index, each in enumerate(part.get(_REQUIRED) or ()):
            yield from _pod_term(each, f"{path}.{key}.{_REQUIRED}[{index}]")
        for index, each in enumerate(part.get(_PREFERRED) or ()):
            here = f"{path}.{key}.{_PREFERRED}[{index}]"
            yield from _weight(each, here)
            yield from _pod_term(each.get("podAffinityTerm") or {}, f"{here}.podAffinityTerm")


def _node(found: Obj, path: str) -> Iterator[FieldError]:
    wanted: Obj | None = found.get(_REQUIRED)
    if wanted is not None:
        terms: Sequence[Obj] = wanted.get("nodeSelectorTerms") or ()
        if not terms:
            yield required(f"{path}.{_REQUIRED}.nodeSelectorTerms", "must have at least one node selector term")
        for index, each in enumerate(terms):
            yield from check_node_term(each, f"{path}.{_REQUIRED}.nodeSelectorTerms[{index}]")
    for index, each in enumerate(found.get(_PREFERRED) or ()):
        here = f"{path}.{_PREFERRED}[{index}]"
        yield from _weight(each, here)
        yield from check_node_term(each.get("preference") or {}, f"{here}.preference")


def _weight(found: Obj, path: str) -> Iterator[FieldError]:
    if not 1 <= found.get("weight", 0) <= 100:
        yield bad(f"{path}.weight", found.get("weight", 0), "must be in the range 1-100")


def check_node_term(found: Obj, path: str) -> Iterator[FieldError]:
    """A term of a node selector."""
    for index, each in enumerate(found.get("matchExpressions") or ()):
        here, operator, values = (
            f"{path}.matchExpressions[{index}]",
            each.get("operator"),
            each.get("values") or (),
        )
        if operator in ("In", "NotIn") and not values:
            yield required(f"{here}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield forbidden(f"{here}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
        elif operator in ("Gt", "Lt") and len(values) != 1:
            yield required(f"{here}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
        elif operator not in _NODE_OPERATORS:
            yield bad(f"{here}.operator", operator, "not a valid selector operator")
        for why in names.qualified(each.get("key") or ""):
            yield bad(f"{here}.key", each.get("key") or "", why)


def _pod_term(found: Obj, path: str) -> Iterator[FieldError]:
    yield from check_selector(found.get("labelSelector"), f"{path}.labelSelector")
    key = found.get("topologyKey") or ""
    if not key:
        yield required(f"{path}.topologyKey", "can not be empty")
    else:
        for why in names.qualified(key):
            yield bad(f"{path}.topologyKey", key, why)


def check_spread(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    """The topology spread constraints of a pod spec."""
    seen: set[tuple[object, object]] = set()
    for index, each in enumerate(found):
        here, when = f"{path}[{index}]", each.get("whenUnsatisfiable")
        if each.get("maxSkew", 0) <= 0:
            yield bad(f"{here}.maxSkew", each.get("maxSkew", 0), "must be greater than zero")
        if not each.get("topologyKey"):
            yield required(f"{here}.topologyKey", "can not be empty")
        if when not in ("DoNotSchedule", "ScheduleAnyway"):
            yield unsupported(f"{here}.whenUnsatisfiable", when, ("DoNotSchedule", "ScheduleAnyway"))
        if (each.get("topologyKey"), when) in seen:
            yield duplicate(f"{here}.{{topologyKey, whenUnsatisfiable}}", f"{{{each.get('topologyKey')}, {when}}}")
        seen.add((each.get("topologyKey"), when))
        if each.get("minDomains") is not None and when != "DoNotSchedule":
            why = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"
            yield bad(f"{here}.minDomains", each["minDomains"], why)
        yield from check_selector(each.get("labelSelector"), f"{here}.labelSelector")
