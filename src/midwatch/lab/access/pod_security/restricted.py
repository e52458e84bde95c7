"""The checks that the level `restricted` adds, and those of `baseline` that they replace.

Source: k8s.io/pod-security-admission/policy/check_*.go.
"""

from __future__ import annotations

from midwatch.lab.access.pod_security._parts import (
    Check,
    Violation,
    containers,
    context,
    named,
    plural,
    quoted,
    setters,
)
from midwatch.lab.access.pod_security.baseline import seccomp_of
from midwatch.lab.core.objects import Obj, part

_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_PROFILES = ("RuntimeDefault", "Localhost")


def _is_windows(body: Obj) -> bool:
    return part(body, "os").get("name") == "windows"


def no_escalation(_: Obj, body: Obj) -> Violation | None:
    """No process may gain more rights than its parent."""
    if _is_windows(body):
        return None
    bad = [each for each in containers(body) if context(each).get("allowPrivilegeEscalation") is not False]
    if not bad:
        return None
    detail = f"{named(bad)} must set securityContext.allowPrivilegeEscalation=false"
    return Violation("allowPrivilegeEscalation != false", detail)


def capabilities(_: Obj, body: Obj) -> Violation | None:
    """All capabilities are dropped; only NET_BIND_SERVICE may come back."""
    if _is_windows(body):
        return None
    undropped: list[Obj] = []
    adding: list[Obj] = []
    added: set[str] = set()
    for each in containers(body):
        own = part(context(each), "capabilities")
        if "ALL" not in (own.get("drop") or ()):
            undropped.append(each)
        more = set[str](own.get("add") or ()) - {"NET_BIND_SERVICE"}
        if more:
            adding.append(each)
            added |= more
    details: list[str] = []
    if undropped:
        details.append(f'{named(undropped)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        details.append(
            f"{named(adding)} must not include {quoted(sorted(added))} in securityContext.capabilities.add"
        )
    return Violation("unrestricted capabilities", "; ".join(details)) if details else None


def volumes(_: Obj, body: Obj) -> Violation | None:
    """Only volume types that do not reach into the node or its network."""
    bad: list[str] = []
    types: set[str] = set()
    for each in body.get("volumes") or ():
        found = next((key for key, value in each.items() if key != "name" and value is not None), "unknown")
        if found not in _VOLUMES:
            bad.append(each["name"])
            types.add(found)
    if not bad:
        return None
    detail = (
        f"{plural('volume', 'volumes', len(bad))} {quoted(bad)} {plural('uses', 'use', len(bad))} "
        f"restricted volume {plural('type', 'types', len(types))} {quoted(sorted(types))}"
    )
    return Violation("restricted volume types", detail)


def non_root(_: Obj, body: Obj) -> Violation | None:
    """Containers must declare that they do not run as root."""
    pod = context(body).get("runAsNonRoot")
    explicit = [each for each in containers(body) if context(each).get("runAsNonRoot") is False]
    who = setters(pod is False, explicit)
    if who:
        return Violation("runAsNonRoot != true", f"{who} must not set securityContext.runAsNonRoot=false")
    implicit = [each for each in containers(body) if context(each).get("runAsNonRoot") is None and not pod]
    if not implicit:
        return None
    return Violation(
        "runAsNonRoot != true", f"pod or {named(implicit)} must set securityContext.runAsNonRoot=true"
    )


def user(_: Obj, body: Obj) -> Violation | None:
    """The user is not root."""
    bad = [each for each in containers(body) if context(each).get("runAsUser") == 0]
    who = setters(context(body).get("runAsUser") == 0, bad)
    return Violation("runAsUser=0", f"{who} must not set runAsUser=0") if who else None


def seccomp(_: Obj, body: Obj) -> Violation | None:
    """A seccomp profile is set."""
    if _is_windows(body):
        return None
    pod = seccomp_of(body)
    bad = [each for each in containers(body) if seccomp_of(each) not in (None, *_PROFILES)]
    who = setters(pod not in (None, *_PROFILES), bad)
    if who:
        values = sorted({str(each) for each in (pod, *map(seccomp_of, bad)) if each not in (None, *_PROFILES)})
        detail = f"{who} must not set securityContext.seccompProfile.type to {quoted(values)}"
        return Violation("seccompProfile", detail)
    implicit = [each for each in containers(body) if seccomp_of(each) is None and pod is None]
    if not implicit:
        return None
    wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return Violation("seccompProfile", f"pod or {named(implicit)} {wanted}")


RESTRICTED: dict[str, Check] = {
    "allowPrivilegeEscalation": no_escalation,
    "capabilities_restricted": capabilities,
    "restrictedVolumes": volumes,
    "runAsNonRoot": non_root,
    "runAsUser": user,
    "seccompProfile_restricted": seccomp,
}
REPLACED = frozenset({"capabilities_baseline", "hostPathVolumes", "seccompProfile_baseline"})
