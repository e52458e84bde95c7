"""A service does not ask the cluster's DNS."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "dns-policy-wrong",
    ("dns-policy-mismatch",),
    Text("A service does not ask the cluster's DNS", "服务未使用集群 DNS"),
    Text("It cannot resolve the names of other services.", "它无法解析其他服务的名称。"),
    Text("Set dnsPolicy to ClusterFirst.", "将 dnsPolicy 设为 ClusterFirst。"),
    uses_backend("postgres"),
    edits(pod_settings({"dnsPolicy": "Default"})),
)
