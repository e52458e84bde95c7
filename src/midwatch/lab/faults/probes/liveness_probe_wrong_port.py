"""The liveness probe checks a port on which nobody listens."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "liveness-probe-wrong-port",
    ("liveness-probe-wrong-port",),
    Text("The liveness probe checks the wrong port", "存活探针检查了错误的端口"),
    Text("The kubelet restarts healthy containers again and again.", "kubelet 反复重启健康的容器。"),
    Text("Set the port that the program listens on.", "设置程序监听的端口。"),
    services(lambda found: "httpGet" in containers(found)[0].get("livenessProbe", {})),
    edits(in_container(set_at("livenessProbe.httpGet.port", 8099))),
)
