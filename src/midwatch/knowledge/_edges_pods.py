"""What pods, and workloads by their template, need: nodes, configuration, storage, identities and classes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.kube.volumes import ProjectedSource, Volume
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Edge, Relation
from midwatch.knowledge.templates import pod_templates

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})

_Use = tuple[str, str, bool]
"""Kind, name and whether the object may be absent."""


def pod_edges(inventory: Inventory) -> Iterator[Edge]:
    """Edges from each pod, and the same from each workload by its template: it needs them before it has pods."""
    for pod in inventory.all(Pod):
        ref = pod.ref
        if pod.spec.node_name:
            yield Edge(ref, Ref("Node", "", pod.spec.node_name), Relation.RUNS_ON)
        yield from _spec_edges(inventory, ref, pod.spec)
    for ref, template in inventory.derive(pod_templates).items():
        if ref.kind in _WORKLOADS and ref in inventory.by_ref:
            yield from _spec_edges(inventory, ref, template.spec)


def _spec_edges(inventory: Inventory, user: Ref, spec: PodSpec) -> Iterator[Edge]:
    known = inventory.by_ref
    for volume in spec.volumes:
        for kind, name, optional in _volume(user, volume):
            target = Ref(kind, user.namespace, name)
            if name and (not optional or target in known):
                yield Edge(user, target, Relation.MOUNTS)
    for container in chain(spec.containers, spec.init_containers):
        for kind, name, optional in _variables(container):
            target = Ref(kind, user.namespace, name)
            if name and (not optional or target in known):
                yield Edge(user, target, Relation.REFERENCES)
    for target in _names(user.namespace, spec):
        if target.name:
            yield Edge(user, target, Relation.REFERENCES)


def _volume(user: Ref, volume: Volume) -> Iterator[_Use]:
    if volume.projected is not None:
        for source in volume.projected.sources:
            yield from _projected(source)
    elif volume.config_map is not None:
        yield "ConfigMap", volume.config_map.name, bool(volume.config_map.optional)
    elif volume.secret is not None:
        yield "Secret", volume.secret.secret_name, bool(volume.secret.optional)
    elif volume.persistent_volume_claim is not None:
        yield "PersistentVolumeClaim", volume.persistent_volume_claim.claim_name, False
    elif volume.ephemeral is not None and user.kind == "Pod":
        yield "PersistentVolumeClaim", f"{user.name}-{volume.name}", False
    elif volume.csi is not None and volume.csi.node_publish_secret_ref is not None:
        yield "Secret", volume.csi.node_publish_secret_ref.name, False


def _projected(source: ProjectedSource) -> Iterator[_Use]:
    if source.config_map is not None:
        yield "ConfigMap", source.config_map.name, bool(source.config_map.optional)
    if source.secret is not None:
        yield "Secret", source.secret.name, bool(source.secret.optional)


def _variables(container: Container) -> Iterator[_Use]:
    for variable in container.env:
        origin = variable.value_from
        if origin is None:
            continue
        if origin.config_map_key_ref is not None:
            yield "ConfigMap", origin.config_map_key_ref.name, bool(origin.config_map_key_ref.optional)
        if origin.secret_key_ref is not None:
            yield "Secret", origin.secret_key_ref.name, bool(origin.secret_key_ref.optional)
    for source in container.env_from:
        if source.config_map_ref is not None:
            yield "ConfigMap", source.config_map_ref.name, bool(source.config_map_ref.optional)
        if source.secret_ref is not None:
            yield "Secret", source.secret_ref.name, bool(source.secret_ref.optional)


def _names(namespace: str, spec: PodSpec) -> Iterator[Ref]:
    yield Ref("ServiceAccount", namespace, spec.service_account_name)
    for secret in spec.image_pull_secrets:
        yield Ref("Secret", namespace, secret.name)
    yield Ref("PriorityClass", "", spec.priority_class_name)
    yield Ref("RuntimeClass", "", spec.runtime_class_name or "")
    for volume in spec.volumes:
        if volume.csi is not None:
            yield Ref("CSIDriver", "", volume.csi.driver)
