"""The order of an investigation:

survey -> think <-> act -> conclude -> reflect (-> think, bounded)
"""

from __future__ import annotations

from typing import Literal, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from midwatch.workflow.state import Context, State
from midwatch.workflow.steps.act import act
from midwatch.workflow.steps.conclude import conclude
from midwatch.workflow.steps.reflect import reflect
from midwatch.workflow.steps.survey import survey
from midwatch.workflow.steps.think import think


def build() -> CompiledStateGraph[State, Context, State, State]:
    """The compiled graph; it is the same for every reasoner and source."""
    graph: StateGraph[State, Context, State, State] = StateGraph(State, context_schema=Context)
    graph.add_node("survey", survey)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("think", think)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("act", act)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("conclude", conclude)  # pyright: ignore[reportUnknownMemberType]
    graph.add_node("reflect", reflect)  # pyright: ignore[reportUnknownMemberType]
    graph.add_edge(START, "survey")
    graph.add_edge("survey", "think")
    graph.add_conditional_edges("think", _more, ["act", "conclude"])
    graph.add_edge("act", "think")
    graph.add_edge("conclude", "reflect")
    graph.add_conditional_edges("reflect", _passed, ["think", END])
    return graph.compile()  # pyright: ignore[reportUnknownMemberType]


def _more(state: State) -> Literal["act", "conclude"]:
    return "act" if state.get("next_queries") else "conclude"


def _passed(state: State) -> str:
    return "think" if state.get("reopened") else END


async def run(context: Context) -> State:
    """One investigation from start to end."""
    limit = 4 * context.limits.steps + 12
    result = await build().ainvoke(State(step=0), context=context, config={"recursion_limit": limit})  # pyright: ignore[reportUnknownMemberType]
    return cast(State, result)
