"""An Ingress sends to a port that its Service does not have."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "ingress-backend-port-wrong",
    ("ingress-backend-port-mismatch",),
    Text("An Ingress names a port that the Service lacks", "Ingress 指向 Service 没有的端口"),
    Text("Users get 503.", "用户收到 503。"),
    Text("Name a port of the Service.", "改为 Service 的端口。"),
    of_kind("Ingress"),
    edits(set_at("spec.rules.0.http.paths.0.backend.service.port", {"number": 8443})),
)
