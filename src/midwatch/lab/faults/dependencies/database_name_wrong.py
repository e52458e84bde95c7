"""A service is told the name of a Service that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    key = "POSTGRES_HOST"
    wrong = update_at(f"data.{key}", lambda value: f"{value}-primary")
    return Plan((target, config_of(target)), (Edit(config_of(target), wrong), Restart(target)))


FAULT = Fault(
    "database-name-wrong",
    ("db-address-wrong",),
    Text("The service calls its database under the wrong name", "服务以错误名称访问数据库"),
    Text("The service cannot resolve the name of its database.", "服务无法解析数据库名称。"),
    Text("Set the name of the database's Service.", "设置数据库 Service 的名称。"),
    uses_backend("postgres"),
    _plan,
)
