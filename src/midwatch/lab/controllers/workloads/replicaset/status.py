"""The status of a ReplicaSet.

Source: kubernetes/pkg/controller/replicaset/replica_set_utils.go (calculateStatus, NewReplicaSetCondition).
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.shared.tally import Tally
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.objects import Obj, condition_of, labels_of, meta, spec, stamp, status

_FAILURE = "ReplicaFailure"


def replica_status(
    found: Obj, tally: Tally, difference: int, error: ApiError | None, now: float, *, odd: bool
) -> Obj:
    """Counts of its active pods and, while pods cannot be made or deleted, the condition that quotes why.

    `difference` is active pods less wanted ones before this look. Labels are compared only when some pods are
    `odd`: adopted, or labelled anew; those made from the template carry its labels.
    """
    total = len(tally.active)
    counts = {
        "fullyLabeledReplicas": _fully_labelled(found, tally) if odd else total,
        "readyReplicas": len(tally.ready),
        "availableReplicas": tally.available(int(spec(found).get("minReadySeconds") or 0), now),
        "observedGeneration": meta(found).get("generation", 0),
    }
    conditions = _conditions(found, difference, error, now)
    wanted: Obj = {"replicas": total, **{key: value for key, value in counts.items() if value}}
    return {**wanted, "conditions": conditions} if conditions else wanted


def _fully_labelled(found: Obj, tally: Tally) -> int:
    template: dict[str, str] = labels_of(spec(found).get("template") or {})
    wanted = template.items()
    return sum(wanted <= labels_of(each).items() for each in tally.active.values())


def _conditions(found: Obj, difference: int, error: ApiError | None, now: float) -> list[Obj]:
    known: list[Obj] = list(status(found).get("conditions") or ())
    if error is None:
        return [each for each in known if each["type"] != _FAILURE]
    if condition_of(found, _FAILURE) is not None:
        return known
    reason = "FailedCreate" if difference < 0 else "FailedDelete"
    return [
        *known,
        {
            "type": _FAILURE,
            "status": "True",
            "lastTransitionTime": stamp(now),
            "reason": reason,
            "message": error.message,
        },
    ]
