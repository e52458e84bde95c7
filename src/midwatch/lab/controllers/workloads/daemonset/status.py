"""The status of a DaemonSet.

Source: kubernetes/pkg/controller/daemon/daemon_controller.go (updateDaemonSetStatus).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midwatch.lab.controllers.workloads.daemonset.placement import REVISION
from midwatch.lab.controllers.workloads.shared.pods import is_available, is_ready, phase_of
from midwatch.lab.core.objects import Obj, labels_of, meta, spec, status

_ORDER = {"Running": 0, "Pending": 1}


def daemon_status(
    found: Obj, wanted: Mapping[str, bool], pods: Mapping[str, Sequence[Obj]], revision: str, now: float
) -> Obj:
    """Counts over nodes: `wanted` says of each whether a pod should run there."""
    wait = int(spec(found).get("minReadySeconds") or 0)
    should = [node for node, yes in wanted.items() if yes]
    here = [min(pods[node], key=_rank) for node in should if pods.get(node)]
    ready = [each for each in here if is_ready(each)]
    available = sum(is_available(each, wait, now) for each in ready)
    optional = {
        "observedGeneration": meta(found).get("generation", 0),
        "updatedNumberScheduled": sum(labels_of(each).get(REVISION) == revision for each in here),
        "numberAvailable": available,
        "numberUnavailable": len(should) - available,
        "collisionCount": int(status(found).get("collisionCount") or 0),
    }
    return {
        "currentNumberScheduled": len(here),
        "numberMisscheduled": sum(not yes and bool(pods.get(node)) for node, yes in wanted.items()),
        "desiredNumberScheduled": len(should),
        "numberReady": len(ready),
        **{key: value for key, value in optional.items() if value},
    }


def _rank(pod: Obj) -> tuple[str, int]:
    return meta(pod)["creationTimestamp"], _ORDER.get(phase_of(pod), 2)
