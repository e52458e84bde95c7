"""List every kind once, build the graph, run the detectors."""

from __future__ import annotations

from datetime import timedelta

from langgraph.runtime import Runtime

from midwatch.detectors.registry import detect
from midwatch.domain.catalog import survey_queries
from midwatch.domain.diagnosis import Unchecked
from midwatch.domain.evidence import Evidence
from midwatch.domain.query import CatalogQuery
from midwatch.knowledge.changes import changes
from midwatch.knowledge.graph import build_graph
from midwatch.protocols.partial import Partial
from midwatch.protocols.source import Source
from midwatch.workflow.collector import collector_paused
from midwatch.workflow.gather import gather
from midwatch.workflow.inventory import read_inventory
from midwatch.workflow.state import Context, Progress, Scope, State, Survey
from midwatch.workflow.unchecked import broken_rule, skipped_of

_CHANGES_BACK = timedelta(hours=24)


async def survey(state: State, runtime: Runtime[Context]) -> State:  # noqa: ARG001  # langgraph passes it by name
    """One paginated LIST per kind, then everything that follows from the objects alone."""
    context = runtime.context
    context.survey, read = await look(context.source, context.scope, context.limits.concurrency, context.progress)
    broken: list[Unchecked] = []
    inventory = context.survey.inventory
    with collector_paused():
        findings = list(detect(inventory, lambda name, error: broken.append(broken_rule(name, error))))
    return State(
        evidence=read.evidence,
        findings=findings,
        unchecked=[*read.unchecked, *broken],
        asked=[each.query for each in read.evidence],
    )


class Read:
    """What was asked, and what of it could not be read."""

    def __init__(self, evidence: list[Evidence], unchecked: list[Unchecked]) -> None:
        self.evidence = evidence
        self.unchecked = unchecked


async def look(source: Source, scope: Scope, concurrency: int, progress: Progress) -> tuple[Survey, Read]:
    """Everything a source lists, as objects and their graph."""
    progress("survey", "discover resource types")
    catalog = await source.fetch(CatalogQuery())
    answers = await gather(
        source, survey_queries(catalog.pages, scope.namespaces), concurrency, progress, "survey"
    )
    covered = scope.namespaces or (source.namespaces if isinstance(source, Partial) else frozenset[str]())
    with collector_paused():
        return _build(catalog, answers, covered, progress)


def _build(
    catalog: Evidence, answers: list[Evidence], covered: frozenset[str], progress: Progress
) -> tuple[Survey, Read]:
    inventory, skipped = read_inventory(answers, covered)
    unchecked = list(skipped_of(skipped))
    evidence = [each.without_pages() for each in (catalog, *answers)]
    progress("analyse", f"{len(inventory.by_ref)} objects")
    recent = changes(inventory, inventory.now - _CHANGES_BACK, inventory.now)
    return Survey(inventory, build_graph(inventory), recent), Read(evidence, unchecked)
