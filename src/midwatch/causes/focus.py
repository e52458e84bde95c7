"""What a question is about: the namespaces and objects it names."""

from __future__ import annotations

import re

from midwatch.domain.hypothesis import Hypothesis
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref

_WORD = re.compile(r"[a-z0-9][a-z0-9.-]{1,252}")
_MAX_QUESTION = 4000
_NOISE = frozenset(
    {"default", "the", "is", "pod", "pods", "service", "node", "why", "what", "in", "on", "of", "and"}
)


def focus_of(question: str, inventory: Inventory) -> frozenset[Ref]:
    """Objects whose exact name occurs in the question; a pod's workload counts with it."""
    words = {each.strip(".-") for each in _WORD.findall(question[:_MAX_QUESTION].lower())} - _NOISE
    if not words:
        return frozenset()
    found: set[Ref] = set()
    for ref, each in inventory.by_ref.items():
        if ref.name in words:
            found.update((ref, inventory.workload(each)))
        if ref.namespace in words:
            found.add(Ref("Namespace", "", ref.namespace))
    return frozenset(found)


def concerns(hypothesis: Hypothesis, focus: frozenset[Ref]) -> bool:
    """Whether a hypothesis is about what was asked, or explains what happens to it."""
    touched = {hypothesis.culprit, *hypothesis.path, *hypothesis.blast_radius}
    touched.update(culprit for _, culprit in hypothesis.explains)
    for finding in hypothesis.supporting:
        touched.update((finding.subject, *finding.affected))
    named = {each for each in focus if each.kind != "Namespace"}
    if named:
        return bool(touched & named)
    spaces = {each.name for each in focus}
    return any(each.namespace in spaces or each in focus for each in touched)
