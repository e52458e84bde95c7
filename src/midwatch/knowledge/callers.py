"""Who calls whom, as the callers' own configuration says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.knowledge.addresses import Resolution, resolve
from midwatch.knowledge.references import Reference, workload_references

Resolved = tuple[Ref, Reference, Resolution]


def resolved_references(inventory: Inventory) -> tuple[Resolved, ...]:
    """Every address a workload holds that means a Service of the cluster (use with `derive`)."""
    found: list[Resolved] = []
    for holder, references in inventory.derive(workload_references).items():
        for each in references:
            resolution = resolve(inventory, holder.namespace, each.address)
            if resolution.name:
                found.append((holder, each, resolution))
    return tuple(found)


def callers(inventory: Inventory) -> Mapping[Ref, tuple[Ref, ...]]:
    """Workloads by the Service (existing or not) that they hold an address of (use with `derive`)."""
    index: dict[Ref, dict[Ref, None]] = defaultdict(dict)
    for holder, reference, resolution in inventory.derive(resolved_references):
        if resolution.service is not None:
            index[resolution.service.ref][holder] = None
        elif reference.explicit:
            index[Ref("Service", resolution.namespace, resolution.name)][holder] = None
    return {service: tuple(holders) for service, holders in index.items()}
