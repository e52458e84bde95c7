"""Attack the conclusion; send it back once to gather more, or let it pass."""

from __future__ import annotations

from langgraph.runtime import Runtime

from midwatch.domain.decision import Critique, Objections, View
from midwatch.workflow.state import Context, State


async def reflect(state: State, runtime: Runtime[Context]) -> State:
    """The reasoner's objections are kept for the report; it may reopen while steps are left, and only once."""
    context = runtime.context
    conclusion = state.get("conclusion")
    hypotheses = conclusion.hypotheses if conclusion else ()
    step = state.get("step", 0)
    view = View(context.scope.question, hypotheses, state.get("findings", []), step, context.limits.steps - step)
    answer = await context.reasoner.decide(Critique(hypotheses[0] if hypotheses else None), view)
    if not isinstance(answer, Objections):
        return State(reopened=False)
    first_time = not state.get("objections")
    return State(objections=list(answer.reasons), reopened=answer.reopen and first_time)
