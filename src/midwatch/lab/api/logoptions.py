"""Which lines of a log are wanted.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidatePodLogOptions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.objects import seconds, stamp_micro
from midwatch.lab.core.runtime import Line


@dataclass(frozen=True, slots=True)
class LogOptions:
    """The options of a request; times in seconds since the epoch, None: no bound."""

    container: str = ""
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    limit: int | None = None
    since: float | None = None
    age: int | None = None

    def text(self, lines: Sequence[Line], now: float) -> str:
        """The wanted lines of a log."""
        oldest = now - self.age if self.age is not None else self.since
        if oldest is not None:
            lines = [each for each in lines if each.at >= oldest]
        if self.tail is not None:
            lines = lines[len(lines) - min(self.tail, len(lines)) :]
        found = self.plain(lines)
        return found if self.limit is None else found.encode()[: self.limit].decode(errors="ignore")

    def plain(self, lines: Sequence[Line]) -> str:
        """Lines as they are sent."""
        if not self.timestamps:
            return "".join(f"{each.text}\n" for each in lines)
        return "".join(f"{_nanos(each.at)} {each.text}\n" for each in lines)


def _nanos(at: float) -> str:
    return f"{stamp_micro(at)[:-1]}000Z"


def log_options(query: Mapping[str, str]) -> LogOptions:
    """Read a query; raises `ApiError` 400 or 422."""
    tail = _number(query, "tailLines", least=0)
    limit = _number(query, "limitBytes", least=1)
    age = _number(query, "sinceSeconds", least=1)
    since = query.get("sinceTime", "")
    if since and age is not None:
        raise _invalid("sinceTime", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")
    try:
        start = seconds(since) if since else None
    except ValueError:
        raise bad_request(f'parsing time "{since}" as "2006-01-02T15:04:05Z07:00": cannot parse') from None
    follow, previous, timestamps = (
        query.get(each) in ("true", "1") for each in ("follow", "previous", "timestamps")
    )
    return LogOptions(query.get("container", ""), follow, previous, timestamps, tail, limit, start, age)


def _number(query: Mapping[str, str], name: str, *, least: int) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        found = int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
    if found < least:
        word = "greater than or equal to 0" if least == 0 else "greater than 0"
        raise _invalid(name, f"Invalid value: {found}: must be {word}")
    return found


def _invalid(field: str, message: str) -> ApiError:
    reason = "FieldValueForbidden" if message.startswith("Forbidden") else "FieldValueInvalid"
    details = {"kind": "PodLogOptions", "causes": [{"reason": reason, "message": message, "field": field}]}
    return ApiError(422, "Invalid", f'PodLogOptions "" is invalid: {field}: {message}', details=details)
