"""Security contexts.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidateSecurityContext,
validatePodSpecSecurityContext).
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, part
from midwatch.lab.schema.validation.errors import bad, required, unsupported

_ID = "must be between 0 and 4294967295, inclusive"
_SECCOMP = ("Localhost", "RuntimeDefault", "Unconfined")
_ESCALATION = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"


def check_security(found: Obj, path: str) -> Iterator[FieldError]:
    """The security context of a container."""
    yield from _users(found, path)
    yield from _seccomp(found.get("seccompProfile"), f"{path}.seccompProfile")
    if found.get("allowPrivilegeEscalation") is False:
        if found.get("privileged"):
            yield bad(path, found, _ESCALATION)
        if "CAP_SYS_ADMIN" in (part(found, "capabilities").get("add") or ()):
            yield bad(
                path, found, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            )


def check_pod_security(found: Obj, path: str) -> Iterator[FieldError]:
    """The security context of a pod."""
    yield from _users(found, path)
    group = found.get("fsGroup")
    if group is not None and not 0 <= group <= 0xFFFFFFFF:
        yield bad(f"{path}.fsGroup", group, _ID)
    for index, each in enumerate(found.get("supplementalGroups") or ()):
        if not 0 <= each <= 0xFFFFFFFF:
            yield bad(f"{path}.supplementalGroups[{index}]", each, _ID)
    policy = found.get("fsGroupChangePolicy")
    if policy not in (None, "OnRootMismatch", "Always"):
        yield unsupported(f"{path}.fsGroupChangePolicy", policy, ("Always", "OnRootMismatch"))
    yield from _seccomp(found.get("seccompProfile"), f"{path}.seccompProfile")


def _users(found: Obj, path: str) -> Iterator[FieldError]:
    for key in ("runAsUser", "runAsGroup"):
        value = found.get(key)
        if value is not None and not 0 <= value <= 0xFFFFFFFF:
            yield bad(f"{path}.{key}", value, _ID)


def _seccomp(found: Obj | None, path: str) -> Iterator[FieldError]:
    if found is None:
        return
    kind = found.get("type")
    if not kind:
        yield required(f"{path}.type", "type is required when seccompProfile is set")
    elif kind not in _SECCOMP:
        yield unsupported(f"{path}.type", kind, _SECCOMP)
    elif kind == "Localhost" and not found.get("localhostProfile"):
        yield required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost")
