"""The workload behind a pod."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.lab.core.kinds import JOB, REPLICA_SET
from midwatch.lab.core.objects import Obj, controller_of, namespace_of
from midwatch.lab.core.store import Store

_ABOVE = {"ReplicaSet": REPLICA_SET, "Job": JOB}


def workload_of(store: Store, pod: Obj) -> Ref | None:
    """The topmost controller of a pod: Deployment rather than ReplicaSet, CronJob rather than Job."""
    namespace = namespace_of(pod)
    owner = controller_of(pod)
    while owner is not None:
        kind = _ABOVE.get(owner["kind"])
        found = store.get(kind, namespace, owner["name"]) if kind is not None else None
        above = controller_of(found) if found is not None else None
        if above is None:
            return Ref(owner["kind"], namespace, owner["name"])
        owner = above
    return None
