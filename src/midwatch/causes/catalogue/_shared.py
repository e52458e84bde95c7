"""What many families say of their causes in the same words."""

from __future__ import annotations

from midwatch.domain.cause import Effect

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod")
"""What carries the blame for trouble of pods."""
NODE_TROUBLE = frozenset({Effect.NODE_DOWN, Effect.NODE_DEGRADED})
"""What a node does to the pods on it."""
ELSEWHERE = frozenset({
    Effect.UNREACHABLE, Effect.ERRORING, Effect.SLOW, Effect.NODE_DOWN, Effect.NODE_DEGRADED,
    Effect.VOLUME_UNUSABLE, Effect.CLUSTER_DEGRADED,
})  # fmt: skip
"""What a fault at something that a workload needs does to the workload."""
SYMPTOMS = (
    "replicas-unavailable",
    "rollout-stuck",
    "statefulset-blocked",
    "bad-rollout",
    "service-no-ready-endpoints",
)
"""What every fault of pods looks like from their workload and their Service."""
