"""Rank the hypotheses and give the verdict."""

from __future__ import annotations

from langgraph.runtime import Runtime

from midwatch.causes.focus import focus_of
from midwatch.causes.rank import conclude as weigh
from midwatch.workflow.state import Context, State
from midwatch.workflow.unchecked import is_complete


async def conclude(state: State, runtime: Runtime[Context]) -> State:
    """The last word of the evidence gathered so far."""
    context = runtime.context
    survey = context.surveyed()
    context.progress("conclude")
    conclusion = weigh(
        survey.inventory,
        survey.graph,
        state.get("findings", []),
        survey.changes,
        focus=focus_of(context.scope.question, survey.inventory),
        complete=is_complete(survey.inventory, state.get("evidence", [])),
        recent=context.limits.recent,
    )
    return State(conclusion=conclusion)
