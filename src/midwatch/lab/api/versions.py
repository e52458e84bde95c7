"""What `resourceVersion` and `resourceVersionMatch` ask for.

Source: k8s.io/apimachinery/pkg/apis/meta/internalversion/validation/validation.go,
k8s.io/apiserver/pkg/storage/{interfaces,errors}.go.
"""

from __future__ import annotations

from midwatch.lab.api.call import Call
from midwatch.lab.core.errors import ApiError, bad_request

_EXACT, _NOT_OLDER = "Exact", "NotOlderThan"


def revision_of(call: Call) -> int:
    """The revision in the query, 0 when there is none; raises `ApiError` 400 or, for one not reached yet, 504."""
    text = call.query.get("resourceVersion", "")
    try:
        found = int(text or 0)
    except ValueError:
        raise bad_request(
            f'Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        ) from None
    if found > call.env.store.revision:
        raise _too_large(found, call.env.store.revision)
    return found


def _too_large(wanted: int, current: int) -> ApiError:
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    why = f"Timeout: Too large resource version: {wanted}, current: {current}"
    return ApiError(504, "Timeout", why, details={"causes": [cause]}, retry=1)


def forbidden_option(field: str, why: str) -> ApiError:
    """422: options that do not go together."""
    cause = {"reason": "FieldValueForbidden", "message": f"Forbidden: {why}", "field": field}
    details = {"group": "meta.k8s.io", "kind": "ListOptions", "causes": [cause]}
    message = f'ListOptions.meta.k8s.io "" is invalid: {field}: Forbidden: {why}'
    return ApiError(422, "Invalid", message, details=details)


def check_version(call: Call) -> int | None:
    """The revision that a list must be exactly of; None when the current one will do. Raises `ApiError`."""
    match, text = call.query.get("resourceVersionMatch", ""), call.query.get("resourceVersion", "")
    found, field = revision_of(call), "resourceVersionMatch"
    if not match:
        return None
    if not text:
        raise forbidden_option(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match not in (_EXACT, _NOT_OLDER):
        raise forbidden_option(field, f'supported values: "{_EXACT}", "{_NOT_OLDER}"')
    if match == _NOT_OLDER:
        return None
    if found == 0:
        raise forbidden_option(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    return found
