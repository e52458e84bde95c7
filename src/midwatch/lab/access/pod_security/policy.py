"""The levels that a namespace's labels ask for, and what pods violate of them.

Source: k8s.io/pod-security-admission/api/{constants,helpers}.go, policy/{registry,checks}.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from midwatch.lab.access.pod_security._parts import Check, Violation
from midwatch.lab.access.pod_security.baseline import BASELINE
from midwatch.lab.access.pod_security.restricted import REPLACED, RESTRICTED
from midwatch.lab.core.objects import Obj, meta, spec

PREFIX = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
_PROBES = (1, 34)


@dataclass(frozen=True, slots=True)
class Level:
    """One level in the version of one release; version None is the latest."""

    name: str = "privileged"
    version: tuple[int, int] | None = None

    def __str__(self) -> str:
        version = "latest" if self.version is None else f"v{self.version[0]}.{self.version[1]}"
        return f"{self.name}:{version}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a namespace enforces and warns about."""

    enforce: Level = Level()
    warn: Level = Level()


def policy_of(labels: Mapping[str, str]) -> Policy:
    """From the labels of a namespace; a level that nobody knows is enforced as the strictest."""
    enforce = _level(labels, "enforce")
    if PREFIX + "warn" in labels:
        return Policy(enforce, _level(labels, "warn"))
    return Policy(enforce, enforce)


def problems(labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Labels with bad values: the label, its value and what it must be."""
    found: list[tuple[str, str, str]] = []
    for mode in ("enforce", "audit", "warn"):
        level, version = labels.get(PREFIX + mode), labels.get(f"{PREFIX}{mode}-version")
        if level is not None and level not in LEVELS:
            found.append((PREFIX + mode, level, "must be one of privileged, baseline, restricted"))
        if version is not None and version != "latest" and _version(version) is None:
            found.append((f"{PREFIX}{mode}-version", version, 'must be "latest" or "v1.x"'))
    return found


def violations(level: Level, pod: Obj) -> list[Violation]:
    """What a pod (or pod template) violates, in the order of the report."""
    if level.name == "privileged":
        return []
    head, body = meta(pod), spec(pod)
    return [found for check in _checks(level) if (found := check(head, body)) is not None]


def detail(found: list[Violation]) -> str:
    """All violations in one text."""
    return ", ".join(each.text for each in found)


@lru_cache(maxsize=64)
def _checks(level: Level) -> tuple[Check, ...]:
    recent = level.version is None or level.version >= _PROBES
    base = {
        key: check
        for key, check in BASELINE.items()
        if recent or check is not BASELINE["hostProbesAndHostLifecycle"]
    }
    if level.name == "baseline":
        return tuple(base.values())
    return (*(check for key, check in base.items() if key not in REPLACED), *RESTRICTED.values())


def _level(labels: Mapping[str, str], mode: str) -> Level:
    name = labels.get(PREFIX + mode)
    if name is None:
        return Level()
    version = labels.get(f"{PREFIX}{mode}-version", "latest")
    known = name if name in LEVELS else ("restricted" if mode == "enforce" else "privileged")
    return Level(known, None if version == "latest" else _version(version))


def _version(text: str) -> tuple[int, int] | None:
    major, _, minor = text.removeprefix("v").partition(".")
    if not text.startswith("v") or not major.isdecimal() or not minor.isdecimal():
        return None
    return int(major), int(minor)
