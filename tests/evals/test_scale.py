"""A synthetic cluster has the right proportions, agrees with itself, and is the same for the same seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.kube.cluster import ConfigMap, Event, Lease, Node, ResourceQuota, Secret, ServiceAccount
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import Endpoints, EndpointSlice, Ingress, Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim
from midwatch.domain.kube.workloads import DaemonSet, Deployment, ReplicaSet, StatefulSet
from midwatch.domain.quantity import parse_quantity
from midwatch.domain.resource import Ref
from midwatch.evals.scale import FAULTS, Cluster, break_something, generate

NOW = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)


def inventory_of(cluster: Cluster) -> Inventory:
    pages = cluster.pages()
    objects: list[KubeObject] = []
    for each in RESOURCE_TYPES:
        if not each.custom:
            decoded = decode_page(pages[each.group, each.resource], each.kind, each.group)
            assert decoded.skipped == ()
            objects.extend(decoded.objects)
    return build_inventory(objects, dict.fromkeys((e.kind for e in RESOURCE_TYPES), EvidenceState.OBSERVED), NOW)


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return generate(1000, now=NOW)


@pytest.fixture(scope="module")
def inventory(cluster: Cluster) -> Inventory:
    return inventory_of(cluster)


@pytest.mark.parametrize(
    ("pods", "nodes", "services", "deployments"),
    [(50, 4, 10, 8), (1000, 20, 100, 50), (3000, 60, 300, 150)],
)
def test_proportions_hold_at_every_size(pods: int, nodes: int, services: int, deployments: int) -> None:
    found = generate(pods, now=NOW)
    assert len(found.all("Pod")) == pods
    assert len(found.all("Node")) == nodes
    assert len(found.all("Service")) == services
    assert len(found.all("Deployment")) == deployments
    assert 2 < len(found.all("Event")) / pods < 5


def test_too_few_pods_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        generate(10, now=NOW)


def test_the_same_seed_gives_the_same_cluster(cluster: Cluster) -> None:
    assert generate(1000, now=NOW).pages() == cluster.pages()
    assert generate(1000, seed=1, now=NOW).pages() != cluster.pages()


def test_every_list_decodes_without_a_gap(cluster: Cluster, inventory: Inventory) -> None:
    assert sum(len(found) for found in inventory.objects.values()) == cluster.count()


def test_identities_and_pod_addresses_are_unique(inventory: Inventory) -> None:
    everything = [each.ref for found in inventory.objects.values() for each in found]
    assert not [ref for ref, count in Counter(everything).items() if count > 1]
    pods = [pod.status.pod_ip for pod in inventory.all(Pod) if not pod.spec.host_network]
    assert all(pods)
    assert not [ip for ip, count in Counter(pods).items() if count > 1]


def test_every_running_pod_is_ready_on_a_known_node(inventory: Inventory) -> None:
    for pod in inventory.all(Pod):
        assert inventory.get(Node, "", pod.spec.node_name)
        assert pod.status.phase in ("Running", "Succeeded")
        assert all(each.ready or pod.status.phase == "Succeeded" for each in pod.status.container_statuses)
        assert inventory.get(ServiceAccount, pod.namespace, pod.spec.service_account_name or "default")


def test_selectors_ports_and_endpoints_of_services_agree_with_pods(inventory: Inventory) -> None:
    slices = {each.metadata.labels["kubernetes.io/service-name"] + each.namespace: each
              for each in inventory.all(EndpointSlice)}  # fmt: skip
    for service in inventory.all(Service):
        if not service.spec.selector:
            assert service.name == "kubernetes"
            continue
        pods = inventory.select_labels(service.namespace, service.spec.selector)
        assert pods
        for port in service.spec.ports:
            assert all(port.target_port in _ports(pod) for pod in pods)
        addresses = {pod.status.pod_ip for pod in pods}
        ends = slices[service.name + service.namespace].endpoints
        assert {end.addresses[0] for end in ends if end.conditions.ready} == addresses
        legacy = inventory.get(Endpoints, service.namespace, service.name)
        assert legacy is not None
        assert {each.ip for each in legacy.subsets[0].addresses} == addresses


def _ports(pod: Pod) -> set[int | str]:
    listed = [port for each in pod.spec.containers for port in each.ports]
    return {port.container_port for port in listed} | {port.name for port in listed}


def test_references_of_pods_resolve(inventory: Inventory) -> None:
    for pod, container in _containers(inventory):
        for variable in container.env:
            source = variable.value_from
            if source and source.config_map_key_ref:
                config = inventory.get(ConfigMap, pod.namespace, source.config_map_key_ref.name)
                assert config is not None
                assert source.config_map_key_ref.key in config.data
            if source and source.secret_key_ref:
                secret = inventory.get(Secret, pod.namespace, source.secret_key_ref.name)
                assert secret is not None
                assert source.secret_key_ref.key in (secret.keys or ())
            if variable.name.endswith(("_URL", "_HOST")):
                _assert_resolves(inventory, pod.namespace, variable.value)
        for volume in pod.spec.volumes:
            if volume.config_map:
                assert inventory.get(ConfigMap, pod.namespace, volume.config_map.name)


def _containers(inventory: Inventory) -> Iterator[tuple[Pod, Container]]:
    return ((pod, container) for pod in inventory.all(Pod) for container in pod.spec.containers)


def _assert_resolves(inventory: Inventory, namespace: str, address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    name, _, rest = host.partition(".")
    service = inventory.get(Service, rest.split(".")[0] if rest else namespace, name)
    assert service is not None
    assert int(port or 80) in {each.port for each in service.spec.ports}


def test_counts_of_workloads_agree_with_their_pods(inventory: Inventory) -> None:
    for top in inventory.all(Deployment):
        pods = inventory.pods_by_workload[top.ref]
        assert top.spec.replicas == top.status.ready_replicas == top.status.updated_replicas == len(pods)
    for sts in inventory.all(StatefulSet):
        assert sts.status.ready_replicas == len(inventory.pods_by_workload[sts.ref])
    for each in inventory.all(DaemonSet):
        assert each.status.number_ready == len(inventory.all(Node))
    revisions = Counter(str(inventory.owner(each)) for each in inventory.all(ReplicaSet))
    assert Counter(revisions.values())[2] >= len(inventory.all(Deployment)) // 4


def test_claims_and_volumes_are_bound_to_each_other(inventory: Inventory) -> None:
    claims = inventory.all(PersistentVolumeClaim)
    assert len(claims) == len(inventory.all(PersistentVolume)) > 0
    volumes = [(pod.namespace, volume.persistent_volume_claim) for pod in inventory.all(Pod)
               for volume in pod.spec.volumes]  # fmt: skip
    mounted = {(namespace, claim.claim_name) for namespace, claim in volumes if claim}
    assert {(each.namespace, each.name) for each in claims} == mounted
    for claim in claims:
        volume = inventory.get(PersistentVolume, "", claim.spec.volume_name)
        assert volume is not None
        assert volume.spec.claim_ref is not None
        assert (volume.spec.claim_ref.namespace, volume.spec.claim_ref.name) == (claim.namespace, claim.name)
        assert claim.status.phase == volume.status.phase == "Bound"


def test_nodes_have_room_and_fresh_leases(inventory: Inventory) -> None:
    used: dict[str, dict[str, float]] = defaultdict(lambda: {"cpu": 0.0, "memory": 0.0, "pods": 0.0})
    for pod, container in _containers(inventory):
        mine = used[pod.spec.node_name]
        mine["pods"] += 1
        for name in ("cpu", "memory"):
            mine[name] += parse_quantity(container.resources.requests.get(name)) or 0
    for node in inventory.all(Node):
        assert all(
            used[node.name][name] < (parse_quantity(node.status.allocatable[name]) or 0)
            for name in used[node.name]
        )
        lease = inventory.get(Lease, "kube-node-lease", node.name)
        assert lease is not None
        assert lease.spec.renew_time is not None
        assert timedelta(0) < NOW - lease.spec.renew_time < timedelta(seconds=20)


def test_quotas_have_room_and_ingresses_lead_somewhere(inventory: Inventory) -> None:
    for quota in inventory.all(ResourceQuota):
        for name, hard in quota.status.hard.items():
            assert (parse_quantity(quota.status.used[name]) or 0) < (parse_quantity(hard) or 0)
    for each in inventory.all(Ingress):
        assert inventory.get(Secret, each.namespace, each.spec.tls[0].secret_name)
        http = each.spec.rules[0].http
        assert http is not None
        backend = http.paths[0].backend.service
        assert backend is not None
        assert inventory.get(Service, each.namespace, backend.name)


def test_events_are_about_objects_that_exist_and_lie_in_the_past(inventory: Inventory) -> None:
    for event in inventory.all(Event):
        target = event.involved_object
        assert inventory.find(Ref(target.kind, target.namespace, target.name))
        assert event.last_seen is not None
        assert event.last_seen <= NOW
        assert event.type == "Normal" or NOW - event.last_seen > timedelta(minutes=30)


def test_secrets_carry_key_names_and_no_values(cluster: Cluster, tmp_path: Path) -> None:
    cluster.write(tmp_path)
    written = msgspec.json.decode((tmp_path / "secrets.json").read_bytes())
    assert written["items"]
    assert all(each.keys() == {"apiVersion", "kind", "metadata"} for each in written["items"])
    assert b'"data":{"' not in cluster.pages()["", "secrets"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_what_it_must_and_leaves_the_original_alone(cluster: Cluster, fault: str) -> None:
    before = cluster.pages()
    broken = break_something(cluster, fault, seed=3)
    assert cluster.pages() == before
    assert broken.cluster.pages() != before
    assert break_something(cluster, fault, seed=3).cluster.pages() == broken.cluster.pages()
    inventory = inventory_of(broken.cluster)
    if broken.culprit is None:
        assert fault == "noise"
    else:
        assert inventory.find(broken.culprit)


def test_a_bad_rollout_leaves_most_old_pods_serving(cluster: Cluster) -> None:
    broken = break_something(cluster, "crash")
    assert broken.culprit is not None
    inventory = inventory_of(broken.cluster)
    top = inventory.get(Deployment, broken.culprit.namespace, broken.culprit.name)
    assert top is not None
    pods = inventory.pods_by_workload[top.ref]
    failing = [pod for pod in pods if pod.status.phase == "Pending"]
    assert top.status.replicas == len(pods)
    assert top.status.updated_replicas == len(failing) > 0
    assert top.status.ready_replicas == len(pods) - len(failing) > 0


def test_an_unknown_fault_is_refused(cluster: Cluster) -> None:
    with pytest.raises(ValueError, match="unknown fault 'flood'"):
        break_something(cluster, "flood")
