"""What decides: built-in expertise or a model, behind one method."""

from __future__ import annotations

from typing import Protocol

from midwatch.domain.decision import Answer, Decision, View


class Reasoner(Protocol):
    """Takes the decisions of an investigation. It never touches a source and holds no tool that writes."""

    async def decide(self, question: Decision, view: View) -> Answer:
        """`Chosen` for `ChooseQueries`, `Objections` for `Critique`."""
        ...
