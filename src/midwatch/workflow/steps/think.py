"""Weigh the hypotheses and choose what to ask next."""

from __future__ import annotations

from langgraph.runtime import Runtime

from midwatch.causes.rank import conclude as weigh
from midwatch.domain.decision import ChooseQueries, Chosen, View
from midwatch.workflow.candidates import candidates
from midwatch.workflow.state import Context, State


async def think(state: State, runtime: Runtime[Context]) -> State:
    """The reasoner picks from the queries that could move an open hypothesis; none when it has seen enough."""
    context = runtime.context
    step = state.get("step", 0)
    left = context.limits.steps - step
    if left <= 0:
        return State(next_queries=[], reopened=False)
    survey = context.surveyed()
    findings = state.get("findings", [])
    hypotheses = weigh(survey.inventory, survey.graph, findings).hypotheses
    asked = set(state.get("asked", []))
    possible = tuple(each for each in candidates(survey, hypotheses, context.source) if each.query not in asked)
    context.progress("think", f"{len(hypotheses)} hypotheses", step, context.limits.steps)
    question = ChooseQueries(possible, context.limits.queries_per_step)
    answer = await context.reasoner.decide(
        question, View(context.scope.question, hypotheses, findings, step, left)
    )
    chosen = answer.queries if isinstance(answer, Chosen) else ()
    allowed = {each.query for each in possible}
    queries = [each for each in chosen if each in allowed][: context.limits.queries_per_step]
    return State(next_queries=queries, step=step + 1, reopened=False)
