"""What the checks share: containers, security contexts, and the wording of lists.

Source: k8s.io/pod-security-admission/policy/{helpers,visitor}.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from midwatch.lab.core.objects import Obj, part, parts


@dataclass(frozen=True, slots=True)
class Violation:
    """A check that failed: `reason` in short, `detail` naming what must change."""

    reason: str
    detail: str

    @property
    def text(self) -> str:
        """`privileged (container "app" must not set ...)`."""
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


Check: TypeAlias = Callable[[Obj, Obj], Violation | None]
"""From the metadata and the spec of a pod to what is wrong with it."""


def containers(body: Obj) -> list[Obj]:
    """All containers: init containers first, then the others, then ephemeral ones."""
    found: list[Obj] = []
    for field in ("initContainers", "containers", "ephemeralContainers"):
        found.extend(parts(body, field))
    return found


def context(where: Obj) -> Obj:
    """The security context of a pod's spec or of a container."""
    return part(where, "securityContext")


def plural(one: str, many: str, count: int) -> str:
    """The word for a count."""
    return one if count == 1 else many


def quoted(values: Iterable[str]) -> str:
    """`"a", "b"`."""
    return ", ".join(f'"{each}"' for each in values)


def named(bad: Sequence[Obj] | Sequence[str]) -> str:
    """`container "a"`, or `containers "a", "b"`."""
    names = [each if isinstance(each, str) else each["name"] for each in bad]
    return f"{plural('container', 'containers', len(names))} {quoted(names)}"


def setters(body_is_bad: bool, bad: Sequence[Obj]) -> str:
    """`pod and container "a"`: who set something; empty when nobody did."""
    found = ["pod"] if body_is_bad else []
    if bad:
        found.append(named(bad))
    return " and ".join(found)
