"""Ask the chosen queries and read their answers into observations and findings."""

from __future__ import annotations

from langgraph.runtime import Runtime

from midwatch.detectors.registry import correlate, read
from midwatch.domain.diagnosis import Unchecked
from midwatch.domain.observation import Call, Observation, Signal
from midwatch.knowledge.graph import build_graph
from midwatch.workflow.gather import gather
from midwatch.workflow.observe import observe
from midwatch.workflow.state import Context, State, Survey
from midwatch.workflow.unchecked import broken_rule


async def act(state: State, runtime: Runtime[Context]) -> State:
    """Logs are mined into templates here; nothing is kept of them but the templates."""
    context = runtime.context
    queries = state.get("next_queries", [])
    answers = await gather(context.source, queries, context.limits.concurrency, context.progress, "act")
    fresh: list[Observation] = [each for answer in answers for each in observe(answer)]
    survey = context.surveyed()
    calls = [each for each in fresh if isinstance(each, Call)]
    if calls:
        context.survey = Survey(survey.inventory, build_graph(survey.inventory, calls), survey.changes)
    broken: list[Unchecked] = []

    def failed(name: str, error: Exception) -> None:
        broken.append(broken_rule(name, error))

    findings = list(read(survey.inventory, fresh, failed))
    signals = [each for each in fresh if isinstance(each, Signal)]
    if signals:
        known = [each for each in (*state.get("observations", []), *fresh) if isinstance(each, Call)]
        findings.extend(correlate(survey.inventory, signals, known, failed))
    return State(
        evidence=[each.without_pages() for each in answers],
        observations=fresh,
        findings=findings,
        unchecked=broken,
        asked=queries,
        next_queries=[],
    )
