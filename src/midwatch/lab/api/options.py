"""Options of requests that write: which values make sense.

Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from json import dumps

from midwatch.lab.api.call import Call
from midwatch.lab.core.errors import ApiError

_KINDS = {
    "create": "CreateOptions",
    "update": "UpdateOptions",
    "patch": "PatchOptions",
    "delete": "DeleteOptions",
    "deletecollection": "DeleteOptions",
}
_STRICTNESS = ("", "Ignore", "Strict", "Warn")
_APPLY = "application/apply-patch"
_LONGEST = 128  # FieldManagerMaxLength


@dataclass(frozen=True, slots=True)
class _Wrong:
    field: str
    reason: str
    message: str


def check_options(call: Call) -> None:
    """Raises `ApiError` 422 when an option of a write has no meaning."""
    kind = _KINDS.get(call.verb)
    found = list(_wrong(call)) if kind else []
    if kind and found:
        raise invalid_options(kind, found)


def invalid_options(kind: str, found: list[_Wrong]) -> ApiError:
    """422: one or several options are wrong."""
    causes = [{"reason": each.reason, "message": each.message, "field": each.field} for each in found]
    texts = [f"{each.field}: {each.message}" for each in found]
    why = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = {"group": "meta.k8s.io", "kind": kind, "causes": causes}
    return ApiError(422, "Invalid", f'{kind}.meta.k8s.io "" is invalid: {why}', details=details)


def _wrong(call: Call) -> Iterator[_Wrong]:
    """In the order of the server: force and manager of patches, dry run, strictness."""
    if call.verb == "patch":
        yield from _patch(call)
    if len(call.query.get("fieldManager", "")) > _LONGEST:
        yield _Wrong("fieldManager", "FieldValueTooLong", f"Too long: may not be more than {_LONGEST} bytes")
    dry = call.query.get("dryRun", "")
    if dry not in ("", "All"):
        yield _unsupported("dryRun", dumps([dry]), ("All",))
    strictness = call.query.get("fieldValidation", "")
    if strictness not in _STRICTNESS:
        yield _unsupported("fieldValidation", f'"{strictness}"', _STRICTNESS)


def _patch(call: Call) -> Iterator[_Wrong]:
    if call.headers.get("content-type", "").startswith(_APPLY):
        if not call.query.get("fieldManager"):
            yield _Wrong("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")
    elif "force" in call.query:
        yield _Wrong("force", "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch")


def _unsupported(field: str, value: str, known: tuple[str, ...]) -> _Wrong:
    supported = ", ".join(f'"{each}"' for each in known)
    return _Wrong(field, "FieldValueNotSupported", f"Unsupported value: {value}: supported values: {supported}")
