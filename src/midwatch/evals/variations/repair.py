"""Repaired: what failed is as it is in another case in which it works; what was said of the failure is older.

A recorded healthy twin beats an invented one: the donor is a case of the same system with its fault elsewhere.
Workloads that work in the case stay as they are; the others, the nodes, quotas and volumes come from the donor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import msgspec

from midwatch.domain.diagnosis import Verdict
from midwatch.domain.observation import ConnectionCheck, Observation, Signal
from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.cloudopsbench.objects import taken_at
from midwatch.evals.cloudopsbench.source import CaseSource
from midwatch.evals.variations.belongings import transplanted, workloads
from midwatch.evals.variations.shift import Shift, moved
from midwatch.evals.variations.trial import Trial, see, trial
from midwatch.evals.variations.world import World, WorldSource, record
from midwatch.sources.kubectl_text import Obj
from midwatch.sources.kubectl_text.values import dig

KIND = "repaired"
_SINCE = timedelta(minutes=20)
"""How long ago the fault was repaired: within the hour in which it still counts as just over."""
_TROUBLE = re.compile(
    r"error|fail|refus|time.?out|unavailable|exception|fatal|panic|warn|denied|unable|cannot|not found|reset",
    re.IGNORECASE,
)


async def repaired(case: Case, world: World, donors: Iterable[Case]) -> Trial | None:
    """None when no donor fits. The verdict must be that nothing is wrong, or that it is over."""
    for donor in donors:
        later = moved(donor, world.now - taken_at(donor))
        healthy = _healed(case, world, donor, await record(CaseSource(later)))
        if healthy is not None:
            seen = await see(WorldSource(healthy))
            return trial(KIND, case, seen, seen.verdict in (Verdict.HEALTHY, Verdict.RECOVERED))
    return None


def _healed(case: Case, world: World, donor: Case, given: World) -> World | None:
    """The donor's cluster with everything of the case that works; None when something works in neither.

    Workloads that only one of them has came with its fault (what fills a node or a quota), so they go.
    """
    mine, theirs = workloads(world, case.namespace), workloads(given, case.namespace)
    made = given
    for app in sorted(theirs):
        if app not in mine or (_works(mine[app]) and f"app/{app}" != case.truth.object):
            made = transplanted(made, world, case.namespace, app)
        elif not _works(theirs[app]) or f"app/{app}" == donor.truth.object:
            return None
    shift = Shift(-_SINCE, world.now.year)
    return replace(
        made,
        name=world.name,
        now=world.now,
        objects=(
            *(each for each in made.objects if not _is_warning(each)),
            *(_aged(each, shift) for each in world.objects if _is_warning(each)),
        ),
        observations=tuple(each for each in made.observations if not _is_trouble(each)),
        logs={pod: _calm(text) for pod, text in made.logs.items()},
    )


def _works(workload: Obj) -> bool:
    wanted = dig(workload, "spec", "replicas")
    ready = dig(workload, "status", "readyReplicas")
    wanted = wanted if isinstance(wanted, int) else 1
    return isinstance(ready, int) and ready >= wanted > 0


def _is_warning(each: Obj) -> bool:
    return each.get("kind") == "Event" and each.get("type") == "Warning"


def _aged(event: Obj, shift: Shift) -> Obj:
    return cast("Obj", msgspec.json.decode(shift(msgspec.json.encode(event).decode())))


def _is_trouble(each: Observation) -> bool:
    return isinstance(each, Signal) or (isinstance(each, ConnectionCheck) and not each.succeeded)


def _calm(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not _TROUBLE.search(line))
