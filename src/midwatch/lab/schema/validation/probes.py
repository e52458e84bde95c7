"""Probes and lifecycle hooks.

Source: kubernetes/pkg/apis/core/validation/validation.go (validateProbe, validateHandler).
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, forbidden, required, unsupported

_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def check_probe(found: Obj, key: str, path: str) -> Iterator[FieldError]:
    """One probe of a container; `key` says which."""
    yield from check_handler(found, path)
    for each in _COUNTS:
        if found.get(each, 0) < 0:
            yield bad(f"{path}.{each}", found[each], "must be greater than or equal to 0")
    grace = found.get("terminationGracePeriodSeconds")
    if grace is not None and grace <= 0:
        yield bad(f"{path}.terminationGracePeriodSeconds", grace, "must be greater than 0")
    if key == "readinessProbe":
        if grace is not None:
            yield bad(f"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes")
    elif found.get("successThreshold", 1) != 1:
        yield bad(f"{path}.successThreshold", found["successThreshold"], "must be 1")


def check_handler(found: Obj, path: str, grace: int | None = None) -> Iterator[FieldError]:
    """What a probe or hook does: exactly one thing."""
    given = [each for each in _HANDLERS if each in found]
    if not given:
        yield required(path, "must specify a handler type")
        return
    first, *more = given
    yield from _handler(first, found[first], f"{path}.{first}", grace)
    for each in more:
        yield forbidden(f"{path}.{each}", "may not specify more than 1 handler type")


def _handler(key: str, found: Obj, path: str, grace: int | None) -> Iterator[FieldError]:
    if key == "exec":
        if not found.get("command"):
            yield required(f"{path}.command")
    elif key == "sleep":
        seconds = found.get("seconds", 0)
        if grace is not None and not 0 <= seconds <= grace:
            yield bad(path, seconds, f"must be non-negative and less than terminationGracePeriodSeconds ({grace})")
    else:
        for why in names.port(found.get("port", 0)):
            yield bad(f"{path}.port", found.get("port", 0), why)
        if key == "httpGet":
            yield from _http(found, path)


def _http(found: Obj, path: str) -> Iterator[FieldError]:
    if found.get("scheme") not in ("HTTP", "HTTPS"):
        yield unsupported(f"{path}.scheme", found.get("scheme"), ("HTTP", "HTTPS"))
    for each in found.get("httpHeaders") or ():
        for why in names.header(each.get("name") or ""):
            yield bad(f"{path}.httpHeaders", each.get("name") or "", why)
