"""How objects depend on one another: typed edges, each of which knows which of its ends needs the other."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from midwatch.domain.resource import Ref


class Relation(StrEnum):
    """What the source of an edge does with its target."""

    OWNS = "owns"  # Deployment -> ReplicaSet -> Pod
    SELECTS = "selects"  # Service -> Pod, and -> the workload whose template carries the labels
    ROUTES_TO = "routes-to"  # Ingress, HTTPRoute -> Service
    MOUNTS = "mounts"  # Pod -> ConfigMap, Secret, PersistentVolumeClaim
    REFERENCES = "references"  # any other use by name
    RUNS_ON = "runs-on"  # Pod -> Node
    BINDS = "binds"  # PersistentVolumeClaim -> PersistentVolume -> StorageClass, VolumeAttachment
    CALLS = "calls"  # workload -> Service
    SCALES = "scales"  # HorizontalPodAutoscaler -> workload
    PROTECTS = "protects"  # NetworkPolicy, PodDisruptionBudget -> Pod
    GRANTS = "grants"  # RoleBinding -> ServiceAccount
    PROVIDES = "provides"  # Certificate -> Secret

    @property
    def backward(self) -> bool:
        """Whether the target needs the source; for all others the source needs the target."""
        return self in _BACKWARD


_BACKWARD = frozenset({Relation.SCALES, Relation.PROTECTS, Relation.GRANTS, Relation.PROVIDES})


class Edge(NamedTuple):
    """`source` `relation` `target`: Service web selects Pod web-1."""

    source: Ref
    target: Ref
    relation: Relation

    @property
    def dependant(self) -> Ref:
        """The end that suffers when the other one fails."""
        return self.target if self.relation in _BACKWARD else self.source

    @property
    def dependency(self) -> Ref:
        """The end that the other one needs."""
        return self.source if self.relation in _BACKWARD else self.target
