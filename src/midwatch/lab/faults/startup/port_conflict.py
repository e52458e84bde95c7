"""A second container of the pod listens on the same port."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import with_container


def _plan(view: View, target: Ref, random: Random) -> Plan:
    main = containers(view.get(target) or {})[0]
    twin = {
        key: value
        for key, value in main.items()
        if key not in ("name", "ports", "livenessProbe", "readinessProbe")
    }
    return Plan((target,), (Edit(target, with_container({**twin, "name": "shadow"})),))


FAULT = Fault(
    "port-conflict",
    ("port-conflict",),
    Text("Two containers of a pod want the same port", "同一 Pod 的两个容器争用端口"),
    Text(
        "One container of each new pod crashes: address already in use.", "新 Pod 的一个容器因端口被占用而崩溃。"
    ),
    Text("Give the second container another port.", "为第二个容器指定其他端口。"),
    services(),
    _plan,
)
