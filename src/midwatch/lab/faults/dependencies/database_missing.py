"""A service asks for a database that does not exist on its server."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    key = "POSTGRES_DATABASE"
    wrong = update_at(f"data.{key}", lambda value: f"{value}_v2")
    return Plan((target, config_of(target)), (Edit(config_of(target), wrong), Restart(target)))


FAULT = Fault(
    "database-missing",
    ("db-database-missing",),
    Text("The database does not exist on the server", "服务器上不存在该数据库"),
    Text("The service logs that the database does not exist.", "服务记录数据库不存在。"),
    Text("Create the database, or name the right one.", "创建数据库或改为正确的名称。"),
    uses_backend("postgres"),
    _plan,
)
