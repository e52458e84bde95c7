"""What a namespace says about its deletion.

Source: kubernetes/pkg/controller/namespace/deletion/status_condition_utils.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from midwatch.lab.core.objects import Obj, stamp

_FINE = (
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    (
        "NamespaceDeletionGroupVersionParsingFailure",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    (
        "NamespaceDeletionContentFailure",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    ("NamespaceFinalizersRemaining", "ContentRemoved", "All content-preserving finalizers finished"),
)


@dataclass
class Findings:
    """What one attempt to empty a namespace came to: failures, what is left (`resource.group`), finalizers."""

    discovery: list[str] = field(default_factory=list[str])
    failures: list[str] = field(default_factory=list[str])
    remaining: Counter[str] = field(default_factory=Counter[str])
    finalizers: Counter[str] = field(default_factory=Counter[str])

    def problems(self) -> dict[str, tuple[str, str]]:
        """(Reason, message) of each condition that is true."""
        found: dict[str, tuple[str, str]] = {}
        if self.discovery:
            head = f"Discovery failed for some groups, {len(self.discovery)} failing: "
            head += "unable to retrieve the complete list of server APIs: "
            found["NamespaceDeletionDiscoveryFailure"] = "DiscoveryFailed", head + ", ".join(self.discovery)
        if self.failures:
            count = len(self.failures)
            text = f"Failed to delete all resource types, {count} remaining: {', '.join(sorted(self.failures))}"
            found["NamespaceDeletionContentFailure"] = "ContentDeletionFailed", text
        if self.remaining:
            left = sorted(f"{each} has {count} resource instances" for each, count in self.remaining.items())
            text = f"Some resources are remaining: {', '.join(left)}"
            found["NamespaceContentRemaining"] = "SomeResourcesRemain", text
        if self.finalizers:
            left = sorted(f"{each} in {count} resource instances" for each, count in self.finalizers.items())
            text = f"Some content in the namespace has finalizers remaining: {', '.join(left)}"
            found["NamespaceFinalizersRemaining"] = "SomeFinalizersRemain", text
        return found


def updated(conditions: Sequence[Obj], findings: Findings, now: float) -> list[Obj]:
    """The conditions after an attempt, in their fixed order; the time moves only when a status does."""
    problems = findings.problems()
    known = {each["type"]: each for each in conditions}
    order = [each["type"] for each in conditions] + [kind for kind, _, _ in _FINE if kind not in known]
    fine = {kind: (reason, text) for kind, reason, text in _FINE}
    return [
        _condition(kind, known.get(kind), kind in problems, problems.get(kind) or fine[kind], now)
        if kind in fine
        else known[kind]
        for kind in order
    ]


def _condition(kind: str, known: Obj | None, holds: bool, said: tuple[str, str], now: float) -> Obj:
    state = "True" if holds else "False"
    moved = known["lastTransitionTime"] if known is not None and known["status"] == state else stamp(now)
    return {"type": kind, "status": state, "lastTransitionTime": moved, "reason": said[0], "message": said[1]}
