"""A service is told a port on which its database does not listen."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    key = "POSTGRES_PORT"
    wrong = update_at(f"data.{key}", lambda value: "5433")
    return Plan((target, config_of(target)), (Edit(config_of(target), wrong), Restart(target)))


FAULT = Fault(
    "database-port-wrong",
    ("db-port-wrong",),
    Text("The service calls its database on the wrong port", "服务以错误端口访问数据库"),
    Text("The service cannot connect to its database.", "服务无法连接数据库。"),
    Text("Set the port of the database's Service.", "设置数据库 Service 的端口。"),
    uses_backend("postgres"),
    _plan,
)
