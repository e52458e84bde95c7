"""What was changed in a window of time, by whom, and in which fields: read from the objects themselves.

Sources: ReplicaSets (the revisions of a Deployment), creation and deletion times, `managedFields`, taints and
conditions of nodes, and the last action of autoscalers. What controllers write all the time is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, overload

import msgspec

from midwatch.domain.hypothesis import Change
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.meta import KubeObject, ManagedFields
from midwatch.domain.kube.pods import PodTemplate
from midwatch.domain.kube.workloads import Deployment, HorizontalPodAutoscaler, ReplicaSet
from midwatch.domain.resource import Ref
from midwatch.knowledge._diff import differences

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_DERIVED = frozenset(
    {"Pod", "ReplicaSet", "Event", "Lease", "Endpoints", "EndpointSlice", "CSINode", "VolumeAttachment"}
)
_CONTROL_PLANE = frozenset(
    {"kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver", "cloud-controller-manager"}
)
_SAME_ACTION = timedelta(seconds=5)
"""How long after somebody's write the controllers may take to act on it."""


class _Window(NamedTuple):
    """A stretch of time, both ends included."""

    start: datetime
    end: datetime

    def has(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at <= self.end


def changes(inventory: Inventory, start: datetime, end: datetime) -> tuple[Change, ...]:
    """Everything changed from `start` to `end` (both included), in order of time, the newest last."""
    window = _Window(_aware(start), _aware(end))
    found = {each for each in _merged(inventory, window) if window.has(each.at)}
    return tuple(sorted(found, key=lambda each: (each.at or window.start, each.subject, each.what, each.fields)))


def _merged(inventory: Inventory, window: _Window) -> Iterator[Change]:
    """A rollout and the write that caused it are one change: it names the writer and lists the fields."""
    covered: dict[Ref, list[datetime]] = defaultdict(list)
    for deployment in inventory.all(Deployment):
        for rollout in _rollouts(inventory, deployment, window):
            covered[rollout.subject].extend([rollout.at] if rollout.at else [])
            yield rollout
    for found in inventory.by_ref.values():
        yield from _life(found)
        yield from (each for each in _writes(found) if not _is_covered(each, covered))
    for node in inventory.all(Node):
        yield from _of_node(node)
    for scaler in inventory.all(HorizontalPodAutoscaler):
        yield from _of_scaler(scaler)


def _is_covered(write: Change, covered: Mapping[Ref, Sequence[datetime]]) -> bool:
    return write.at is not None and any(
        timedelta() <= at - write.at <= _SAME_ACTION for at in covered.get(write.subject, ())
    )


def _rollouts(inventory: Inventory, deployment: Deployment, window: _Window) -> Iterator[Change]:
    """One change per revision but the first, with what its template changed against the one before."""
    owned = inventory.children.get(deployment.ref, ())
    revisions = sorted((each for each in owned if isinstance(each, ReplicaSet)), key=_revision)
    for before, after in pairwise(revisions):
        at = _rolled_out(deployment, before, after)
        if window.has(at):
            writer = _writer(deployment, at)
            what = f"rolled out revision {_revision(after)[0] or '?'}" + (f" (by {writer})" if writer else "")
            fields = differences(_template(before), _template(after), ".spec.template")
            yield Change(deployment.ref, at, what, fields)


def _revision(found: ReplicaSet) -> tuple[int, float, str]:
    text = found.metadata.annotations.get(_REVISION, "")
    created = _aware(found.metadata.creation_timestamp)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0, _seconds(created), found.name


def _rolled_out(deployment: Deployment, before: ReplicaSet, after: ReplicaSet) -> datetime | None:
    """When a revision came: its ReplicaSet's creation, unless a rollback took an older ReplicaSet up again."""
    created, earlier = _aware(after.metadata.creation_timestamp), _aware(before.metadata.creation_timestamp)
    if created is None or earlier is None or created >= earlier:
        return created
    writes = [
        time for each in deployment.metadata.managed_fields if _by_somebody(each) and (time := _aware(each.time))
    ]
    return max((each for each in writes if each >= earlier), default=None)


def _writer(deployment: Deployment, at: datetime | None) -> str:
    """Who wrote the Deployment just before a revision appeared."""
    near = [
        (time, each.manager)
        for each in deployment.metadata.managed_fields
        if at is not None and (time := _aware(each.time)) and timedelta() <= at - time <= _SAME_ACTION
        if _by_somebody(each)
    ]
    return max(near)[1] if near else ""


def _template(found: ReplicaSet) -> PodTemplate:
    """The template without the label that every ReplicaSet has its own of."""
    template = found.spec.template
    labels = {key: value for key, value in template.metadata.labels.items() if key != _HASH}
    metadata = msgspec.structs.replace(template.metadata, labels=labels, creation_timestamp=None)
    return msgspec.structs.replace(template, metadata=metadata)


def _life(found: KubeObject) -> Iterator[Change]:
    """Creation and deletion of what people or their tools made."""
    ref, metadata = found.ref, found.metadata
    if ref.kind in _DERIVED and metadata.owner_references:
        return
    created, deleted = _aware(metadata.creation_timestamp), _aware(metadata.deletion_timestamp)
    if created is not None and ref.kind not in _DERIVED and not metadata.owner_references:
        maker = next((each.manager for each in metadata.managed_fields if _aware(each.time) == created), "")
        yield Change(ref, created, f"created by {maker}" if maker else "created")
    if deleted is not None:
        grace = timedelta(seconds=min(max(metadata.deletion_grace_period_seconds or 0, 0), 86400))
        yield Change(ref, _before(deleted, grace), "deletion requested")


def _writes(found: KubeObject) -> Iterator[Change]:
    if found.ref.kind in _DERIVED:
        return
    created = _aware(found.metadata.creation_timestamp)
    for entry in found.metadata.managed_fields:
        time = _aware(entry.time)
        if time is not None and time != created and _by_somebody(entry):
            what = (
                "scaled"
                if entry.subresource == "scale"
                else "applied"
                if entry.operation == "Apply"
                else "updated"
            )
            yield Change(found.ref, time, f"{what} by {entry.manager or 'an unnamed client'}")


def _by_somebody(entry: ManagedFields) -> bool:
    """Whether a write is not the bookkeeping of the control plane."""
    if entry.subresource == "scale":
        return True
    return entry.subresource == "" and entry.manager not in _CONTROL_PLANE


def _of_node(node: Node) -> Iterator[Change]:
    for taint in node.spec.taints:
        if taint.time_added is not None:
            yield Change(node.ref, _aware(taint.time_added), f"tainted {taint.key}:{taint.effect}")
    for condition in node.status.conditions:
        if condition.last_transition_time is not None:
            why = f" ({condition.reason})" if condition.reason else ""
            what = f"condition {condition.type} became {condition.status}{why}"
            yield Change(node.ref, _aware(condition.last_transition_time), what)


def _of_scaler(scaler: HorizontalPodAutoscaler) -> Iterator[Change]:
    at, target = _aware(scaler.status.last_scale_time), scaler.spec.scale_target_ref
    if at is not None and target.kind and target.name:
        what = f"scaled to {scaler.status.desired_replicas} replicas by autoscaler {scaler.name}"
        yield Change(Ref(target.kind, scaler.namespace, target.name), at, what)


@overload
def _aware(time: datetime) -> datetime: ...
@overload
def _aware(time: datetime | None) -> datetime | None: ...
def _aware(time: datetime | None) -> datetime | None:
    """Times without a zone, as odd objects carry them, count as UTC."""
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=UTC)


def _seconds(time: datetime | None) -> float:
    return time.timestamp() if time is not None else 0.0


def _before(time: datetime, by: timedelta) -> datetime:
    """A time earlier by some; the beginning of time has no before."""
    try:
        return time - by
    except OverflowError:
        return time
