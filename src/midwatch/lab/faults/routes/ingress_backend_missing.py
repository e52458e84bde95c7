"""An Ingress sends to a Service that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "ingress-backend-missing",
    ("ingress-backend-missing",),
    Text("An Ingress names a Service that does not exist", "Ingress 指向不存在的 Service"),
    Text("Users get 503.", "用户收到 503。"),
    Text("Name the Service that is there.", "改为存在的 Service。"),
    of_kind("Ingress"),
    edits(set_at("spec.rules.0.http.paths.0.backend.service.name", "frontend")),
)
