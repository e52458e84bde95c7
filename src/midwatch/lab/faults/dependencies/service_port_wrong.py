"""A service calls another on a port that its Service does not expose."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import address_key, callers, config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    key = address_key(view, target)
    wrong = update_at(f"data.{key}", lambda value: f"{value.partition(':')[0]}:8181")
    return Plan((target, config_of(target)), (Edit(config_of(target), wrong), Restart(target)))


FAULT = Fault(
    "service-port-wrong",
    ("service-address-port-mismatch",),
    Text("A service calls another on a wrong port", "服务以错误端口调用其他服务"),
    Text("Requests through the service fail or time out.", "经过该服务的请求失败或超时。"),
    Text("Set the port of the Service.", "设置正确的 Service 端口。"),
    callers,
    _plan,
)
