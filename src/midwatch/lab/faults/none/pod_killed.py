"""A pod is killed and replaced."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import labels_of, name_of
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Delete, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((), (Delete(target, force=True),))


FAULT = Fault(
    "pod-killed",
    (),
    Text("A pod is killed and replaced", "Pod 被终止并重建"),
    Text("For a moment one pod is missing; a new one takes its place.", "短暂缺少一个 Pod，随后被替换。"),
    Text("Nothing needs repair.", "无需修复。"),
    of_kind("Pod", lambda found: "job-name" not in labels_of(found) and "postgres" not in name_of(found)),
    _plan,
    patience=900.0,
)
