"""What a Deployment does to its ReplicaSets: find or make the new one, scale, and clear away old ones.

Source: kubernetes/pkg/controller/deployment/sync.go (getNewReplicaSet, scaleReplicaSet, cleanupDeployment).
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.controllers.workloads.deployment.conditions import PROGRESSING, put
from midwatch.lab.controllers.workloads.deployment.reading import (
    REVISION,
    actual,
    deadline,
    history_limit,
    is_saturated,
    replicas,
    revision_of,
    same_template,
)
from midwatch.lab.controllers.workloads.deployment.revisions import (
    annotated,
    new_replica_set,
    size_annotations,
    split,
)
from midwatch.lab.controllers.workloads.deployment.scaling import new_size
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.creation import is_namespace_ending
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import DEPLOYMENT, REPLICA_SET
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    condition_of,
    controller_of,
    is_deleted,
    meta,
    name_of,
    namespace_of,
    spec,
    status,
    uid_of,
    with_meta,
    with_spec,
)


@dataclass(frozen=True, slots=True)
class Sets:
    """A Deployment with its new ReplicaSet, if there is one, and its old ones, oldest first."""

    deployment: Obj
    new: Obj | None
    old: list[Obj]

    @property
    def all(self) -> list[Obj]:
        """Old ones and the new one."""
        return self.old if self.new is None else [*self.old, self.new]

    @property
    def saturated(self) -> bool:
        """Whether the new one is as large as wanted, and available."""
        return is_saturated(self.deployment, self.new)


class Rollout:
    """The writes of the Deployment controller."""

    def __init__(self, context: Context, desk: Desk) -> None:
        self._context = context
        self._desk = desk

    def seen(self, key: Key) -> Sets | None:
        """A Deployment's ReplicaSets as they are; None when it is gone."""
        found = self._desk.store.get(DEPLOYMENT, *key)
        if found is None:
            return None
        new, old = split(found, self._context.replica_sets.of(uid_of(found)))
        return Sets(found, new, old)

    def sets(self, key: Key, *, create: bool) -> Sets:
        """The same with annotations up to date and, on demand, the new ReplicaSet made. Raises `ApiError`."""
        seen = self.seen(key)
        if seen is None:
            return Sets(self._desk.store.demand(DEPLOYMENT, *key), None, [])
        revision = max((revision_of(each) for each in seen.old), default=0) + 1
        if seen.new is not None:
            self._adjust(seen.deployment, seen.new, revision)
        elif create:
            self._create(seen, revision)
        return self.seen(key) or seen

    def scale(self, deployment: Obj, replica_set: Obj, size: int, *, always: bool = False) -> bool:
        """Give a ReplicaSet a size, with an event; whether it had another. `always` corrects annotations too."""
        before = replicas(replica_set)
        found = annotations_of(replica_set)
        wanted = {**found, **size_annotations(deployment)}
        if before == size and (not always or wanted == found):
            return False
        changed = with_spec(with_meta(replica_set, annotations=wanted), replicas=size)
        self._desk.registry.update(REPLICA_SET, changed, user=self._desk.user)
        if before != size:
            way = "up" if before < size else "down"
            text = f"Scaled {way} replica set {name_of(replica_set)} from {before} to {size}"
            self._desk.normal(deployment, "ScalingReplicaSet", text)
        return before != size

    def clean(self, sets: Sets) -> None:
        """Delete the oldest of the old ReplicaSets that are empty, beyond the history's limit."""
        limit = history_limit(sets.deployment)
        kept = [each for each in sets.old if not is_deleted(each)]
        if limit is None or len(kept) <= limit:
            return
        for each in sorted(kept, key=revision_of)[: len(kept) - limit]:
            seen = status(each).get("observedGeneration", 0) >= meta(each).get("generation", 0)
            if actual([each]) == 0 and replicas(each) == 0 and seen:
                self._desk.registry.delete(REPLICA_SET, namespace_of(each), name_of(each), user=self._desk.user)

    def _adjust(self, deployment: Obj, new: Obj, revision: int) -> None:
        wanted = annotated(deployment, new, revision, exists=True)
        wait = int(spec(deployment).get("minReadySeconds") or 0)
        if wanted != annotations_of(new) or wait != int(spec(new).get("minReadySeconds") or 0):
            changed = with_spec(with_meta(new, annotations=wanted), minReadySeconds=wait or None)
            new = self._desk.registry.update(REPLICA_SET, changed, user=self._desk.user)
        conditions: list[Obj] = list(status(deployment).get("conditions") or ())
        if deadline(deployment) is not None and condition_of(deployment, PROGRESSING) is None:
            text = f'Found new replica set "{name_of(new)}"'
            now = self._desk.clock.now
            conditions = put(conditions, PROGRESSING, "True", "FoundNewReplicaSet", text, now)
        self._note(deployment, annotations_of(new).get(REVISION, str(revision)), conditions)

    def _create(self, seen: Sets, revision: int) -> None:
        found = seen.deployment
        size = new_size(found, seen.old, 0)
        wanted = new_replica_set(found, size, revision)
        try:
            new = self._desk.registry.create(REPLICA_SET, wanted, user=self._desk.user)
        except ApiError as error:
            known = self._desk.store.get(REPLICA_SET, namespace_of(found), name_of(wanted))
            if error.reason != "AlreadyExists" or known is None:
                self._refused(found, wanted, error)
                raise
            owner = controller_of(known)
            if owner is None or owner["uid"] != uid_of(found) or not same_template(found, known):
                self._collided(found)
                raise
            return
        if size > 0:
            text = f"Scaled up replica set {name_of(new)} from 0 to {size}"
            self._desk.normal(found, "ScalingReplicaSet", text)
        conditions: list[Obj] = list(status(found).get("conditions") or ())
        if deadline(found) is not None:
            text = f'Created new replica set "{name_of(new)}"'
            conditions = put(conditions, PROGRESSING, "True", "NewReplicaSetCreated", text, self._desk.clock.now)
        self._note(found, str(revision), conditions)

    def _collided(self, found: Obj) -> None:
        """Another ReplicaSet has the name: count it, and the next attempt takes another hash."""
        count = status(found).get("collisionCount", 0) + 1
        self._desk.registry.update_status(
            DEPLOYMENT, {**found, "status": {**status(found), "collisionCount": count}}
        )

    def _refused(self, found: Obj, wanted: Obj, error: ApiError) -> None:
        if is_namespace_ending(error):
            return
        text = f'Failed to create new replica set "{name_of(wanted)}": {error.message}'
        if deadline(found) is not None:
            known: list[Obj] = list(status(found).get("conditions") or ())
            now = self._desk.clock.now
            conditions = put(known, PROGRESSING, "False", "ReplicaSetCreateError", text, now)
            self._note(found, annotations_of(found).get(REVISION, ""), conditions)
        self._desk.warn(found, "ReplicaSetCreateError", text)

    def _note(self, deployment: Obj, revision: str, conditions: list[Obj]) -> None:
        """Write the Deployment's revision, an annotation, together with its status: no new generation."""
        annotations = annotations_of(deployment)
        if revision and annotations.get(REVISION) != revision:
            annotations = {**annotations, REVISION: revision}
        known: list[Obj] = status(deployment).get("conditions") or []
        if annotations is annotations_of(deployment) and conditions == known:
            return
        body = {**status(deployment), "conditions": conditions} if conditions else status(deployment)
        changed = {**with_meta(deployment, annotations=annotations), "status": body}
        self._desk.registry.update(DEPLOYMENT, changed, user=self._desk.user, subresource="status")
