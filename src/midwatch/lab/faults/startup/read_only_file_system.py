"""The scratch volume of a program on a read-only file system was removed."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "read-only-file-system",
    ("root-filesystem-read-only",),
    Text("The program writes to a read-only file system", "程序写入只读文件系统"),
    Text("New pods crash as they cannot write.", "新 Pod 因无法写入而崩溃。"),
    Text("Mount an emptyDir where the program writes.", "在程序写入处挂载 emptyDir。"),
    services(lambda found: any(each["name"] == "tmp" for each in parts(containers(found)[0], "volumeMounts"))),
    edits(
        in_container(update_at("volumeMounts", lambda found: [each for each in found if each["name"] != "tmp"]))
    ),
)
