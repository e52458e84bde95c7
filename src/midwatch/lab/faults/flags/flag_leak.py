"""A feature flag makes a service leak memory."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import Change, update_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View

_FLAGS = {"recommendations": "recommendationLeak", "render": "renderLeak"}


def _flagged(view: View) -> list[Ref]:
    uses = services(
        lambda found: any(each["name"] == "flags" for each in parts(containers(found)[0], "volumeMounts"))
    )
    return [each for each in uses(view) if each.name in _FLAGS]


def _on(flag: str) -> Change:
    return update_at(
        "data",
        lambda data: {**data, "flags.json": data["flags.json"].replace(f'"{flag}": false', f'"{flag}": true')},
    )


def _plan(view: View, target: Ref, random: Random) -> Plan:
    flags = Ref("ConfigMap", target.namespace, "feature-flags")
    return Plan((target, flags), (Edit(flags, _on(_FLAGS[target.name])),))


FAULT = Fault(
    "flag-leak",
    ("oom-killed", "memory-saturated"),
    Text("A feature flag makes a service leak memory", "功能开关导致内存泄漏"),
    Text("Its memory grows until it is killed.", "内存增长直至被终止。"),
    Text("Turn the flag off.", "关闭该开关。"),
    _flagged,
    _plan,
    patience=1800.0,
)
