"""Deployments, with their ReplicaSets and pods, and the status that follows from how the pods fare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from midwatch.evals.synthetic.pods import Life, pod
from midwatch.evals.synthetic.values import (
    Obj,
    condition,
    labels_of,
    meta,
    name_of,
    owner_of,
    part,
    stamp,
    suffix,
    template_hash,
)

Progress = Literal["complete", "progressing", "exceeded"]
Admit = Callable[[Obj], Obj]

_DEADLINE = timedelta(seconds=600)
_ROLLED = timedelta(seconds=20)


def as_is(template: Obj) -> Obj:
    """The template as written: what the API's defaults add is left out."""
    return template


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a Deployment's template, since when it exists, and its pods."""

    template: Obj
    created: datetime
    lives: tuple[Life, ...] = ()
    wanted: int | None = None

    @property
    def replicas(self) -> int:
        """How many pods its ReplicaSet is to have."""
        return len(self.lives) if self.wanted is None else self.wanted


@dataclass(frozen=True, slots=True)
class Rollout:
    """A Deployment, its ReplicaSets (oldest first) and their pods (in the order of the ReplicaSets)."""

    deployment: Obj
    replica_sets: tuple[Obj, ...]
    pods: tuple[Obj, ...]

    @property
    def objects(self) -> list[Obj]:
        """All of them."""
        return [self.deployment, *self.replica_sets, *self.pods]


def deployment(
    name: str,
    namespace: str,
    revisions: Sequence[Revision],
    *,
    replicas: int,
    created: datetime,
    progress: Progress = "complete",
    selector: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    admit: Admit = as_is,
    failure: str = "",
    **spec: object,
) -> Rollout:
    """A Deployment with all it owns; the last revision is the current one.

    `failure` is the message of its ReplicaFailure condition; `spec` are further API fields (`paused` ...).
    """
    chosen = dict(selector or {"app": labels_of(revisions[-1].template)["app"]})
    head = _head(name, namespace, revisions, created, annotations)
    top: Obj = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": head,
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": chosen},
            "template": revisions[-1].template,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            **spec,
        },
    }
    sets: list[Obj] = []
    pods: list[Obj] = []
    for number, revision in enumerate(revisions, 1):
        found, own = _replica_set(top, revision, number, replicas, chosen, admit)
        sets.append(found)
        pods.extend(own)
    top["status"] = _status(revisions, sets[-1], replicas, progress, failure)
    return Rollout(top, tuple(sets), tuple(pods))


def _head(
    name: str,
    namespace: str,
    revisions: Sequence[Revision],
    created: datetime,
    annotations: Mapping[str, str] | None,
) -> Obj:
    head = meta(
        name,
        namespace,
        created=created,
        labels=labels_of(revisions[-1].template),
        annotations={"deployment.kubernetes.io/revision": str(len(revisions)), **(annotations or {})},
        generation=len(revisions),
        kind="Deployment",
    )
    return head | {"managedFields": [_written("kubectl-client-side-apply", revisions[-1].created)]}


def _written(manager: str, at: datetime) -> Obj:
    found: Obj = {"manager": manager, "operation": "Update", "apiVersion": "apps/v1", "time": stamp(at)}
    template: Obj = {}
    return found | {"fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:template": template}}}


def _replica_set(
    top: Obj, revision: Revision, number: int, replicas: int, selector: Mapping[str, str], admit: Admit
) -> tuple[Obj, list[Obj]]:
    template, hash_ = _hashed(revision.template)
    name, namespace = f"{name_of(top)}-{hash_}", str(part(top, "metadata")["namespace"])
    head = meta(
        name,
        namespace,
        created=revision.created,
        labels=labels_of(template),
        annotations={
            "deployment.kubernetes.io/desired-replicas": str(replicas),
            "deployment.kubernetes.io/max-replicas": str(replicas + -(-replicas // 4)),
            "deployment.kubernetes.io/revision": str(number),
        },
        owner=owner_of(top),
        generation=1,
        kind="ReplicaSet",
    )
    found: Obj = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": head}
    found["spec"] = {
        "replicas": revision.replicas,
        "selector": {"matchLabels": {**selector, "pod-template-hash": hash_}},
        "template": template,
    }
    ready = sum(life.ready for life in revision.lives)
    found["status"] = {
        "replicas": len(revision.lives),
        "fullyLabeledReplicas": len(revision.lives),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "observedGeneration": 1,
    }
    return found, owned_pods(found, revision.lives, admit(template))


def owned_pods(owner: Obj, lives: Sequence[Life], template: Obj) -> list[Obj]:
    """The pods of a ReplicaSet, DaemonSet or Job."""
    base, reference = name_of(owner), owner_of(owner)
    namespace = str(part(owner, "metadata")["namespace"])
    return [
        pod(template, f"{base}-{suffix(5, base, str(index))}", namespace, life, owner=reference,
            generate_name=f"{base}-")
        for index, life in enumerate(lives)
    ]  # fmt: skip


def _hashed(template: Obj) -> tuple[Obj, str]:
    hash_ = template_hash(template)
    labels = {**labels_of(template), "pod-template-hash": hash_}
    return template | {"metadata": part(template, "metadata") | {"labels": labels}}, hash_


def _status(revisions: Sequence[Revision], newest: Obj, replicas: int, progress: Progress, failure: str) -> Obj:
    lives = [life for revision in revisions for life in revision.lives]
    ready = sum(life.ready for life in lives)
    wanted = sum(revision.replicas for revision in revisions)
    found: Obj = {
        "observedGeneration": len(revisions),
        "replicas": len(lives),
        "updatedReplicas": len(revisions[-1].lives),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, wanted - ready),
    }
    found = {key: value for key, value in found.items() if value}
    conditions = [
        _available(lives, revisions[-1].created, ready >= replicas - replicas // 4),
        _progressing(revisions, name_of(newest), progress),
    ]
    if failure:
        conditions.append(condition("ReplicaFailure", "True", revisions[-1].created, "FailedCreate", failure))
    return found | {"conditions": conditions}


def _available(lives: Sequence[Life], created: datetime, enough: bool) -> Obj:
    changed = max((life.ready_at for life in lives if life.ready_at), default=created)
    if enough:
        message = "Deployment has minimum availability."
        at = min((life.ready_at for life in lives if life.ready_at), default=created)
        return _updated("Available", "True", at, at, "MinimumReplicasAvailable", message)
    message = "Deployment does not have minimum availability."
    return _updated("Available", "False", changed, changed, "MinimumReplicasUnavailable", message)


def _progressing(revisions: Sequence[Revision], newest: str, progress: Progress) -> Obj:
    first, last = revisions[0].created, revisions[-1].created
    match progress:
        case "complete":
            message = f'ReplicaSet "{newest}" has successfully progressed.'
            return _updated("Progressing", "True", first, last + _ROLLED, "NewReplicaSetAvailable", message)
        case "progressing":
            message = f'ReplicaSet "{newest}" is progressing.'
            return _updated("Progressing", "True", first, last, "ReplicaSetUpdated", message)
        case "exceeded":
            message, at = f'ReplicaSet "{newest}" has timed out progressing.', last + _DEADLINE
            return _updated("Progressing", "False", at, at, "ProgressDeadlineExceeded", message)


def _updated(kind: str, status: str, at: datetime, updated: datetime, reason: str, message: str) -> Obj:
    return condition(kind, status, at, reason, message, lastUpdateTime=stamp(updated))
