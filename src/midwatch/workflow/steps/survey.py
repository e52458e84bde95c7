"""List every kind once, build the graph, run the detectors."""

from __future__ import annotations

from datetime import timedelta

from langgraph.runtime import Runtime

from midwatch.detectors.registry import detect
from midwatch.domain.query import CatalogQuery
from midwatch.knowledge.changes import changes
from midwatch.knowledge.graph import build_graph
from midwatch.workflow.gather import gather
from midwatch.workflow.inventory import read_inventory
from midwatch.workflow.plan_survey import survey_queries
from midwatch.workflow.state import Context, State, Survey
from midwatch.workflow.unchecked import unchecked_of

_CHANGES_BACK = timedelta(hours=24)


async def survey(state: State, runtime: Runtime[Context]) -> State:  # noqa: ARG001  # langgraph passes it by name
    """One paginated LIST per kind, then everything that follows from the objects alone."""
    context = runtime.context
    context.progress("survey", "discover resource types")
    catalog = await context.source.fetch(CatalogQuery())
    answers = await gather(context, survey_queries(catalog, context.scope), "survey")
    inventory, skipped = read_inventory(answers, context.scope.namespaces)
    context.progress("analyse", f"{len(inventory.by_ref)} objects")
    recent = changes(inventory, inventory.now - _CHANGES_BACK, inventory.now)
    context.survey = Survey(inventory, build_graph(inventory), recent)
    evidence = [each.without_pages() for each in (catalog, *answers)]
    return State(
        evidence=evidence,
        findings=list(detect(inventory)),
        unchecked=list(unchecked_of(answers, skipped)),
        asked=[each.query for each in evidence],
    )
