"""Feature flags as faults: which services have one, and turning it on."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from midwatch.domain.resource import Ref
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import Change, update_at
from midwatch.lab.faults.choose import Choice, containers, services
from midwatch.lab.faults.fault import Edit, Plan, View
from midwatch.lab.faults.plans import Planner


def flagged(flags: Mapping[str, str]) -> Choice:
    """Those of these services that mount the flags."""
    uses = services(
        lambda found: any(each["name"] == "flags" for each in parts(containers(found)[0], "volumeMounts"))
    )
    return lambda view: [each for each in uses(view) if each.name in flags]


def turns_on(flags: Mapping[str, str]) -> Planner:
    """Turn the target's flag on."""

    def plan(view: View, target: Ref, random: Random) -> Plan:
        holder = Ref("ConfigMap", target.namespace, "feature-flags")
        return Plan((target, holder), (Edit(holder, _on(flags[target.name])),))

    return plan


def _on(flag: str) -> Change:
    return update_at(
        "data",
        lambda data: {**data, "flags.json": data["flags.json"].replace(f'"{flag}": false', f'"{flag}": true')},
    )
