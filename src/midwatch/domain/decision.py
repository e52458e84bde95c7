"""The decisions an investigation takes, as questions and answers that a reasoner of any kind can handle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from midwatch.domain.finding import Finding
from midwatch.domain.hypothesis import Hypothesis
from midwatch.domain.query import Query


@dataclass(frozen=True, slots=True)
class Candidate:
    """A query that could be asked next.

    `separates` are the positions (in the view's hypotheses) of the hypotheses whose belief its answer can move;
    `cost` is relative to reading one container's log.
    """

    query: Query
    separates: tuple[int, ...]
    cost: float = 1.0


@dataclass(frozen=True, slots=True)
class ChooseQueries:
    """Which of the candidates to ask next, at most `limit` of them; none to conclude."""

    candidates: tuple[Candidate, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Critique:
    """Does the conclusion follow from the evidence? `first` is the hypothesis that would be reported."""

    first: Hypothesis | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The queries to ask, best first."""

    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Objections:
    """What speaks against the conclusion; `reopen` sends the investigation back to gather more."""

    reasons: tuple[str, ...] = ()
    reopen: bool = False


Decision: TypeAlias = ChooseQueries | Critique
Answer: TypeAlias = Chosen | Objections


@dataclass(frozen=True, slots=True)
class View:
    """What a reasoner may see of an investigation."""

    question: str
    hypotheses: Sequence[Hypothesis]
    findings: Sequence[Finding]
    step: int
    steps_left: int
