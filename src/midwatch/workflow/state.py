"""What an investigation knows, and what it works with."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Protocol, TypedDict

from midwatch.causes.rank import Conclusion
from midwatch.domain.diagnosis import Unchecked
from midwatch.domain.evidence import Evidence
from midwatch.domain.finding import Finding
from midwatch.domain.hypothesis import Change
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Observation
from midwatch.domain.query import Query
from midwatch.knowledge.graph import Graph
from midwatch.protocols.reasoner import Reasoner
from midwatch.protocols.source import Source


class Progress(Protocol):
    """Told of each phase while it runs, for people who watch."""

    def __call__(self, phase: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """`done` of `total` queries of the phase are answered."""
        ...


def silent(phase: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one investigation."""

    steps: int = 4
    queries_per_step: int = 12
    concurrency: int = 8
    recent: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at: `namespaces` empty means all; `question` is what the person asked."""

    namespaces: frozenset[str] = frozenset()
    question: str = ""


@dataclass(slots=True, repr=False)
class Survey:
    """The objects of an investigation. Derived from evidence, so it is never part of a checkpoint."""

    inventory: Inventory
    graph: Graph
    changes: tuple[Change, ...]


@dataclass(slots=True, repr=False)
class Context:
    """What the steps work with. Clients live here, not in the state."""

    source: Source
    reasoner: Reasoner
    scope: Scope = field(default_factory=Scope)
    limits: Limits = field(default_factory=Limits)
    progress: Progress = silent
    survey: Survey | None = None

    def surveyed(self) -> Survey:
        """The survey, which the first step has made."""
        if self.survey is None:
            raise RuntimeError("the survey has not run")
        return self.survey


class State(TypedDict, total=False):
    """Each step fills its own fields."""

    evidence: Annotated[list[Evidence], operator.add]
    findings: Annotated[list[Finding], operator.add]
    observations: Annotated[list[Observation], operator.add]
    unchecked: Annotated[list[Unchecked], operator.add]
    objections: Annotated[list[str], operator.add]
    asked: Annotated[list[Query], operator.add]
    next_queries: list[Query]
    conclusion: Conclusion
    step: int
    reopened: bool
