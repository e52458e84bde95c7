"""Refusals of the API, as `Status` objects with the API's own reasons and messages.

Source: k8s.io/apimachinery/pkg/api/errors/errors.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from midwatch.errors import MidwatchError

if TYPE_CHECKING:
    from midwatch.lab.core.kinds import Kind


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field: `reason` is the API's (`FieldValueRequired` ...), `message` what follows its path.

    Source: k8s.io/apimachinery/pkg/util/validation/field/errors.go.
    """

    field: str
    reason: str
    message: str


class ApiError(MidwatchError):
    """What an API request fails with. Details that are given are sent even when empty: kubectl reads them."""

    def __init__(
        self, code: int, reason: str, message: str, *, details: dict[str, Any] | None = None, retry: int = 0
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}
        self._detailed = details is not None
        self.retry = retry

    def status(self) -> dict[str, Any]:
        """The `Status` object of the answer."""
        found: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        found |= {"message": self.message}
        if self.reason:
            found["reason"] = self.reason
        details = {**self.details, **({"retryAfterSeconds": self.retry} if self.retry else {})}
        if details or self._detailed:
            found["details"] = details
        return {**found, "code": self.code}


def _details(kind: Kind, name: str = "") -> dict[str, Any]:
    found = {"name": name} if name else {}
    return {**found, **({"group": kind.group} if kind.group else {}), "kind": kind.plural}


def not_found(kind: Kind, name: str) -> ApiError:
    """404: there is no such object."""
    return ApiError(404, "NotFound", f'{kind.resource} "{name}" not found', details=_details(kind, name))


def already_exists(kind: Kind, name: str) -> ApiError:
    """409: an object of that name exists."""
    return ApiError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', details=_details(kind, name))


def conflict(kind: Kind, name: str, why: str) -> ApiError:
    """409: the object changed meanwhile, or a precondition does not hold."""
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return ApiError(409, "Conflict", message, details=_details(kind, name))


def modified(kind: Kind, name: str) -> ApiError:
    """409: an update of an old version.

    Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go (OptimisticLockErrorMsg).
    """
    return conflict(
        kind,
        name,
        "the object has been modified; please apply your changes to the latest version and try again",
    )


def forbidden(kind: Kind, name: str, why: str) -> ApiError:
    """403: admission or authorisation refuses."""
    what = f'{kind.resource} "{name}"' if name else kind.resource
    return ApiError(403, "Forbidden", f"{what} is forbidden: {why}", details=_details(kind, name))


def bad_request(why: str) -> ApiError:
    """400: the request itself makes no sense."""
    return ApiError(400, "BadRequest", why)


def invalid(kind: Kind, name: str, errors: Sequence[FieldError]) -> ApiError:
    """422: the object has invalid fields."""
    texts = [f"{each.field}: {each.message}" for each in errors]
    inner = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    group = f".{kind.group}" if kind.group else ""
    causes = [{"reason": each.reason, "message": each.message, "field": each.field} for each in errors]
    found = {
        **({"name": name} if name else {}),
        **({"group": kind.group} if kind.group else {}),
        "kind": kind.kind,
    }
    return ApiError(
        422, "Invalid", f'{kind.kind}{group} "{name}" is invalid: {inner}', details={**found, "causes": causes}
    )


def gone(why: str) -> ApiError:
    """410: the version asked for is no longer kept."""
    return ApiError(410, "Expired", why)


def too_many_requests(why: str, retry: int = 0) -> ApiError:
    """429: later, please; also an eviction that a disruption budget does not allow."""
    return ApiError(429, "TooManyRequests", why, retry=retry)


def unavailable(why: str) -> ApiError:
    """503: a part of the control plane does not answer."""
    return ApiError(503, "ServiceUnavailable", why)


def internal(why: str) -> ApiError:
    """500: what else goes wrong inside."""
    return ApiError(500, "InternalError", f"Internal error occurred: {why}")
