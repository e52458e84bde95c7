"""A namespace cannot end: an object in it has a finalizer."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.fault import Create, Delete, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    space: Obj = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "preview-42"}}
    head = {"name": "state", "namespace": "preview-42", "finalizers": ["terraform.example.com/state"]}
    held: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": head, "data": {"serial": "7"}}
    ref = Ref("Namespace", "", "preview-42")
    return Plan((ref, Ref("ConfigMap", "preview-42", "state")), (Create(space), Create(held), Delete(ref)))


FAULT = Fault(
    "namespace-terminating",
    ("namespace-terminating", "finalizer-stuck"),
    Text("A namespace does not end", "命名空间无法终止"),
    Text("The namespace stays Terminating.", "命名空间一直处于 Terminating。"),
    Text("Remove what keeps its last object.", "移除阻止其最后对象删除的原因。"),
    lambda view: [Ref("Namespace", "", "default")],
    _plan,
    patience=1200.0,
)
