"""A release starts a program that its image does not contain."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "command-not-found",
    ("command-not-found",),
    Text("The command is not in the image", "镜像中没有该命令"),
    Text("New pods cannot start their container.", "新 Pod 无法启动容器。"),
    Text("Start the program that is there.", "改为启动镜像中存在的程序。"),
    services(),
    edits(in_container(set_at("command", ["/app/serve"]))),
)
