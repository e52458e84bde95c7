"""Stand-ins are created in a namespace, awaited, and struck."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

from midwatch.errors import UsageError
from midwatch.lab.core.objects import Obj, name_of, part, parts, stamp
from midwatch.lab.faults.fault import Create, Delete, Edit, Plan, Restart
from midwatch.lab.faults.strike import restarted
from midwatch.lab.real.api import Home
from midwatch.lab.real.planning import must_stay_within

Progress = Callable[[str, str, int, int], None]
_POLL = 2.0
_PATIENCE = 300.0


async def populate(home: Home, objects: Sequence[Obj], progress: Progress, patience: float = _PATIENCE) -> None:
    """Create the objects and wait until all replicas are ready. Raises `UsageError` when they are not in time."""
    for number, each in enumerate(objects):
        progress("creating", f"{each['kind']} {name_of(each)}", number, len(objects))
        await home.create(each)
    end = time.monotonic() + patience
    while True:
        workloads = [*await home.list("Deployment"), *await home.list("StatefulSet")]
        late = sorted(name_of(each) for each in workloads if not _is_ready(each))
        progress("waiting until all are ready", ", ".join(late), len(workloads) - len(late), len(workloads))
        if not late:
            return
        if time.monotonic() > end:
            why = next(_complaints(await home.list("Pod")), "no pod says why")
            raise UsageError(f"{', '.join(late)} are not ready in {home.name} after {patience:g} s: {why}")
        await asyncio.sleep(_POLL)


async def strike(home: Home, name: str, plan: Plan) -> None:
    """Do what a plan says, in order. Raises `UsageError` before an action that would leave the namespace."""
    for action in plan.actions:
        must_stay_within(name, action, home.name)
        match action:
            case Edit(ref, change):
                await home.edit(ref, change)
            case Create(obj):
                await home.create(obj)
            case Delete(ref, force):
                await home.delete(ref, force=force)
            case Restart(ref):
                await home.edit(ref, restarted(stamp(time.time())))
            case _:  # `must_stay_within` let none of the others pass
                raise UsageError(f"{name} cannot be struck in a real cluster")


def _is_ready(found: Obj) -> bool:
    known = part(found, "status")
    seen = known.get("observedGeneration", 0) >= found["metadata"].get("generation", 0)
    wanted: int = part(found, "spec").get("replicas", 1)
    return seen and known.get("readyReplicas", 0) >= wanted and known.get("updatedReplicas", 0) >= wanted


def _complaints(pods: Sequence[Obj]) -> Iterator[str]:
    for pod in pods:
        for each in parts(pod, "status", "containerStatuses"):
            waiting = part(each, "state", "waiting")
            if waiting.get("reason", "ContainerCreating") != "ContainerCreating":
                yield f"pod {name_of(pod)}: {waiting['reason']} {waiting.get('message', '')}".strip()
        for each in parts(pod, "status", "conditions"):
            if each.get("status") == "False" and each.get("message"):
                yield f"pod {name_of(pod)}: {each['message']}"
