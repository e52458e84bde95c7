"""An object that is being deleted has a finalizer that nobody removes."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import name_of
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Create, Delete, Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    held = set_at("metadata.finalizers", ["backup.example.com/archive"])
    copy = {**(view.get(target) or {}), "metadata": {"name": "archived-settings", "namespace": target.namespace}}
    ref = Ref("ConfigMap", target.namespace, "archived-settings")
    return Plan((ref,), (Create(copy), Edit(ref, held), Delete(ref)))


FAULT = Fault(
    "finalizer-stuck",
    ("finalizer-stuck",),
    Text("A finalizer keeps a deleted object", "finalizer 阻止对象删除"),
    Text("The object stays Terminating.", "对象一直处于 Terminating。"),
    Text("Bring its controller back, or remove the finalizer.", "恢复其控制器或移除 finalizer。"),
    of_kind("ConfigMap", lambda found: name_of(found).endswith("-settings")),
    _plan,
    patience=1200.0,
)
