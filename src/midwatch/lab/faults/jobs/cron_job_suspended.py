"""A CronJob was suspended."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "cron-job-suspended",
    ("cronjob-suspended",),
    Text("A CronJob is suspended", "CronJob 被挂起"),
    Text("It makes no Jobs any more.", "不再创建 Job。"),
    Text("Resume it.", "恢复。"),
    of_kind("CronJob"),
    edits(set_at("spec.suspend", True)),
    patience=2400.0,
)
