"""Jobs: pods until enough of them succeed, or too many fail.

Source: kubernetes/pkg/controller/job/job_controller.go (syncJob, trackJobStatusAndRemoveFinalizers).
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.job.backoff import Record
from midwatch.lab.controllers.workloads.job.census import Census, ready, take, terminating
from midwatch.lab.controllers.workloads.job.conditions import EXHAUSTED, LATE, REACHED, Outcome, decided, ensure
from midwatch.lab.controllers.workloads.job.indexes import write
from midwatch.lab.controllers.workloads.job.pods import create, missing, remove, surplus
from midwatch.lab.controllers.workloads.job.policy import judge
from midwatch.lab.controllers.workloads.job.reading import (
    FINALIZER,
    backoff_limit,
    completions,
    finished,
    has_failed,
    is_indexed,
    is_suspended,
    is_tracked,
)
from midwatch.lab.controllers.workloads.shared.claims import claim
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.creation import delete_pod
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.pods import is_active, phase_of
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import JOB, POD
from midwatch.lab.core.objects import Obj, controller_of, is_deleted, seconds, spec, stamp, status, uid_of
from midwatch.lab.core.store import Change

_BATCH = 1.0
"""Seconds in which changes of pods are gathered (syncJobBatchPeriod)."""


class Jobs:
    """The controller of Jobs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "job-controller")
        self._queue = self._desk.queue(self._sync, base=1.0, most=60.0)
        self._strays = self._desk.queue(self._let_go)
        self._records: dict[str, Record] = {}
        wake_for(self._desk, JOB, self._queue.add)
        context.pods.route(JOB, lambda key: self._queue.add(key, _BATCH))
        context.env.store.watch(self._pod_changed, POD)
        context.env.store.watch(self._job_changed, JOB)

    def _pod_changed(self, change: Change) -> None:
        """A pod must not wait for a Job that is gone. Source: syncOrphanPod."""
        pod = change.new
        if change.type != "DELETED" and is_deleted(pod) and is_tracked(pod):
            self._strays.add(key_of(pod), _BATCH)

    def _job_changed(self, change: Change) -> None:
        if change.type == "DELETED":
            self._records.pop(uid_of(change.new), None)
            for each in self._context.pods.of(uid_of(change.new)):
                self._strays.add(key_of(each))

    def _let_go(self, key: Key) -> None:
        pod = self._desk.store.get(POD, *key)
        if pod is None or not is_tracked(pod):
            return
        owner = controller_of(pod)
        job = self._desk.store.get(JOB, key[0], owner["name"]) if owner is not None else None
        if owner is None or job is None or uid_of(job) != owner["uid"] or finished(job) is not None:
            self._desk.registry.finalize(POD, pod, FINALIZER)

    def _sync(self, key: Key) -> None:
        job = self._desk.store.get(JOB, *key)
        if job is None or finished(job) is not None:
            return
        claim(self._desk, job, self._context.pods)
        census = take(job, self._context.pods.of(uid_of(job)))
        now = self._desk.clock.now
        body: Obj = {**status(job)}
        if "startTime" not in body and not is_suspended(job):
            body["startTime"] = stamp(now)
        job = {**job, "status": body}
        record = self._records.get(uid_of(job), Record()).after(census.new_succeeded, census.new_failed)
        self._records[uid_of(job)] = record
        conditions: list[Obj] = list(body.get("conditions") or ())
        outcome = decided(conditions) or self._failure(job, census)
        error: ApiError | None = None
        if outcome is not None:
            self._end_active(job, census)
        else:
            error = self._manage(job, census, record)
            outcome = self._success(job, census)
            if outcome is None:
                conditions = self._suspension(job, body, conditions)
        self._track(job, census, {**body, "conditions": conditions}, outcome)
        if error is not None:
            raise error

    def _failure(self, job: Obj, census: Census) -> Outcome | None:
        failed = [each for each in census.pods if has_failed(job, each)]
        for verdict in (judge(job, each) for each in failed):
            if verdict.action == "FailJob":
                return Outcome(False, "PodFailurePolicy", verdict.message)
        if census.failed > backoff_limit(job) or self._restarted_too_often(job, census):
            return EXHAUSTED
        limit: int | None = spec(job).get("activeDeadlineSeconds")
        began = status(job).get("startTime")
        if limit is None or began is None or is_suspended(job):
            return None
        left = seconds(began) + limit - self._desk.clock.now
        if left <= 0:
            return LATE
        self._queue.add(key_of(job), left)
        return None

    def _restarted_too_often(self, job: Obj, census: Census) -> bool:
        """Source: pastBackoffLimitOnFailure."""
        body = spec(spec(job).get("template") or {})
        if body.get("restartPolicy") != "OnFailure":
            return False
        running = [each for each in census.pods if phase_of(each) in ("Running", "Pending")]
        parts = ("initContainerStatuses", "containerStatuses")
        count = sum(
            int(each.get("restartCount") or 0)
            for pod in running
            for part in parts
            for each in status(pod).get(part) or ()
        )
        return count > 0 if backoff_limit(job) == 0 else count >= backoff_limit(job)

    def _end_active(self, job: Obj, census: Census) -> None:
        for each in census.active:
            delete_pod(self._desk, job, each)

    def _manage(self, job: Obj, census: Census, record: Record) -> ApiError | None:
        if is_deleted(job):
            return None
        extra = surplus(job, census, self._desk.clock.now)
        if extra:
            remove(self._desk, job, extra)
            return None
        count = missing(job, census)
        if count == 0 or is_suspended(job):
            return None
        wait = record.remaining(self._desk.clock.now)
        if wait > 0:
            self._queue.add(key_of(job), wait)
            return None
        return create(self._desk, job, census, count)

    def _success(self, job: Obj, census: Census) -> Outcome | None:
        limit = completions(job)
        active = any(is_active(each) for each in self._context.pods.of(uid_of(job)))
        enough = census.succeeded > 0 if limit is None else census.succeeded >= limit
        return REACHED if enough and not active else None

    def _suspension(self, job: Obj, body: Obj, conditions: list[Obj]) -> list[Obj]:
        now = self._desk.clock.now
        if is_deleted(job):
            return conditions
        if is_suspended(job):
            changed = ensure(conditions, "Suspended", "True", "JobSuspended", "Job suspended", now)
            reason, text = "Suspended", "Job suspended"
        else:
            changed = ensure(conditions, "Suspended", "False", "JobResumed", "Job resumed", now)
            reason, text = "Resumed", "Job resumed"
        if changed != conditions:
            self._desk.normal(job, reason, text)
            if reason == "Resumed":
                body["startTime"] = stamp(now)
        return changed

    def _track(self, job: Obj, census: Census, body: Obj, outcome: Outcome | None) -> None:
        """Count what ended, let go of it, and write the status; the end comes when no pod is left terminating."""
        now = self._desk.clock.now
        counted = [*census.new_succeeded, *census.new_failed]
        failed = census.failed
        pods = self._context.pods.of(uid_of(job))
        if outcome is not None or is_deleted(job):
            known = {uid_of(each) for each in counted}
            rest = [each for each in pods if is_tracked(each) and uid_of(each) not in known]
            if outcome is not None and not outcome.succeeded:
                failed += len(rest)
            counted += rest
        body = self._counts(job, census, body, failed)
        if outcome is not None:
            found: list[Obj] = body["conditions"]
            body["conditions"] = ensure(found, outcome.verdict, "True", outcome.reason, outcome.message, now)
        self._desk.registry.update_status(JOB, {**job, "status": self._alive(job, body)})
        for each in counted:
            self._desk.registry.finalize(POD, each, FINALIZER)
        body = self._alive(job, body)
        if outcome is not None and not body.get("terminating"):
            found = ensure(body["conditions"], outcome.final, "True", outcome.reason, outcome.message, now)
            body["conditions"] = found
            if outcome.succeeded:
                body["completionTime"] = stamp(now)
            self._announce(job, body, outcome)
        self._desk.registry.update_status(JOB, {**job, "status": body})

    def _counts(self, job: Obj, census: Census, body: Obj, failed: int) -> Obj:
        changed: Obj = {**body, "succeeded": census.succeeded, "failed": failed}
        if is_indexed(job):
            changed["completedIndexes"] = write(census.done)
        kept = {key: value for key, value in changed.items() if value or key == "conditions"}
        return {**kept, "uncountedTerminatedPods": {}}

    def _alive(self, job: Obj, body: Obj) -> Obj:
        pods = self._context.pods.of(uid_of(job))
        active = sum(map(is_active, pods))
        rest = {key: value for key, value in body.items() if key != "active" and (value or key != "conditions")}
        found = {**rest, "ready": ready(pods), "terminating": terminating(pods)}
        return {**found, "active": active} if active else found

    def _announce(self, job: Obj, body: Obj, outcome: Outcome) -> None:
        if not outcome.succeeded:
            self._desk.warn(job, outcome.reason, outcome.message)
            return
        limit = completions(job)
        if limit is not None and body.get("succeeded", 0) > limit:
            text = "Too many succeeded pods running after completion count reached"
            self._desk.warn(job, "TooManySucceededPods", text)
        self._desk.normal(job, "Completed", "Job completed")
