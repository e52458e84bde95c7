"""Workloads that listen but have no Service, where every other workload has one of its own name."""

from __future__ import annotations

from collections import defaultdict

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.resource import Ref
from midwatch.knowledge._edges_network import workloads_behind
from midwatch.knowledge.templates import pod_templates

_KINDS = ("Deployment", "StatefulSet")
_MIN_SERVED = 4
_SHARE = 0.8


def unserved(inventory: Inventory) -> tuple[tuple[Ref, Ref], ...]:
    """Each such workload after the Service that it lacks (use with `derive`).

    A worker may declare a port for its metrics only, so the habit of its namespace decides.
    """
    listening: dict[str, list[Ref]] = defaultdict(list)
    for ref, template in inventory.derive(pod_templates).items():
        if ref.kind in _KINDS and any(each.ports for each in template.spec.containers):
            listening[ref.namespace].append(ref)
    selected = {ref for each in inventory.all(Service) for ref in workloads_behind(inventory, each)}
    found: list[tuple[Ref, Ref]] = []
    for namespace, workloads in listening.items():
        named = [each for each in workloads if inventory.get(Service, namespace, each.name) is not None]
        lacking = [each for each in workloads if each not in selected and each not in named]
        if len(named) >= _MIN_SERVED and len(named) >= _SHARE * len(workloads):
            found.extend((Ref(Service.KIND, namespace, each.name), each) for each in lacking)
    return tuple(found)
