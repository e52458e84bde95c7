"""The ReplicaSets of a Deployment: which is the new one, and what their annotations say.

`kubectl rollout history`, `undo` and `status` read nothing but these annotations.
Source: kubernetes/pkg/controller/deployment/util/deployment_util.go (SetNewReplicaSetAnnotations).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.deployment.reading import (
    DESIRED,
    HASH,
    HISTORY,
    MAXIMUM,
    REVISION,
    oldest_first,
    replicas,
    revision_of,
    same_template,
    surge_and_unavailable,
)
from midwatch.lab.controllers.workloads.shared.hashing import content_hash
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    labels_of,
    meta,
    name_of,
    namespace_of,
    owner_reference,
    spec,
    status,
)

_SKIPPED = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
        REVISION,
        HISTORY,
        DESIRED,
        MAXIMUM,
    }
)
_LONGEST = 2000
"""Most characters of the history of revisions (maxRevHistoryLengthInChars)."""


def split(deployment: Obj, sets: Sequence[Obj]) -> tuple[Obj | None, list[Obj]]:
    """(The ReplicaSet whose template is the Deployment's, all others), oldest first."""
    ordered = oldest_first(sets)
    new = next((each for each in ordered if same_template(deployment, each)), None)
    return new, [each for each in ordered if each is not new]


def size_annotations(deployment: Obj) -> dict[str, str]:
    """How many pods the Deployment wants, and may have during an update."""
    wanted = replicas(deployment)
    return {DESIRED: str(wanted), MAXIMUM: str(wanted + surge_and_unavailable(deployment)[0])}


def annotated(deployment: Obj, replica_set: Obj, revision: int, *, exists: bool) -> dict[str, str]:
    """The annotations that the new ReplicaSet should have: the Deployment's, its revision and earlier ones."""
    found = dict(annotations_of(replica_set))
    old = revision_of(replica_set)
    found |= {key: value for key, value in annotations_of(deployment).items() if key not in _SKIPPED}
    if old < revision:
        found[REVISION] = str(revision)
        if old:
            found[HISTORY] = _extended(found.get(HISTORY, ""), str(old))
    return found if exists else {**found, **size_annotations(deployment)}


def new_replica_set(deployment: Obj, count: int, revision: int) -> Obj:
    """The ReplicaSet for the Deployment's template."""
    template: Obj = spec(deployment).get("template") or {}
    digest = content_hash(template, status(deployment).get("collisionCount"))
    labels: dict[str, str] = {**labels_of(template), HASH: digest}
    selector: Obj = spec(deployment).get("selector") or {}
    head: Obj = {
        "name": f"{name_of(deployment)}-{digest}",
        "namespace": namespace_of(deployment),
        "labels": labels,
        "ownerReferences": [owner_reference(deployment)],
    }
    body: Obj = {
        "replicas": count,
        "selector": {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), HASH: digest}},
        "template": {**template, "metadata": {**meta(template), "labels": labels}},
    }
    if wait := spec(deployment).get("minReadySeconds"):
        body["minReadySeconds"] = wait
    found: Obj = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": head, "spec": body}
    annotations = annotated(deployment, found, revision, exists=False)
    return {**found, "metadata": {**head, "annotations": annotations}}


def _extended(history: str, old: str) -> str:
    entries = [*history.split(","), old] if history else [old]
    while len(",".join(entries)) > _LONGEST and len(entries) > 1:
        entries.pop(0)
    return ",".join(entries)
