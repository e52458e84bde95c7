"""Conditions of a Job: the verdict first, the end when the last pod is gone.

Source: kubernetes/pkg/controller/job/job_controller.go (newCondition, ensureJobConditionStatus).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from midwatch.lab.core.objects import Obj, stamp


class Outcome(NamedTuple):
    """How a Job will end."""

    succeeded: bool
    reason: str
    message: str

    @property
    def verdict(self) -> str:
        """Type of the condition while pods may still be there."""
        return "SuccessCriteriaMet" if self.succeeded else "FailureTarget"

    @property
    def final(self) -> str:
        """Type of the condition afterwards."""
        return "Complete" if self.succeeded else "Failed"


REACHED = Outcome(True, "CompletionsReached", "Reached expected number of succeeded pods")
EXHAUSTED = Outcome(False, "BackoffLimitExceeded", "Job has reached the specified backoff limit")
LATE = Outcome(False, "DeadlineExceeded", "Job was active longer than specified deadline")


def ensure(conditions: Sequence[Obj], kind: str, state: str, reason: str, message: str, now: float) -> list[Obj]:
    """Conditions with one as wanted. Nothing becomes False that was not there before."""
    at = stamp(now)
    wanted = {"type": kind, "status": state, "lastProbeTime": at, "lastTransitionTime": at}
    wanted |= {"reason": reason, "message": message}
    known = next((each for each in conditions if each["type"] == kind), None)
    if known is None:
        return [*conditions, wanted] if state != "False" else list(conditions)
    same = all(known.get(key, "") == wanted[key] for key in ("status", "reason", "message"))
    return list(conditions) if same else [wanted if each is known else each for each in conditions]


def decided(conditions: Sequence[Obj]) -> Outcome | None:
    """The verdict that stands already."""
    for each in conditions:
        if each["type"] in ("SuccessCriteriaMet", "FailureTarget") and each["status"] == "True":
            met = each["type"] == "SuccessCriteriaMet"
            return Outcome(met, each.get("reason", ""), each.get("message", ""))
    return None
