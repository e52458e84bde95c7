"""A release reads its environment from a ConfigMap that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "configmap-missing",
    ("configmap-missing",),
    Text("A ConfigMap does not exist", "ConfigMap 不存在"),
    Text("New pods wait with CreateContainerConfigError.", "新 Pod 以 CreateContainerConfigError 等待。"),
    Text("Create the ConfigMap, or name the right one.", "创建 ConfigMap 或改为正确的名称。"),
    services(lambda found: bool(parts(containers(found)[0], "envFrom"))),
    edits(in_container(set_at("envFrom.0.configMapRef.name", "app-config-v2"))),
)
