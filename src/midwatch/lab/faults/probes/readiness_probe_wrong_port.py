"""The readiness probe checks a port on which nobody listens."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "readiness-probe-wrong-port",
    ("readiness-probe-wrong-port",),
    Text("The readiness probe checks the wrong port", "就绪探针检查了错误的端口"),
    Text("New pods run and never become ready.", "新 Pod 运行但始终未就绪。"),
    Text("Set the port that the program listens on.", "设置程序监听的端口。"),
    services(lambda found: "httpGet" in containers(found)[0].get("readinessProbe", {})),
    edits(in_container(set_at("readinessProbe.httpGet.port", 8099))),
)
