"""The cases are what their builders build, agree with themselves, and each twin differs from the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cases.builders.write import MANIFESTS, write_all
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.kube.cluster import Event, Node
from midwatch.domain.kube.decode import decode_object
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import EndpointSlice, Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import Deployment
from midwatch.domain.resource import Ref
from midwatch.evals.manifests.case import Case, Twin
from tests.evals.committed import NAMES, case_of

every_case = pytest.mark.parametrize("name", NAMES)


@cache
def _inventory_of(name: str, broken: bool) -> Inventory:
    case = case_of(name)
    return inventory_of(case, case.broken if broken else case.repaired)


def inventories(name: str) -> Iterator[tuple[Twin, Inventory]]:
    """Both twins with their inventories, decoded once for all tests."""
    case = case_of(name)
    yield case.broken, _inventory_of(name, True)
    yield case.repaired, _inventory_of(name, False)


def inventory_of(case: Case, twin: Twin) -> Inventory:
    objects: list[KubeObject] = []
    for each in twin.objects:
        decoded = decode_object(each)
        assert decoded.skipped == ()
        objects.extend(decoded.objects)
    states = dict.fromkeys((each.kind for each in RESOURCE_TYPES), EvidenceState.OBSERVED)
    return build_inventory(objects, states, case.expected.now)


def _files(folder: Path) -> dict[str, str]:
    found = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_text(encoding="utf-8") for each in found}


def test_the_committed_cases_are_what_the_builders_build(tmp_path: Path) -> None:
    write_all(tmp_path / "cases")
    assert _files(tmp_path / "cases") == _files(MANIFESTS)


def test_there_are_many_cases() -> None:
    assert len(NAMES) >= 100
    assert len({case_of(name).expected.cause for name in NAMES}) >= 90


@every_case
def test_the_culprit_exists_and_the_twins_differ(name: str) -> None:
    case = case_of(name)
    assert case.broken != case.repaired
    assert _inventory_of(name, True).find(case.expected.ref) or case.expected.cause.endswith("-missing")


@every_case
def test_identities_are_unique_and_events_lie_in_the_past(name: str) -> None:
    for twin, inventory in inventories(name):
        assert len(twin.objects) == sum(len(found) for found in inventory.objects.values())
        for event in inventory.all(Event):
            assert event.last_seen is not None
            assert event.last_seen <= case_of(name).expected.now
            target = event.involved_object
            assert inventory.find(Ref(target.kind, target.namespace, target.name))


@every_case
def test_the_repaired_twin_runs(name: str) -> None:
    inventory = _inventory_of(name, False)
    for pod in _live(inventory.all(Pod)):
        assert pod.status.phase == "Running"
        assert all(each.ready for each in pod.status.container_statuses)
        assert inventory.get(Node, "", pod.spec.node_name)
    for top in inventory.all(Deployment):
        assert (top.spec.replicas or 0) == top.status.ready_replicas


@every_case
def test_counts_and_endpoints_follow_from_pods(name: str) -> None:
    for _, inventory in inventories(name):
        slices = {(each.namespace, each.metadata.labels["kubernetes.io/service-name"]): each
                  for each in inventory.all(EndpointSlice)}  # fmt: skip
        for service in inventory.all(Service):
            if service.spec.selector:
                pods = _live(inventory.select_labels(service.namespace, service.spec.selector))
                listed = {a for end in slices[service.namespace, service.name].endpoints for a in end.addresses}
                assert listed <= {pod.status.pod_ip for pod in pods}
        for top in inventory.all(Deployment):
            pods = _live(inventory.pods_by_workload[top.ref])
            ready = [pod for pod in pods if _ready(pod)]
            assert top.status.ready_replicas == len(ready)


@every_case
def test_addresses_of_pods_are_unique(name: str) -> None:
    for _, inventory in inventories(name):
        pods = inventory.all(Pod)
        used = [pod.status.pod_ip for pod in pods if pod.status.pod_ip and not pod.spec.host_network]
        assert len(used) == len(set(used))


@every_case
def test_every_log_belongs_to_a_container(name: str) -> None:
    for twin, inventory in inventories(name):
        for path in twin.logs:
            namespace, pod, container = path.split("/")
            found = inventory.get(Pod, namespace, pod)
            assert found is not None
            names = {each.name for each in (*found.spec.containers, *found.spec.init_containers)}
            assert container.removesuffix(".previous") in names


def _live(pods: Iterable[Pod]) -> list[Pod]:
    return [pod for pod in pods if pod.status.phase not in ("Succeeded", "Failed")]


def _ready(pod: Pod) -> bool:
    return any(each.type == "Ready" and each.status == "True" for each in pod.status.conditions)
