"""kube_deployment_*, kube_replicaset_*, kube_statefulset_*, kube_daemonset_*, kube_job_*, kube_cronjob_*, HPAs.

Source: kube-state-metrics/internal/store/*.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.objects import Obj, controller_of, meta, spec, status
from midwatch.lab.telemetry.kube_state.series import About, Sample, conditions, moment


def deployment_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a Deployment."""
    about, body, now = About(found, "deployment"), spec(found), status(found)
    yield from about.each(
        "kube_deployment",
        {
            "created": moment(meta(found).get("creationTimestamp")),
            "metadata_generation": meta(found).get("generation"),
            "spec_replicas": body.get("replicas", 1),
            "spec_paused": bool(body.get("paused")),
            "status_replicas": now.get("replicas", 0),
            "status_replicas_ready": now.get("readyReplicas", 0),
            "status_replicas_available": now.get("availableReplicas", 0),
            "status_replicas_unavailable": now.get("unavailableReplicas", 0),
            "status_replicas_updated": now.get("updatedReplicas", 0),
            "status_observed_generation": now.get("observedGeneration", 0),
        },
    )
    yield from conditions(about, "kube_deployment_status_condition", now.get("conditions") or ())


def replica_set_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a ReplicaSet."""
    about, body, now = About(found, "replicaset"), spec(found), status(found)
    owner = controller_of(found) or {}
    yield from about.sample(
        "kube_replicaset_owner",
        1,
        owner_kind=str(owner.get("kind") or ""),
        owner_name=str(owner.get("name") or ""),
        owner_is_controller="true" if owner else "",
    )
    yield from about.each(
        "kube_replicaset",
        {
            "spec_replicas": body.get("replicas", 1),
            "status_replicas": now.get("replicas", 0),
            "status_ready_replicas": now.get("readyReplicas", 0),
        },
    )


def stateful_set_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a StatefulSet."""
    about, now = About(found, "statefulset"), status(found)
    yield from about.each(
        "kube_statefulset",
        {
            "metadata_generation": meta(found).get("generation"),
            "replicas": spec(found).get("replicas", 1),
            "status_replicas": now.get("replicas", 0),
            "status_replicas_ready": now.get("readyReplicas", 0),
            "status_replicas_available": now.get("availableReplicas", 0),
            "status_replicas_updated": now.get("updatedReplicas", 0),
            "status_observed_generation": now.get("observedGeneration", 0),
        },
    )


def daemon_set_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a DaemonSet."""
    about, now = About(found, "daemonset"), status(found)
    yield from about.each(
        "kube_daemonset",
        {
            "metadata_generation": meta(found).get("generation"),
            "status_desired_number_scheduled": now.get("desiredNumberScheduled", 0),
            "status_current_number_scheduled": now.get("currentNumberScheduled", 0),
            "status_number_ready": now.get("numberReady", 0),
            "status_number_available": now.get("numberAvailable", 0),
            "status_number_unavailable": now.get("numberUnavailable", 0),
            "status_number_misscheduled": now.get("numberMisscheduled", 0),
            "status_updated_number_scheduled": now.get("updatedNumberScheduled", 0),
            "status_observed_generation": now.get("observedGeneration", 0),
        },
    )


def job_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a Job."""
    about, now = About(found, "job_name"), status(found)
    owner = controller_of(found) or {}
    kind, name = str(owner.get("kind") or ""), str(owner.get("name") or "")
    yield from about.sample("kube_job_owner", 1, owner_kind=kind, owner_name=name)
    yield from about.each(
        "kube_job",
        {
            "spec_completions": spec(found).get("completions"),
            "status_active": now.get("active", 0),
            "status_succeeded": now.get("succeeded", 0),
            "status_failed": now.get("failed", 0),
            "status_start_time": moment(now.get("startTime")),
            "status_completion_time": moment(now.get("completionTime")),
        },
    )
    ended: Sequence[Obj] = now.get("conditions") or ()
    for each in ended:
        family = {"Failed": "kube_job_failed", "Complete": "kube_job_complete"}.get(str(each["type"]))
        if family is not None:
            yield from about.sample(family, each.get("status") == "True", condition="true")


def cron_job_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a CronJob."""
    about, now = About(found, "cronjob"), status(found)
    active: Sequence[Obj] = now.get("active") or ()
    yield from about.each(
        "kube_cronjob",
        {
            "spec_suspend": bool(spec(found).get("suspend")),
            "status_active": len(active),
            "status_last_schedule_time": moment(now.get("lastScheduleTime")),
            "status_last_successful_time": moment(now.get("lastSuccessfulTime")),
        },
    )


def hpa_samples(found: Obj) -> Iterator[Sample]:
    """All samples of a HorizontalPodAutoscaler."""
    about, body, now = About(found, "horizontalpodautoscaler"), spec(found), status(found)
    yield from about.each(
        "kube_horizontalpodautoscaler",
        {
            "spec_max_replicas": body.get("maxReplicas"),
            "spec_min_replicas": body.get("minReplicas", 1),
            "status_current_replicas": now.get("currentReplicas", 0),
            "status_desired_replicas": now.get("desiredReplicas", 0),
        },
    )
    yield from conditions(about, "kube_horizontalpodautoscaler_status_condition", now.get("conditions") or ())
