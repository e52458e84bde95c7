"""Evidence removed: what a right answer cited is taken away, round by round, until the answer gives way."""

from __future__ import annotations

from collections.abc import Collection

from midwatch.domain.diagnosis import Verdict
from midwatch.domain.finding import Fact
from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.variations.ablate import ablated, is_field
from midwatch.evals.variations.deny import Denying
from midwatch.evals.variations.trial import (
    Seen,
    Trial,
    confidence_in_truth,
    confidently_wrong,
    is_truth,
    see,
    trial,
)
from midwatch.evals.variations.world import World, WorldSource

KIND = "evidence-removed"
_ROUNDS = 3


async def evidence_removed(case: Case, world: World, original: Seen) -> Trial | None:
    """None for a case that was not answered right in the first place.

    A field that is cited again after it was blanked is one whose absence means something (no class, zero
    replicas): then reading its kind is refused.
    Afterwards the diagnosis must be less sure of the truth than before, or not name a fault; and never be
    confidently wrong.
    """
    removed: set[Fact] = set()
    refused: set[str] = set()
    seen, rounds = original, 0
    while rounds < _ROUNDS:
        cited = _cited(case, seen)
        again = {each.subject.kind for each in cited if _is_told(each, removed)}
        if cited <= removed and again <= refused:
            break
        removed |= cited
        refused |= again
        rest = ablated(world, removed, refused)
        seen = await see(Denying(WorldSource(rest.world), rest.denied))
        rounds += 1
    if not removed:
        return None
    before, after = (confidence_in_truth(case, each.ranked) for each in (original, seen))
    gave_way = seen.verdict is not Verdict.FAULT or not is_truth(case, seen.ranked[:1]) or after < before
    satisfied = gave_way and not confidently_wrong(case, seen.ranked)
    less = f"{len(removed)} facts{''.join(f' and {each}s' for each in sorted(refused))}"
    truth = f"{case.truth.root_cause} {case.truth.object}"
    note = f"{truth} {before:.2f} -> {seen.first} after {rounds} rounds without {less}"
    return trial(KIND, case, seen, satisfied, note)


def _cited(case: Case, seen: Seen) -> set[Fact]:
    """The facts of the first hypothesis, if that is the truth and called a fault."""
    if seen.verdict is not Verdict.FAULT or not is_truth(case, seen.ranked[:1]):
        return set()
    first = seen.found.diagnosis.hypotheses[0]
    return {fact for finding in first.supporting for fact in finding.facts}


def _is_told(fact: Fact, removed: Collection[Fact]) -> bool:
    return is_field(fact) and any((each.subject, each.path) == (fact.subject, fact.path) for each in removed)
