"""A feature flag makes a service burn CPU."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import Change, update_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View

_FLAGS = {"ads": "adsHighCpu", "geofence": "geofenceHighCpu"}


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
    "flag-busy",
    ("cpu-overload", "cpu-throttled"),
    Text("A feature flag makes a service burn CPU", "功能开关导致 CPU 消耗"),
    Text("Its CPU use multiplies.", "CPU 使用成倍增长。"),
    Text("Turn the flag off.", "关闭该开关。"),
    _flagged,
    _plan,
    patience=1200.0,
)
