"""Label selectors, and whether they match a template's labels.

Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (ValidateLabelSelector).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import NULL, bad, forbidden, required
from midwatch.lab.schema.validation.metadata import check_labels


def check_selector(selector: Obj | None, path: str) -> Iterator[FieldError]:
    """A label selector."""
    if not selector:
        return
    yield from check_labels(selector.get("matchLabels") or {}, f"{path}.matchLabels")
    for index, each in enumerate(selector.get("matchExpressions") or ()):
        yield from _requirement(each, f"{path}.matchExpressions[{index}]")


def _requirement(found: Obj, path: str) -> Iterator[FieldError]:
    operator, values = found.get("operator"), found.get("values") or ()
    if operator in ("In", "NotIn"):
        if not values:
            yield required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            yield forbidden(f"{path}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else:
        yield bad(f"{path}.operator", operator or "", "not a valid selector operator")
    for why in names.qualified(found.get("key") or ""):
        yield bad(f"{path}.key", found.get("key") or "", why)
    for index, value in enumerate(values):
        for why in names.label_value(value):
            yield bad(f"{path}.values[{index}]", value, why)


def is_empty(selector: Obj) -> bool:
    """Whether a selector selects everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def selects(selector: Obj, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects these labels."""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(found: Obj, labels: Mapping[str, str]) -> bool:
    key, values = found.get("key") or "", found.get("values") or ()
    match found.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


def check_template_labels(selector: Obj, template: Obj, path: str) -> Iterator[FieldError]:
    """A controller's selector must select the pods that it makes."""
    head: Obj = template.get("metadata") or {}
    labels: Mapping[str, str] = head.get("labels") or {}
    if not selects(selector, labels):
        yield bad(f"{path}.metadata.labels", labels or NULL, "`selector` does not match template `labels`")
