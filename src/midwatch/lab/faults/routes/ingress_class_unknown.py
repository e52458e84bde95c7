"""An Ingress names a class that no controller serves."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "ingress-class-unknown",
    ("ingress-class-missing",),
    Text("No controller serves the Ingress", "没有控制器处理该 Ingress"),
    Text("The Ingress is not in effect: users get 404.", "Ingress 未生效：用户收到 404。"),
    Text("Name the class of the controller that runs.", "使用正在运行的控制器的类名。"),
    of_kind("Ingress"),
    edits(set_at("spec.ingressClassName", "haproxy")),
)
