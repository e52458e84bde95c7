"""What a Job's policy makes of a pod that failed.

Source: kubernetes/pkg/controller/job/pod_failure_policy.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from midwatch.lab.core.objects import Obj, condition_of, name_of, namespace_of, part, spec, status


class Verdict(NamedTuple):
    """The action of the first rule that matches (Count without one), and why when it fails the Job."""

    action: str
    message: str = ""

    @property
    def counts(self) -> bool:
        """Whether the failure counts against the limit."""
        return self.action != "Ignore"


def judge(job: Obj, pod: Obj) -> Verdict:
    """Apply a Job's rules to a pod that failed."""
    policy: Obj = spec(job).get("podFailurePolicy") or {}
    rules: Sequence[Obj] = policy.get("rules") or ()
    for position, rule in enumerate(rules):
        why = _by_exit_code(rule, pod) or _by_condition(rule, pod)
        if why:
            return Verdict(rule["action"], f"{why} matching {rule['action']} rule at index {position}")
    return Verdict("Count")


def _by_exit_code(rule: Obj, pod: Obj) -> str:
    wanted: Obj | None = rule.get("onExitCodes")
    if wanted is None:
        return ""
    containers: Sequence[Obj] = [
        *(status(pod).get("containerStatuses") or ()),
        *(status(pod).get("initContainerStatuses") or ()),
    ]
    for each in containers:
        ended = part(each, "state", "terminated")
        code: int = ended.get("exitCode", 0)
        if code == 0 or wanted.get("containerName") not in (None, each["name"]):
            continue
        if (code in wanted["values"]) == (wanted["operator"] == "In"):
            return (
                f"Container {each['name']} for pod {namespace_of(pod)}/{name_of(pod)} failed with exit code {code}"
            )
    return ""


def _by_condition(rule: Obj, pod: Obj) -> str:
    patterns: Sequence[Obj] = rule.get("onPodConditions") or ()
    for each in patterns:
        found = condition_of(pod, each["type"])
        if found is not None and found["status"] == each.get("status", "True"):
            return f"Pod {namespace_of(pod)}/{name_of(pod)} has condition {each['type']}"
    return ""
