"""The faults that are in a running lab: struck on request, and undone in an order that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.lab.cluster import Cluster
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.objects import ref_of
from midwatch.lab.faults.catalogue import all_faults
from midwatch.lab.faults.fault import Create, Delete, Edit, Fault, Plan, Restart
from midwatch.lab.faults.strike import LabView, Undo, strike


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault in a target, since a simulated time, and what undoes it."""

    fault: Fault
    target: Ref
    plan: Plan
    at: float
    undo: tuple[Undo, ...]

    def __str__(self) -> str:
        """For people."""
        return f"{self.fault.name} ({self.target})"


class Faults:
    """What is struck in one cluster, in order."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._struck: list[Struck] = []

    def all(self) -> Sequence[Struck]:
        """Those that are in."""
        return tuple(self._struck)

    def strike(self, fault: Fault, target: str = "", seed: int = 1) -> Struck:
        """Strike the target of a name, or one that the seed chooses.

        Raises `UsageError` when there is no such target, when it is struck already, or when the API refuses; then
        nothing of it stays.
        """
        view, random = LabView(self.cluster), Random(seed)
        chosen = random.choice(targets_of(fault, view, target))
        if any((each.fault.name, each.target) == (fault.name, chosen) for each in self._struck):
            raise UsageError(f"{fault.name} is already in {chosen}: mend it first, or name another target")
        plan = fault.plan(view, chosen, random)
        struck = Struck(fault, chosen, plan, self.cluster.env.clock.now, self._done(fault, chosen, plan))
        self._struck.append(struck)
        return struck

    def _done(self, fault: Fault, target: Ref, plan: Plan) -> tuple[Undo, ...]:
        undo: list[Undo] = []
        for action in plan.actions:
            try:
                undo = [*strike(self.cluster, Plan(plan.culprits, (action,))), *undo]
            except ApiError as error:
                refused = list(_undone(undo))
                rest = f"; and it could not be undone: {refused[0]}" if refused else ""
                raise UsageError(f"the cluster refuses {fault.name} in {target}: {error}{rest}") from error
        return tuple(undo)

    def mend(self, name: str = "", target: str = "") -> tuple[list[Struck], list[str]]:
        """Undo all, those of a fault, or the one in a target; returns them, and what of it the API refused.

        Raises `UsageError` when none is in, or when a later one changed the same objects.
        """
        chosen = [
            each for each in self._struck if name in ("", each.fault.name) and target in ("", each.target.name)
        ]
        if not chosen:
            known = ", ".join(map(str, self._struck))
            what = f"{name or 'no fault'} {'is not in' if name else 'is in'} {target or 'this lab'}"
            raise UsageError(f"{what}: in are {known}" if known else "there is nothing to mend: no fault is in")
        self._must_be_free(chosen)
        refused: list[str] = []
        for each in reversed(chosen):
            refused += self._mended(each)
        return chosen, refused

    def _must_be_free(self, chosen: Sequence[Struck]) -> None:
        for each in chosen:
            later = self._struck[self._struck.index(each) + 1 :]
            for other in later:
                shared = _touched(each.plan) & _touched(other.plan)
                if other not in chosen and shared:
                    raise UsageError(f"{other} changed {min(shared)} after {each}: mend that first, or mend all")

    def _mended(self, struck: Struck) -> Iterator[str]:
        self._struck.remove(struck)
        yield from _undone(struck.undo)
        again = tuple(each for each in struck.plan.actions if isinstance(each, Restart))
        try:
            strike(self.cluster, Plan((), again))  # what a pod read at its start it must read again
        except (ApiError, UsageError) as error:
            yield str(error)


def targets_of(fault: Fault, view: LabView, name: str = "") -> list[Ref]:
    """What a fault can strike (of a name). Raises `UsageError` when that is nothing."""
    found = sorted(fault.targets(view))
    named = [each for each in found if name in ("", each.name)]
    if not named:
        what = f"called {name!r}" if name else "at all"
        instead = f"it can strike {_some(found)}" if found else "try another application (`--app`)"
        raise UsageError(f"{fault.name} can strike nothing {what} here: {instead}")
    return named


def all_targets(cluster: Cluster) -> dict[str, list[str]]:
    """What each fault can strike in a cluster."""
    view = LabView(cluster)
    return {each.name: [str(ref) for ref in sorted(each.targets(view))] for each in all_faults().values()}


def _some(found: Sequence[Ref], most: int = 8) -> str:
    names = ", ".join(str(each) for each in found[:most])
    return f"{names} and {len(found) - most} more" if len(found) > most else names


def _undone(undo: Sequence[Undo]) -> Iterator[str]:
    """Call each; what the API refuses is told, and the others are called nonetheless."""
    for each in undo:
        try:
            each()
        except ApiError as error:
            yield str(error)


def _touched(plan: Plan) -> frozenset[Ref]:
    found: set[Ref] = set()
    for each in plan.actions:
        if isinstance(each, Edit | Delete | Restart):
            found.add(each.ref)
        elif isinstance(each, Create):
            found.add(ref_of(each.obj))
    return frozenset(found)
