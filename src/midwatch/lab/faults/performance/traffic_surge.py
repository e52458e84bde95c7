"""A client sends many times its usual requests."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import ref_of
from midwatch.lab.faults.fault import Disturb, Fault, Plan, View
from midwatch.lab.world.disturbances import Surge


def _plan(view: View, target: Ref, random: Random) -> Plan:
    client = {"shop": "visitors", "freight": "trackers"}.get(target.namespace, "users")
    entry = Ref("Deployment", *target[1:])
    touched = tuple(ref_of(each) for each in view.list("Deployment", target.namespace))
    return Plan((entry, target, *touched), (Disturb(Surge(client, 25.0)),))


FAULT = Fault(
    "traffic-surge",
    ("traffic-surge", "cpu-overload", "cpu-throttled", "hpa-at-maximum"),
    Text("Many more requests than usual arrive", "请求量激增"),
    Text("Request rates rise; services are busy.", "请求速率上升，服务繁忙。"),
    Text("Scale out, or limit the rate.", "扩容或限流。"),
    lambda view: sorted(ref_of(each) for each in view.list("Ingress")),
    _plan,
    patience=1200.0,
)
