"""A service is told the name of another service that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import address_key, callers, config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    key = address_key(view, target)
    wrong = update_at(f"data.{key}", lambda value: f"{value.partition(':')[0]}-svc:8080")
    return Plan((target, config_of(target)), (Edit(config_of(target), wrong), Restart(target)))


FAULT = Fault(
    "service-address-wrong",
    ("service-address-mismatch", "dns-resolution-failure"),
    Text("A service calls another under a wrong name", "服务以错误名称调用其他服务"),
    Text("Requests through the service fail: no such host.", "经过该服务的请求失败：no such host。"),
    Text("Set the name of the Service.", "设置正确的 Service 名称。"),
    callers,
    _plan,
)
