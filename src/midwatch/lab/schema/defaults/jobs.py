"""Defaults of Jobs and CronJobs.

Source: kubernetes/pkg/apis/batch/v1/defaults.go, kubernetes/pkg/registry/batch/job/strategy.go (generateSelector).
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.objects import Obj, labels_of, meta, name_of, part, uid_of
from midwatch.lab.schema.defaults.filling import changed, filled
from midwatch.lab.schema.defaults.pods import template

_JOB: dict[str, Any] = {
    "completionMode": "NonIndexed",
    "suspend": False,
    "podReplacementPolicy": "TerminatingOrFailed",
}
_CRON: dict[str, Any] = {
    "concurrencyPolicy": "Allow",
    "suspend": False,
    "successfulJobsHistoryLimit": 3,
    "failedJobsHistoryLimit": 1,
}
_UID, _NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"


def job(found: Obj) -> Obj:
    """A Job: with the selector and the pod labels that are made up for it."""
    found = _labelled(changed(found, "spec", job_spec))
    spec: Obj = found.get("spec") or {}
    if not uid_of(found) or spec.get("manualSelector") or not isinstance(spec.get("template"), dict):
        return found
    if part(spec, "selector").get("matchLabels"):
        return found
    wanted = {
        _UID: uid_of(found),
        _NAME: name_of(found),
        "controller-uid": uid_of(found),
        "job-name": name_of(found),
    }
    pod: Obj = spec["template"]
    marked: Obj = {**pod, "metadata": {**meta(pod), "labels": {**wanted, **labels_of(pod)}}}
    return {**found, "spec": {**spec, "selector": {"matchLabels": {_UID: uid_of(found)}}, "template": marked}}


def _labelled(found: Obj) -> Obj:
    pod = part(found, "spec", "template")
    if labels_of(found) or not labels_of(pod):
        return found
    return {**found, "metadata": {**found["metadata"], "labels": labels_of(pod)}}


def job_spec(found: Obj) -> Obj:
    """The spec of a Job, or of a CronJob's jobs."""
    wanted = dict(_JOB)
    if found.get("podFailurePolicy"):
        wanted["podReplacementPolicy"] = "Failed"
    wanted |= {"backoffLimit": 2**31 - 1 if found.get("backoffLimitPerIndex") is not None else 6}
    if found.get("completions") is None and found.get("parallelism") is None:
        wanted |= {"completions": 1, "parallelism": 1}
    return changed(filled(found, {"parallelism": 1, **wanted}), "template", template)


def cron_job(found: Obj) -> Obj:
    """A CronJob."""

    def fill(piece: Obj) -> Obj:
        return changed(filled(piece, _CRON), "jobTemplate", lambda inner: changed(inner, "spec", _bare_job_spec))

    return changed(found, "spec", fill)


def _bare_job_spec(found: Obj) -> Obj:
    """In a CronJob's template only the pods' part is filled in."""
    return changed(found, "template", template)
