"""A release reads a key that its ConfigMap lacks."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    source = {"configMapKeyRef": {"name": config_of(target).name, "key": "FEATURE_LEVEL"}}
    added = update_at("env", lambda found: [*(found or []), {"name": "FEATURE_LEVEL", "valueFrom": source}])
    return Plan((target, config_of(target)), (Edit(target, in_container(added)),))


FAULT = Fault(
    "configmap-key-missing",
    ("configmap-key-missing",),
    Text("A ConfigMap lacks a key", "ConfigMap 缺少键"),
    Text("New pods wait with CreateContainerConfigError.", "新 Pod 以 CreateContainerConfigError 等待。"),
    Text("Add the key, or read the right one.", "添加该键或改为读取正确的键。"),
    services(lambda found: bool(parts(containers(found)[0], "envFrom"))),
    _plan,
)
