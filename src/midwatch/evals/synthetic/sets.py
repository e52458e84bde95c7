"""StatefulSets, DaemonSets, Jobs and CronJobs with their pods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from midwatch.evals.synthetic.pods import Life, pod
from midwatch.evals.synthetic.values import (
    Obj,
    condition,
    labels_of,
    meta,
    name_of,
    owner_of,
    part,
    parts,
    resource,
    stamp,
    template_hash,
    uid,
)
from midwatch.evals.synthetic.workloads import Admit, as_is, owned_pods


def stateful_set(
    name: str,
    namespace: str,
    template: Obj,
    lives: Sequence[Life],
    *,
    replicas: int,
    created: datetime,
    service: str,
    claims: Sequence[Obj] = (),
    admit: Admit = as_is,
) -> list[Obj]:
    """A StatefulSet and its pods; `claims` are its volumeClaimTemplates (see `storage.claim_template`)."""
    labels = dict(labels_of(template))
    revision, ready = f"{name}-{template_hash(template)}", sum(life.ready for life in lives)
    spec: Obj = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": labels["app"]}},
        "template": template,
        "serviceName": service,
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
        "revisionHistoryLimit": 10,
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
    }
    if claims:
        spec["volumeClaimTemplates"] = list(claims)
    counts: Obj = {"replicas": len(lives), "readyReplicas": ready, "availableReplicas": ready}
    counts |= {"currentReplicas": len(lives), "updatedReplicas": len(lives)}
    head = meta(name, namespace, created=created, labels=labels, generation=1, kind="StatefulSet")
    found: Obj = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": head, "spec": spec}
    status: Obj = {"observedGeneration": 1, **counts, "currentRevision": revision, "updateRevision": revision}
    found["status"] = status | {"collisionCount": 0}
    full = admit(template)
    pods = [
        _ordinal(found, full, index, life, [str(part(each, "metadata")["name"]) for each in claims])
        for index, life in enumerate(lives)
    ]
    return [found, *pods]


def _ordinal(owner: Obj, template: Obj, index: int, life: Life, volumes: Sequence[str]) -> Obj:
    name, namespace = f"{name_of(owner)}-{index}", str(part(owner, "metadata")["namespace"])
    extra = {
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(index),
        "controller-revision-hash": str(part(owner, "status")["currentRevision"]),
    }
    spec = part(template, "spec")
    mounted = [{"name": v, "persistentVolumeClaim": {"claimName": f"{v}-{name}"}} for v in volumes]
    own: list[object] = [*mounted, *parts(spec, "volumes")]
    full: Obj = {
        "metadata": part(template, "metadata") | {"labels": {**labels_of(template), **extra}},
        "spec": {**spec, "hostname": name, "subdomain": part(owner, "spec")["serviceName"], "volumes": own},
    }
    return pod(full, name, namespace, life, owner=owner_of(owner), generate_name=f"{name_of(owner)}-")


def daemon_set(
    name: str, namespace: str, template: Obj, lives: Sequence[Life], *, created: datetime, admit: Admit = as_is
) -> list[Obj]:
    """A DaemonSet and its pods, one for each life."""
    labels, total, ready = dict(labels_of(template)), len(lives), sum(life.ready for life in lives)
    head = meta(name, namespace, created=created, labels=labels, generation=1, kind="DaemonSet")
    found: Obj = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": head}
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    found["spec"] = {"selector": {"matchLabels": labels}, "template": template, "updateStrategy": rolling}
    status: Obj = {
        "observedGeneration": 1,
        "desiredNumberScheduled": total,
        "currentNumberScheduled": total,
        "updatedNumberScheduled": total,
        "numberMisscheduled": 0,
        "numberReady": ready,
        "numberAvailable": ready,
    }
    found["status"] = status if ready == total else status | {"numberUnavailable": total - ready}
    revision = {"controller-revision-hash": template_hash(template), "pod-template-generation": "1"}
    full = admit(template)
    full = full | {"metadata": part(full, "metadata") | {"labels": labels | revision}}
    return [found, *owned_pods(found, lives, full)]


def job(
    name: str,
    namespace: str,
    template: Obj,
    lives: Sequence[Life],
    *,
    created: datetime,
    owner: Obj | None = None,
    finished: datetime | None = None,
    failure: tuple[str, str] | None = None,
    admit: Admit = as_is,
    **more: object,
) -> list[Obj]:
    """A Job and its pods. `finished` ends it well, or badly with `failure` (reason, message)."""
    labels = {**labels_of(template), "batch.kubernetes.io/job-name": name, "job-name": name}
    control = uid("Job", namespace, name)
    labels |= {"batch.kubernetes.io/controller-uid": control, "controller-uid": control}
    head = meta(name, namespace, created=created, labels=labels, owner=owner, generation=1, kind="Job")
    full = template | {"metadata": part(template, "metadata") | {"labels": labels}}
    spec: Obj = {"parallelism": 1, "completions": 1, "backoffLimit": 6, "completionMode": "NonIndexed", **more}
    spec |= {"suspend": more.get("suspend", False), "manualSelector": False}
    spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": control}}
    found: Obj = {"apiVersion": "batch/v1", "kind": "Job", "metadata": head, "spec": spec | {"template": full}}
    found["status"] = _job_status(lives, created, finished, failure)
    return [found, *owned_pods(found, lives, admit(full))]


def _job_status(
    lives: Sequence[Life], created: datetime, finished: datetime | None, failure: tuple[str, str] | None
) -> Obj:
    phases = [life.phase for life in lives]
    found: Obj = {"startTime": stamp(created), "ready": 0, "terminating": 0}
    active = len(lives) - phases.count("Succeeded") - phases.count("Failed")
    counts = {"active": active, "succeeded": phases.count("Succeeded"), "failed": phases.count("Failed")}
    found |= {key: value for key, value in counts.items() if value}
    if finished is None:
        return found
    probed = stamp(finished)
    if failure is not None:
        return found | {
            "conditions": [
                condition(kind, "True", finished, *failure, lastProbeTime=probed)
                for kind in ("FailureTarget", "Failed")
            ]
        }
    message = "Reached expected number of succeeded pods"
    return found | {
        "completionTime": stamp(finished),
        "conditions": [
            condition(kind, "True", finished, "CompletionsReached", message, lastProbeTime=probed)
            for kind in ("SuccessCriteriaMet", "Complete")
        ],
    }


def cron_job(
    name: str,
    namespace: str,
    template: Obj,
    *,
    schedule: str,
    created: datetime,
    last: datetime | None,
    succeeded: datetime | None,
    active: Sequence[Obj] = (),
    **more: object,
) -> Obj:
    """A CronJob; its Jobs are made by `job` with `owner=owner_of(...)`."""
    spec: Obj = {
        "schedule": schedule,
        "concurrencyPolicy": "Forbid",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
        **more,
        "jobTemplate": {"metadata": {}, "spec": {"backoffLimit": 6, "template": template}},
    }
    status: Obj = {}
    if active:
        status["active"] = [
            {"apiVersion": "batch/v1", "kind": "Job", "name": name_of(each), "namespace": namespace}
            for each in active
        ]
    for key, at in (("lastScheduleTime", last), ("lastSuccessfulTime", succeeded)):
        if at is not None:
            status[key] = stamp(at)
    labels = labels_of(template)
    return resource(
        "batch/v1", "CronJob", name, namespace, created=created, labels=labels, spec=spec, status=status
    )


def job_name(cron: str, scheduled: datetime) -> str:
    """The name a CronJob gives to the Job of a time: minutes since 1970."""
    return f"{cron}-{int(scheduled.timestamp() // timedelta(minutes=1).total_seconds())}"
