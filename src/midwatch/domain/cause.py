"""A kind of root cause, as the catalogue describes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.domain.text import Text


class Effect(StrEnum):
    """What a cause does to its culprit, as seen by whatever depends on the culprit."""

    NOT_CREATED = "not-created"  # pods cannot be created
    NOT_SCHEDULED = "not-scheduled"  # pods stay Pending without a node
    NOT_STARTED = "not-started"  # containers cannot start
    CRASHING = "crashing"  # containers start and end
    NOT_READY = "not-ready"  # runs, receives no traffic
    UNREACHABLE = "unreachable"  # runs, callers cannot connect
    ERRORING = "erroring"  # answers with errors
    SLOW = "slow"  # answers late
    NODE_DOWN = "node-down"  # everything on the node suffers
    NODE_DEGRADED = "node-degraded"  # pods on the node suffer in part
    VOLUME_UNUSABLE = "volume-unusable"  # pods that mount it cannot start
    CLUSTER_DEGRADED = "cluster-degraded"  # a cluster-wide service is impaired


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of the catalogue.

    `culprits` are the kinds that can carry the blame. `effects` is what dependants see. `explained_by` are
    effects of *another* culprit, on which this one depends, that make this cause a mere consequence.
    `refines` are more general causes that this one replaces when both are claimed of the same culprit.
    """

    id: str
    family: str
    title: Text
    proven_by: Text
    refuted_by: Text
    culprits: tuple[str, ...]
    fixes: tuple[Text, ...]
    links: tuple[str, ...]
    effects: frozenset[Effect] = frozenset()
    explained_by: frozenset[Effect] = frozenset()
    refines: tuple[str, ...] = ()
