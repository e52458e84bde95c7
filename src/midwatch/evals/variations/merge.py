"""Two faults at once: the faulty application of one case put into the cluster of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from midwatch.domain.observation import Signal
from midwatch.evals.cloudopsbench.case import Case, Truth
from midwatch.evals.cloudopsbench.objects import taken_at
from midwatch.evals.cloudopsbench.source import CaseSource
from midwatch.evals.variations.belongings import transplanted
from midwatch.evals.variations.shift import moved
from midwatch.evals.variations.trial import Trial, confidently_wrong, is_truth, see
from midwatch.evals.variations.world import World, WorldSource, record
from midwatch.sources.kubectl_text import Obj

KIND = "merged"
ON_NODES = ("node_cordon_mismatch", "taint_toleration_mismatch")
_SCHEDULING = "Scheduling_Fault"


def fits(one: Truth, other: Truth) -> bool:
    """Whether two faults can be in one cluster without changing what the other's recording shows.

    Faults of nodes and of whole namespaces are left out, and two scheduling faults of which one is in the nodes.
    """
    if not (one.object.startswith("app/") and other.object.startswith("app/")) or one.object == other.object:
        return False
    both = one.taxonomy == other.taxonomy == _SCHEDULING
    return not (both and any(each.root_cause in ON_NODES for each in (one, other)))


def pairs_of(truths: Sequence[Truth], systems: Sequence[str], count: int, random: Random) -> list[tuple[int, int]]:
    """Positions of cases that fit, as many as there are up to `count`, no case more often than needed."""
    found: list[tuple[int, int]] = []
    order = random.sample(range(len(truths)), len(truths))
    for distance in range(1, len(order)):
        for at, one in enumerate(order):
            other = order[(at + distance) % len(order)]
            if systems[one] == systems[other] and fits(truths[one], truths[other]):
                found.append((one, other))
            if len(found) >= count:
                return found
    return found


async def merged(case: Case, world: World, guest: Case) -> Trial:
    """Both faults must be among those that the diagnosis calls independent faults."""
    later = moved(guest, world.now - taken_at(guest))
    seen = await see(WorldSource(_together(case, world, guest, await record(CaseSource(later)))))
    faults = seen.faults()
    missing = [each for each in (case, guest) if not any(is_truth(each, (fault,)) for fault in faults)]
    truths = " + ".join(f"{each.truth.root_cause} {each.truth.object}" for each in (case, guest))
    lost = "".join(f"; lost {each.truth.root_cause} {each.truth.object}" for each in missing)
    said = ", ".join(f"{each.root_cause} {each.object} {each.confidence:.2f}" for each in faults[:4])
    return Trial(
        KIND,
        f"{case.id}+{guest.id}",
        is_truth(case, seen.ranked[:1]) or is_truth(guest, seen.ranked[:1]),
        is_truth(case, seen.ranked[:3]) and is_truth(guest, seen.ranked[:3]),
        confidently_wrong(case, seen.ranked) and confidently_wrong(guest, seen.ranked),
        not missing,
        f"{truths} -> {said or seen.first}{lost}",
    )


def _together(case: Case, world: World, guest: Case, given: World) -> World:
    made = transplanted(world, given, case.namespace, guest.truth.object.removeprefix("app/"))
    known = {(each.subject, each.measure) for each in made.observations if isinstance(each, Signal)}
    signals = [
        each
        for each in given.observations
        if isinstance(each, Signal) and (each.subject, each.measure) not in known
    ]
    objects = made.objects
    if guest.truth.root_cause in ON_NODES:
        objects = (*(each for each in objects if not _is_node(each)), *(e for e in given.objects if _is_node(e)))
    return replace(made, objects=objects, observations=(*made.observations, *signals))


def _is_node(each: Obj) -> bool:
    return each.get("kind") == "Node"
