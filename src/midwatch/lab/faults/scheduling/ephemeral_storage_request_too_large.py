"""A request for ephemeral-storage that no node can fulfil."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.core.objects import part
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "ephemeral-storage-request-too-large",
    ("ephemeral-storage-insufficient",),
    Text("No node has the requested ephemeral-storage", "没有节点满足临时存储请求"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Request what the nodes have.", "请求节点拥有的资源量。"),
    services(),
    edits(
        in_container(
            update_at(
                "resources",
                lambda found: {
                    key: {**part(found, key), "ephemeral-storage": "5Ti"} for key in ("requests", "limits")
                },
            )
        )
    ),
)
