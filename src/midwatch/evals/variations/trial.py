"""One variation of one case: the diagnosis it got, and whether that is what it had to be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from midwatch.app import Investigation, investigate
from midwatch.causes.refine import refined_by
from midwatch.domain.diagnosis import Verdict
from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.cloudopsbench.labels import BY_CAUSE, Answer, answers
from midwatch.evals.cloudopsbench.suite import CONFIDENT, score
from midwatch.protocols.source import Source
from midwatch.settings import Settings
from midwatch.workflow.state import Scope

_NAMED = (Verdict.FAULT, Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A diagnosis as the suite reads it. `ranked` is empty when the verdict is that nothing is wrong."""

    found: Investigation
    ranked: tuple[Answer, ...]

    @property
    def verdict(self) -> Verdict:
        """Of the diagnosis."""
        return self.found.diagnosis.verdict

    @property
    def first(self) -> str:
        """The first answer for people."""
        if not self.ranked:
            return self.verdict.value
        best = self.ranked[0]
        return f"{self.verdict.value}: {best.root_cause} {best.object} {best.confidence:.2f}"

    def faults(self) -> tuple[Answer, ...]:
        """Only the answers that it calls independent faults."""
        diagnosis = self.found.diagnosis
        first = replace(diagnosis, hypotheses=diagnosis.hypotheses[: diagnosis.faults])
        return tuple(answers(replace(self.found, diagnosis=first)))


@dataclass(frozen=True, slots=True)
class Trial:
    """`satisfied` is None where the property does not apply; `note` says what happened."""

    kind: str
    id: str
    hit1: bool
    hit3: bool
    confidently_wrong: bool
    satisfied: bool | None
    note: str


async def see(source: Source) -> Seen:
    """Diagnose a source."""
    found = await investigate(source, Scope(), Settings())
    named = found.diagnosis.verdict in _NAMED
    return Seen(found, tuple(answers(found)) if named else ())


def trial(kind: str, case: Case, seen: Seen, satisfied: bool | None, note: str = "") -> Trial:
    """The scored trial of one case."""
    ranked = seen.ranked
    return Trial(
        kind,
        case.id,
        is_truth(case, ranked[:1]),
        is_truth(case, ranked[:3]),
        confidently_wrong(case, ranked),
        satisfied,
        note or f"{case.truth.root_cause} {case.truth.object} -> {seen.first}",
    )


def is_truth(case: Case, given: tuple[Answer, ...]) -> bool:
    """Whether the truth is among the answers."""
    return score(case, given, Verdict.FAULT.value, 0.0, 0).hit3


def confidence_in_truth(case: Case, ranked: tuple[Answer, ...]) -> float:
    """How sure the diagnosis is of the truth; 0 when it does not name it."""
    return next((each.confidence for each in ranked if is_truth(case, (each,))), 0.0)


def confidently_wrong(case: Case, ranked: tuple[Answer, ...]) -> bool:
    """A first answer stated with confidence that is neither the truth nor a more general reading of it."""
    if not ranked or ranked[0].confidence < CONFIDENT or is_truth(case, ranked[:1]):
        return False
    return not _is_vaguer(case, ranked[0])


def _is_vaguer(case: Case, answer: Answer) -> bool:
    """The same object, and a cause that the true one is a special case of."""
    truth = case.truth
    true = [ours for ours, label in BY_CAUSE.items() if label == (truth.taxonomy, truth.root_cause)]
    general = any(answer.cause in refined_by(each) for each in true)
    return general and answer.object.lower() == truth.object.lower()
