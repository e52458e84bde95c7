"""Built-in expertise: choose the query that best separates the open hypotheses; attack the conclusion."""

from __future__ import annotations

import math
from collections.abc import Sequence

from midwatch.domain.decision import Answer, Candidate, ChooseQueries, Chosen, Critique, Decision, Objections, View
from midwatch.domain.finding import Status
from midwatch.domain.hypothesis import Hypothesis

_WORTH = 0.05
"""Expected gain, in bits per unit of cost, below which a query is not worth asking."""


class Expert:
    """Deterministic: the same evidence leads to the same decisions."""

    async def decide(self, question: Decision, view: View) -> Answer:
        """Answer one decision."""
        match question:
            case ChooseQueries():
                return _choose(question, view)
            case Critique():
                return _criticise(question, view)


def _choose(question: ChooseQueries, view: View) -> Chosen:
    scored = sorted(
        ((_gain(each, view.hypotheses), -rank, each) for rank, each in enumerate(question.candidates)),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    return Chosen(tuple(each.query for gain, _, each in scored[: question.limit] if gain >= _WORTH))


def _gain(candidate: Candidate, hypotheses: Sequence[Hypothesis]) -> float:
    """Entropy that the answer could remove, at most, over its cost. A query about nothing yet counts a little."""
    if not candidate.separates:
        return 0.2 / candidate.cost
    return sum(_entropy(hypotheses[index].confidence) for index in candidate.separates) / candidate.cost


def _entropy(probability: float) -> float:
    """Shannon entropy of one yes/no question, in bits."""
    if not 0 < probability < 1:
        return 0.0
    other = 1 - probability
    return -probability * math.log2(probability) - other * math.log2(other)


def _criticise(question: Critique, view: View) -> Objections:
    first = question.first
    if first is None:
        return Objections()
    reasons = tuple(_objections(first))
    return Objections(reasons, reopen=bool(reasons) and view.steps_left > 0)


def _objections(first: Hypothesis) -> list[str]:
    found: list[str] = []
    if not any(each.facts for each in first.supporting):
        found.append("no fact is cited for it")
    if not any(each.status is Status.ACTIVE for each in first.supporting):
        found.append("nothing that supports it is there now")
    if len(first.against) > len(first.supporting):
        found.append("more speaks against it than for it")
    return found
