"""Who calls whom: by addresses in variables, arguments and configuration, and by recorded calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref
from midwatch.knowledge._edges_network import workloads_behind
from midwatch.knowledge.addresses import Problem, Resolution
from midwatch.knowledge.callers import resolved_references
from midwatch.knowledge.references import Reference
from midwatch.knowledge.relation import Edge, Relation


def call_edges(inventory: Inventory, calls: Sequence[Call]) -> Iterator[Edge]:
    """An edge from each caller to each Service it holds an address of, or was seen to call."""
    for caller, reference, resolution in inventory.derive(resolved_references):
        callee = _callee(reference, resolution)
        if callee is not None and not _is_own(inventory, caller, callee):
            yield Edge(caller, callee, Relation.CALLS)
    for call in calls:
        callee = inventory.find(call.callee) if call.callee.kind == "Pod" else None
        called = inventory.workload(callee) if callee is not None else call.callee
        for caller in _callers(inventory, call.caller):
            if called.kind and called.name and caller != called:
                yield Edge(caller, called, Relation.CALLS)


def _callee(reference: Reference, found: Resolution) -> Ref | None:
    """The Service an address means. A name without a Service counts only when it is an address beyond doubt."""
    if found.service is not None and found.problem in (None, Problem.WRONG_PORT):
        return found.service.ref
    certain = reference.explicit or ".svc" in reference.address.host
    return Ref("Service", found.namespace, found.name) if certain else None


def _is_own(inventory: Inventory, caller: Ref, callee: Ref) -> bool:
    """Whether a workload only holds its own address, as clustered software does to find its peers."""
    service = inventory.get(Service, callee.namespace, callee.name)
    return service is not None and caller in workloads_behind(inventory, service)


def _callers(inventory: Inventory, caller: Ref) -> Sequence[Ref]:
    """Traces name the Service or pod that calls; what depends on the callee is the workload behind it."""
    found = inventory.find(caller)
    if found is None:
        return (caller,) if caller.kind and caller.name else ()
    if isinstance(found, Service):
        return tuple(workloads_behind(inventory, found)) or (caller,)
    return (inventory.workload(found),)
