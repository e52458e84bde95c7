"""Controllers: deployments, replica sets, stateful sets, daemon sets, jobs, cron jobs."""

from __future__ import annotations

import re

from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.get.rows import columns, template_containers
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import before
from midwatch.sources.kubectl_text.values import boolean, fraction, integer, put, text

_OF = re.compile(r"(\d+)/1 of (\d+)")
_JOB_CONDITIONS = frozenset({"Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"})


def _ready(row: Row, made: Obj, _reader: Reader) -> None:
    counted = fraction(row("READY"))
    if counted:
        put(made, "status.readyReplicas", counted[0])
        put(made, "spec.replicas", counted[1])


def _completions(row: Row, made: Obj, _reader: Reader) -> None:
    cell = row("COMPLETIONS").strip()
    counted, parallel = fraction(cell), _OF.fullmatch(cell)
    if counted:
        put(made, "status.succeeded", counted[0])
        put(made, "spec.completions", counted[1])
    elif parallel:
        put(made, "status.succeeded", int(parallel[1]))
        put(made, "spec.parallelism", int(parallel[2]))
    if row("STATUS") in _JOB_CONDITIONS:
        put(made, "status.conditions", [{"type": row("STATUS"), "status": "True"}])


def _schedule(row: Row, made: Obj, reader: Reader) -> None:
    last = before(reader.now, row("LAST SCHEDULE"))
    if last:
        put(made, "status.lastScheduleTime", last)


deployment = columns(
    {
        "UP-TO-DATE": ("status.updatedReplicas", integer),
        "AVAILABLE": ("status.availableReplicas", integer),
        "SELECTOR": ("spec.selector", labels.selector),
    },
    _ready,
    template_containers,
)
replica_set = columns(
    {
        "DESIRED": ("spec.replicas", integer),
        "CURRENT": ("status.replicas", integer),
        "READY": ("status.readyReplicas", integer),
        "SELECTOR": ("spec.selector", labels.selector),
    },
    template_containers,
)
replication_controller = columns(
    {
        "DESIRED": ("spec.replicas", integer),
        "CURRENT": ("status.replicas", integer),
        "READY": ("status.readyReplicas", integer),
        "SELECTOR": ("spec.selector", labels.comma_pairs),
    },
    template_containers,
)
stateful_set = columns({}, _ready, template_containers)
daemon_set = columns(
    {
        "DESIRED": ("status.desiredNumberScheduled", integer),
        "CURRENT": ("status.currentNumberScheduled", integer),
        "READY": ("status.numberReady", integer),
        "UP-TO-DATE": ("status.updatedNumberScheduled", integer),
        "AVAILABLE": ("status.numberAvailable", integer),
        "NODE SELECTOR": ("spec.template.spec.nodeSelector", labels.comma_pairs),
        "SELECTOR": ("spec.selector", labels.selector),
    },
    template_containers,
)
job = columns({"SELECTOR": ("spec.selector", labels.selector)}, _completions, template_containers)
cron_job = columns(
    {
        "SCHEDULE": ("spec.schedule", text),
        "TIMEZONE": ("spec.timeZone", text),
        "SUSPEND": ("spec.suspend", boolean),
    },
    _schedule,
)
