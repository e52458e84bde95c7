"""Controllers: deployments, replica sets, stateful sets, daemon sets, jobs, cron jobs."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds, labels
from midwatch.sources.kubectl_text.describe.common import COMMON, annotation_lines, label_lines
from midwatch.sources.kubectl_text.describe.grids import conditions
from midwatch.sources.kubectl_text.describe.pods import template
from midwatch.sources.kubectl_text.describe.sections import (
    Handler,
    Section,
    apply,
    fields,
    ignore,
    keys_at,
    scalar,
    scalars,
    split,
)
from midwatch.sources.kubectl_text.objects import frame, owner
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import access_modes, boolean, integer, listing, port, put, text, word

_COUNT = re.compile(r"(\d{1,9}) (\w+)")
_ROLLING = re.compile(r"(\S+) max unavailable, (\S+) max surge")
_CREATED = re.compile(r"(\S+) \((\d{1,9})/(\d{1,9}) replicas created\)")
_PODS = re.compile(r"(\d{1,9}) Active(?: \((\d{1,9}) Ready\))? / (\d{1,9}) Succeeded / (\d{1,9}) Failed")
_REPLICAS = {
    "desired": "spec.replicas",
    "updated": "status.updatedReplicas",
    "total": "status.replicas",
    "current": "status.replicas",
    "available": "status.availableReplicas",
    "unavailable": "status.unavailableReplicas",
}


def _replicas(section: Section, obj: Obj, reader: Reader) -> None:
    """`3 desired | 3 updated | 3 total | 2 available | 1 unavailable`, `2 current / 3 desired`."""
    counts = _COUNT.findall(section.value)
    for number, name in counts:
        if name in _REPLICAS:
            put(obj, _REPLICAS[name], int(number))
    if not counts:
        reader.odd(section.number, f"Replicas: {section.value}")


def _rolling(section: Section, obj: Obj, reader: Reader) -> None:
    match = _ROLLING.fullmatch(section.value.strip())
    if match is None:
        reader.odd(section.number, f"{section.key}: {section.value}")
        return
    made: Obj = {"maxUnavailable": port(match[1]), "maxSurge": port(match[2])}
    put(obj, "spec.strategy.rollingUpdate", made)


def _replica_sets(section: Section, obj: Obj, reader: Reader) -> None:
    """`web-5f7d8 (1/1 replicas created)`: replica sets that the deployment controls, with their sizes."""
    name, namespace = word(obj, "metadata", "name"), word(obj, "metadata", "namespace")
    for found, current, desired in _CREATED.findall(section.value):
        made = frame(kinds.of("ReplicaSet"), found, namespace)
        put(made, "metadata.ownerReferences", [owner(f"Deployment/{name}")])
        put(made, "spec.replicas", int(desired))
        put(made, "status.replicas", int(current))
        reader.extra.append(made)


def _update_strategy(section: Section, obj: Obj, reader: Reader) -> None:
    put(obj, "spec.updateStrategy.type", section.value)
    handlers = {
        "Partition": scalar("spec.updateStrategy.rollingUpdate.partition", integer),
        "MaxUnavailable": scalar("spec.updateStrategy.rollingUpdate.maxUnavailable", port),
    }
    fields(section, 2, handlers, obj, reader)


_CLAIM: dict[str, Handler] = {
    "Name": scalar("metadata.name"),
    "StorageClass": scalar("spec.storageClassName"),
    "Labels": label_lines("metadata.labels"),
    "Annotations": annotation_lines("metadata.annotations"),
    "Capacity": scalar("spec.resources.requests.storage"),
    "Access Modes": scalar("spec.accessModes", access_modes),
}


def _volume_claims(section: Section, obj: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    made: Obj = {}
    for part in split(section.body, section.number + 1, keys_at(2, tuple(_CLAIM)), again=True):
        if part.key == "Name":
            made = {}
            found.append(made)
        apply([part], _CLAIM, made, reader)
    if found:
        put(obj, "spec.volumeClaimTemplates", found)


def _job_pods(section: Section, obj: Obj, reader: Reader) -> None:
    match = _PODS.match(section.value)
    if match is None:
        reader.odd(section.number, f"{section.key}: {section.value}")
        return
    for path, count in zip(("active", "ready", "succeeded", "failed"), match.groups(), strict=True):
        if count is not None:
            put(obj, f"status.{path}", int(count))


def _active(section: Section, obj: Obj, _reader: Reader) -> None:
    namespace = word(obj, "metadata", "namespace")
    found: list[JSON] = [
        {"kind": "Job", "name": name, "namespace": namespace} for name in listing(section.value) or []
    ]
    if found:
        put(obj, "status.active", found)


_TEMPLATE: dict[str, Handler] = {**COMMON, "Pod Template": template()}
DEPLOYMENT: dict[str, Handler] = {
    **_TEMPLATE,
    **scalars(
        {
            "Selector": ("spec.selector", labels.selector),
            "StrategyType": ("spec.strategy.type", text),
            "MinReadySeconds": ("spec.minReadySeconds", integer),
            "Paused": ("spec.paused", boolean),
        }
    ),
    "Replicas": _replicas,
    "RollingUpdateStrategy": _rolling,
    "Conditions": conditions(),
    "OldReplicaSets": _replica_sets,
    "NewReplicaSet": _replica_sets,
}
REPLICA_SET: dict[str, Handler] = {
    **_TEMPLATE,
    "Selector": scalar("spec.selector", labels.selector),
    "Replicas": _replicas,
    "Pods Status": ignore,
    "Conditions": conditions(),
}
REPLICATION_CONTROLLER: dict[str, Handler] = {
    **REPLICA_SET,
    "Selector": scalar("spec.selector", labels.comma_pairs),
}
STATEFUL_SET: dict[str, Handler] = {
    **REPLICA_SET,
    "Update Strategy": _update_strategy,
    "Volume Claims": _volume_claims,
}
DAEMON_SET: dict[str, Handler] = {
    **_TEMPLATE,
    **scalars(
        {
            "Selector": ("spec.selector", labels.selector),
            "Desired Number of Nodes Scheduled": ("status.desiredNumberScheduled", integer),
            "Current Number of Nodes Scheduled": ("status.currentNumberScheduled", integer),
            "Number of Nodes Scheduled with Up-to-date Pods": ("status.updatedNumberScheduled", integer),
            "Number of Nodes Scheduled with Available Pods": ("status.numberAvailable", integer),
            "Number of Nodes Misscheduled": ("status.numberMisscheduled", integer),
        }
    ),
    "Node-Selector": ignore,
    "Pods Status": ignore,
}
JOB: dict[str, Handler] = {
    **_TEMPLATE,
    **scalars(
        {
            "Selector": ("spec.selector", labels.selector),
            "Parallelism": ("spec.parallelism", integer),
            "Completions": ("spec.completions", integer),
            "Completion Mode": ("spec.completionMode", text),
            "Suspend": ("spec.suspend", boolean),
            "Backoff Limit": ("spec.backoffLimit", integer),
            "TTL Seconds After Finished": ("spec.ttlSecondsAfterFinished", integer),
            "Start Time": ("status.startTime", stamp),
            "Completed At": ("status.completionTime", stamp),
            "Active Deadline Seconds": ("spec.activeDeadlineSeconds", integer),
            "Completed Indexes": ("status.completedIndexes", text),
        }
    ),
    "Duration": ignore,
    "Pods Statuses": _job_pods,
}
_JOB_SPEC = "spec.jobTemplate.spec"
CRON_JOB: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "Schedule": ("spec.schedule", text),
            "Concurrency Policy": ("spec.concurrencyPolicy", text),
            "Suspend": ("spec.suspend", boolean),
            "Time Zone": ("spec.timeZone", text),
            "Successful Job History Limit": ("spec.successfulJobsHistoryLimit", integer),
            "Failed Job History Limit": ("spec.failedJobsHistoryLimit", integer),
            "Starting Deadline Seconds": ("spec.startingDeadlineSeconds", integer),
            "Selector": (f"{_JOB_SPEC}.selector", labels.selector),
            "Parallelism": (f"{_JOB_SPEC}.parallelism", integer),
            "Completions": (f"{_JOB_SPEC}.completions", integer),
            "Active Deadline Seconds": (f"{_JOB_SPEC}.activeDeadlineSeconds", integer),
            "Last Schedule Time": ("status.lastScheduleTime", stamp),
        }
    ),
    "Pod Template": template(f"{_JOB_SPEC}.template"),
    "Active Jobs": _active,
}
