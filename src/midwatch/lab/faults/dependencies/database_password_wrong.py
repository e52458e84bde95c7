"""The password in a service's Secret is not the database's."""

from __future__ import annotations

from base64 import b64encode
from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import secret_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    secret = secret_of(target, "postgres")
    wrong = set_at("data.password", b64encode(b"rotated-yesterday").decode())
    return Plan((target, secret), (Edit(secret, wrong), Restart(target)))


FAULT = Fault(
    "database-password-wrong",
    ("db-credentials-invalid",),
    Text("The database refuses the service's password", "数据库拒绝该服务的密码"),
    Text(
        "The service logs failed authentication and cannot start or answers with errors.",
        "服务记录认证失败，无法启动或返回错误。",
    ),
    Text("Write the right password into the Secret and restart.", "在 Secret 中写入正确的密码并重启。"),
    uses_backend("postgres"),
    _plan,
)
