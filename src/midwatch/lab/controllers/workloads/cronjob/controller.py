"""CronJobs: a Job whenever the schedule says so.

Source: kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from midwatch.lab.controllers.workloads.cronjob.children import Children as Offspring
from midwatch.lab.controllers.workloads.cronjob.parser import Schedule, ScheduleError, parse
from midwatch.lab.controllers.workloads.cronjob.times import recent, rfc1123, wait
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.creation import is_namespace_ending
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import CRON_JOB, JOB
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    controller_of,
    is_deleted,
    meta,
    name_of,
    namespace_of,
    owner_reference,
    spec,
    stamp,
    status,
    uid_of,
)

_PAGE = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"
_STAMP = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class CronJobs:
    """The controller of CronJobs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "cronjob-controller")
        self._offspring = Offspring(self._desk)
        self._queue = self._desk.queue(self._sync)
        wake_for(self._desk, CRON_JOB, self._queue.add)
        context.jobs.route(CRON_JOB, self._queue.add)

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(CRON_JOB, *key)
        if found is None:
            return
        jobs = self._context.jobs.of(uid_of(found))
        found = self._offspring.cleaned(found, jobs)
        found = self._offspring.reviewed(found, jobs)
        try:
            found = self._scheduled(found)
        finally:
            self._write(found)

    def _write(self, found: Obj) -> None:
        current = self._desk.store.get(CRON_JOB, *key_of(found))
        if current is not None:
            self._desk.registry.update_status(CRON_JOB, found)

    def _scheduled(self, found: Obj) -> Obj:
        """Start what is due and come back when the next is; the CronJob with its new status. Raises `ApiError`."""
        if is_deleted(found) or not self._knows_zone(found) or spec(found).get("suspend"):
            return found
        schedule = self._schedule(found)
        if schedule is None:
            return found
        try:
            return self._due(found, schedule)
        finally:
            self._come_back(found, schedule)

    def _come_back(self, found: Obj, schedule: Schedule) -> None:
        delay = wait(found, self._desk.clock.now, schedule)
        if delay is not None:
            self._queue.add(key_of(found), max(delay, 0.1))

    def _knows_zone(self, found: Obj) -> bool:
        name: str | None = spec(found).get("timeZone")
        if name is None or _zone(name) is not None:
            return True
        self._desk.warn(found, "UnknownTimeZone", f'invalid timeZone: "{name}": unknown time zone {name}')
        return False

    def _schedule(self, found: Obj) -> Schedule | None:
        text: str = spec(found).get("schedule") or ""
        if "TZ" in text:
            why = f'CRON_TZ or TZ used in schedule "{text}" is not officially supported, '
            why += f"see {_PAGE} for more details"
            self._desk.warn(found, "UnsupportedSchedule", why)
        zone: str | None = spec(found).get("timeZone")
        try:
            return parse(f"TZ={zone} {text}" if zone and "TZ" not in text else text)
        except ScheduleError as error:
            self._desk.warn(found, "UnparseableSchedule", f'unparseable schedule: "{text}" : {error}')
            return None

    def _due(self, found: Obj, schedule: Schedule) -> Obj:
        now = self._desk.clock.now
        seen = recent(found, now, schedule, within_deadline=True)
        if seen.latest is None:
            return found
        if seen.many:
            text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
            self._desk.warn(found, "TooManyMissedTimes", text)
        deadline: int | None = spec(found).get("startingDeadlineSeconds")
        if deadline is not None and seen.latest + deadline < now:
            text = f"Missed scheduled time to start a job: {rfc1123(seen.latest)}"
            self._desk.warn(found, "MissSchedule", text)
            return found
        if status(found).get("lastScheduleTime") == stamp(seen.latest) or _started(found, seen.latest):
            return found
        return self._start(found, seen.latest)

    def _start(self, found: Obj, at: float) -> Obj:
        policy = spec(found).get("concurrencyPolicy")
        active: list[Obj] = list(status(found).get("active") or ())
        if policy == "Forbid" and active:
            text = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self._desk.normal(found, "JobAlreadyActive", text)
            return found
        if policy == "Replace":
            found = self._offspring.replaced(found)
        job = self._created(found, at)
        if job is None:
            return found
        reference = {"kind": "Job", "namespace": namespace_of(job), "name": name_of(job), "uid": uid_of(job)}
        reference |= {"apiVersion": "batch/v1", "resourceVersion": meta(job)["resourceVersion"]}
        active = [*(status(found).get("active") or ()), reference]
        return {**found, "status": {**status(found), "active": active, "lastScheduleTime": stamp(at)}}

    def _created(self, found: Obj, at: float) -> Obj | None:
        wanted = _job(found, at)
        try:
            job = self._desk.registry.create(JOB, wanted, user=self._desk.user)
        except ApiError as error:
            known = self._desk.store.get(JOB, namespace_of(wanted), name_of(wanted))
            if error.reason == "AlreadyExists" and known is not None:
                owner = controller_of(known)
                return known if owner is not None and owner["uid"] == uid_of(found) else None
            if not is_namespace_ending(error):
                self._desk.warn(found, "FailedCreate", f"Error creating job: {error.message}")
            raise
        self._desk.normal(found, "SuccessfulCreate", f"Created job {name_of(job)}")
        return job


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _name(found: Obj, at: float) -> str:
    return f"{name_of(found)}-{int(at) // 60}"


def _started(found: Obj, at: float) -> bool:
    active: Sequence[Obj] = status(found).get("active") or ()
    return any(each["name"] == _name(found, at) for each in active)


def _job(found: Obj, at: float) -> Obj:
    """The Job for one time. Source: utils.go (getJobFromTemplate2)."""
    template: Obj = spec(found).get("jobTemplate") or {}
    zone = _zone(spec(found).get("timeZone") or "UTC")
    local = datetime.fromtimestamp(at, zone).isoformat().replace("+00:00", "Z")
    head: Obj = {
        "name": _name(found, at),
        "namespace": namespace_of(found),
        "labels": meta(template).get("labels") or {},
        "annotations": {**annotations_of(template), _STAMP: local},
        "creationTimestamp": stamp(at),
        "ownerReferences": [owner_reference(found)],
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": head, "spec": spec(template)}
