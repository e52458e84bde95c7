"""The program of a CronJob fails each time."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "job-fails",
    ("job-backoff-exceeded", "application-crash"),
    Text("A Job fails again and again", "Job 反复失败"),
    Text("Jobs end with BackoffLimitExceeded.", "Job 以 BackoffLimitExceeded 结束。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    of_kind("CronJob"),
    edits(roll_to("1")),
    patience=3600.0,
)
