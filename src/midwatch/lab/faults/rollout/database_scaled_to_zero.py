"""A database was scaled to zero."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import backends
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "database-scaled-to-zero",
    ("zero-replicas",),
    Text("The database is scaled to zero", "数据库缩容为零"),
    Text("Services that need it fail or crash.", "依赖它的服务失败或崩溃。"),
    Text("Scale it up again.", "重新扩容。"),
    backends("postgres"),
    edits(set_at("spec.replicas", 0)),
)
