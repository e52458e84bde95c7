"""The liveness probe speaks HTTPS to a plain port."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "liveness-probe-wrong-scheme",
    ("liveness-probe-wrong-protocol",),
    Text("The liveness probe speaks the wrong protocol", "存活探针使用了错误的协议"),
    Text("The kubelet restarts healthy containers again and again.", "kubelet 反复重启健康的容器。"),
    Text("Probe with HTTP.", "使用 HTTP 探测。"),
    services(lambda found: "httpGet" in containers(found)[0].get("livenessProbe", {})),
    edits(in_container(set_at("livenessProbe.httpGet.scheme", "HTTPS"))),
)
