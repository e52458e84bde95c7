"""An autoscaled workload lacks the CPU request that utilisation needs."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import part
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault, View
from midwatch.lab.faults.plans import edits


def _scaled(view: View) -> list[Ref]:
    return [Ref("Deployment", *each[1:]) for each in of_kind("HorizontalPodAutoscaler")(view)]


FAULT = Fault(
    "requests-missing",
    ("hpa-requests-missing",),
    Text("Containers lack the requests that the autoscaler needs", "容器缺少自动扩缩所需的 requests"),
    Text("The autoscaler cannot compute utilisation.", "自动扩缩容器无法计算使用率。"),
    Text("Set CPU requests.", "设置 CPU 请求。"),
    _scaled,
    edits(
        in_container(
            update_at(
                "resources",
                lambda found: {
                    "limits": {"memory": part(found, "limits")["memory"]},
                    "requests": {"memory": part(found, "requests")["memory"]},
                },
            )
        )
    ),
    patience=1200.0,
)
