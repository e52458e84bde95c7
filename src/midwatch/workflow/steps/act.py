"""Ask the chosen queries and read their answers into observations and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from langgraph.runtime import Runtime

from midwatch.detectors.registry import Failed, correlate, read
from midwatch.domain.diagnosis import Unchecked
from midwatch.domain.evidence import Evidence
from midwatch.domain.finding import Finding
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
    broken: list[Unchecked] = []

    def failed(name: str, error: Exception) -> None:
        broken.append(broken_rule(name, error))

    fresh = [each for answer in answers for each in _observed(answer, broken)]
    survey = context.surveyed()
    calls = [each for each in fresh if isinstance(each, Call)]
    if calls:
        context.survey = Survey(survey.inventory, build_graph(survey.inventory, calls), survey.changes)
    known = [*state.get("observations", []), *fresh]
    return State(
        evidence=[each.without_pages() for each in answers],
        observations=fresh,
        findings=[*read(survey.inventory, fresh, failed), *_correlated(survey, fresh, known, failed)],
        unchecked=broken,
        asked=queries,
        next_queries=[],
    )


def _observed(answer: Evidence, broken: list[Unchecked]) -> Iterator[Observation]:
    """A recorded document that is not what it should be is reported and left out."""
    try:
        yield from list(observe(answer))
    except msgspec.MsgspecError as error:
        broken.append(Unchecked(str(answer.query), "failed", f"{answer.source} answered with garbage: {error}"))


def _correlated(
    survey: Survey, fresh: Sequence[Observation], known: Sequence[Observation], failed: Failed
) -> Iterator[Finding]:
    """All signals together, again whenever a signal or a call has come to light."""
    signals = [each for each in known if isinstance(each, Signal)]
    if signals and any(isinstance(each, Signal | Call) for each in fresh):
        calls = [each for each in known if isinstance(each, Call)]
        yield from correlate(survey.inventory, signals, calls, failed)
