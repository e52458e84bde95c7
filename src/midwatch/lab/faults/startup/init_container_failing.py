"""An init container of a release fails."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj, parts
from midwatch.lab.faults.change import in_pod, update_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import next_version


def _plan(view: View, target: Ref, random: Random) -> Plan:
    found = view.get(target) or {}
    image = next_version(containers(found)[0]["image"], "1")
    migrate: Obj = {"name": "migrate", "image": image, "env": containers(found)[0].get("env") or []}
    migrate |= {"envFrom": parts(containers(found)[0], "envFrom")}
    added = in_pod(update_at("initContainers", lambda known: [*(known or []), migrate]))
    return Plan((target,), (Edit(target, added),))


FAULT = Fault(
    "init-container-failing",
    ("init-container-failing",),
    Text("An init container fails", "初始化容器失败"),
    Text("New pods stay in Init:CrashLoopBackOff.", "新 Pod 停留在 Init:CrashLoopBackOff。"),
    Text("Repair or remove the init container.", "修复或移除初始化容器。"),
    services(),
    _plan,
)
