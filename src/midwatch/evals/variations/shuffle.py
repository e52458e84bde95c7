"""A case whose answers, table rows and objects come in another order."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from midwatch.domain.json import JSON
from midwatch.evals.cloudopsbench.case import Case, ToolAnswer
from midwatch.evals.variations.world import World
from midwatch.sources.kubectl_text.get.tables import is_header


def shuffled(case: Case, random: Random) -> Case:
    """Recorded answers, rows and alerts in another order. Log lines keep theirs: it means something."""
    answers = [_answer(each, random) for each in case.answers]
    random.shuffle(answers)
    services = list(case.logs)
    random.shuffle(services)
    return replace(case, answers=tuple(answers), logs={each: case.logs[each] for each in services})


def reordered(world: World, random: Random) -> World:
    """Objects and observations in another order."""
    return replace(
        world,
        objects=tuple(random.sample(world.objects, len(world.objects))),
        observations=tuple(random.sample(world.observations, len(world.observations))),
    )


def _answer(each: ToolAnswer, random: Random) -> ToolAnswer:
    if each.tool == "GetResources":
        return replace(each, answer=_rows(each.text, random))
    if each.tool in ("GetAlerts", "GetClusterConfiguration") and isinstance(each.answer, dict):
        return replace(each, answer={key: _list(value, random) for key, value in each.answer.items()})
    return each


def _rows(text: str, random: Random) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    head = lines[:1] if lines and is_header(lines[0]) else []
    rows = lines[len(head) :]
    random.shuffle(rows)
    return "\n".join([*head, *rows])


def _list(value: JSON, random: Random) -> JSON:
    return random.sample(value, len(value)) if isinstance(value, list) else value
