"""What the legend of a picture explains: only what the picture shows."""

from __future__ import annotations

from typing import NamedTuple

from midwatch.render._style import Family, family_of
from midwatch.render.picture import Picture, State

_STATES = {State.ERROR: "failing", State.WARN: "degraded", State.MISSING: "does not exist"}


class Entry(NamedTuple):
    """One explained sign: a family, a state, or (neither) the causal path."""

    text: str
    family: Family | None = None
    state: State | None = None


def entries(picture: Picture) -> list[Entry]:
    """Families first, then states, then the path."""
    families = {family_of(each.kind) for each in picture.nodes}
    states = {each.state for each in picture.nodes}
    found = [Entry(each.value, family=each) for each in Family if each in families]
    found += [Entry(text, state=state) for state, text in _STATES.items() if state in states]
    if any(each.on_path for each in picture.edges):
        found.append(Entry("path of the fault"))
    return found
