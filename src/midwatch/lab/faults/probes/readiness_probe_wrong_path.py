"""The readiness probe asks for a path that the program does not serve."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "readiness-probe-wrong-path",
    ("readiness-probe-wrong-path",),
    Text("The readiness probe asks for a path that is not there", "就绪探针请求了不存在的路径"),
    Text("New pods run and never become ready.", "新 Pod 运行但始终未就绪。"),
    Text("Set a path that the program serves.", "设置程序提供的路径。"),
    services(lambda found: "httpGet" in containers(found)[0].get("readinessProbe", {})),
    edits(in_container(set_at("readinessProbe.httpGet.path", "/internal/status"))),
)
