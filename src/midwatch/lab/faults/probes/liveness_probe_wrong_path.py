"""The liveness probe asks for a path that the program does not serve."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "liveness-probe-wrong-path",
    ("liveness-probe-wrong-path",),
    Text("The liveness probe asks for a path that is not there", "存活探针请求了不存在的路径"),
    Text("The kubelet restarts healthy containers again and again.", "kubelet 反复重启健康的容器。"),
    Text("Set a path that the program serves.", "设置程序提供的路径。"),
    services(lambda found: "httpGet" in containers(found)[0].get("livenessProbe", {})),
    edits(in_container(set_at("livenessProbe.httpGet.path", "/internal/status"))),
)
