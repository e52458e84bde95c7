"""The Jobs of a CronJob: noticed when they end, deleted when they are too many.

Source: kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob, cleanupFinishedJobs).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.job.reading import finished
from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import JOB
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of, spec, status, uid_of, with_status


class Children:
    """What the CronJob controller does with its Jobs. Each step returns the CronJob with its new status."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reviewed(self, found: Obj, jobs: Sequence[Obj]) -> Obj:
        """Note which Jobs ended, went missing or came from elsewhere."""
        known = {uid_of(each) for each in jobs}
        for each in jobs:
            found = self._review(found, each)
        for each in _active(found):
            if each["uid"] not in known and self._desk.store.get(JOB, each["namespace"], each["name"]) is None:
                self._desk.normal(found, "MissingJob", f"Active job went missing: {each['name']}")
                found = _dropped(found, each["uid"])
        return found

    def cleaned(self, found: Obj, jobs: Sequence[Obj]) -> Obj:
        """Delete the oldest finished Jobs beyond the limits of the history."""
        for kind, field, default in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            limit: int | None = spec(found).get(field)
            ended = [each for each in jobs if not is_deleted(each) and (finished(each) or {}).get("type") == kind]
            ended.sort(key=lambda each: (status(each).get("startTime") or "~", name_of(each)))
            for each in ended[: max(len(ended) - (default if limit is None else limit), 0)]:
                found = self._deleted(found, each)
        return found

    def replaced(self, found: Obj) -> Obj:
        """Delete what still runs. Raises `ApiError`."""
        for each in _active(found):
            job = self._desk.store.get(JOB, each["namespace"], each["name"])
            if job is not None:
                found = self._deleted(found, job)
        return found

    def _review(self, found: Obj, job: Obj) -> Obj:
        end = finished(job)
        active = any(each["uid"] == uid_of(job) for each in _active(found))
        if end is None:
            if not active and not is_deleted(job):
                text = f"Saw a job that the controller did not create or forgot: {name_of(job)}"
                self._desk.warn(found, "UnexpectedJob", text)
            return found
        if active:
            found = _dropped(found, uid_of(job))
            text = f"Saw completed job: {name_of(job)}, condition: {end['type']}"
            self._desk.normal(found, "SawCompletedJob", text)
        done: str = status(job).get("completionTime") or ""
        if end["type"] == "Complete" and done > (status(found).get("lastSuccessfulTime") or ""):
            return with_status(found, lastSuccessfulTime=done)
        return found

    def _deleted(self, found: Obj, job: Obj) -> Obj:
        try:
            self._desk.registry.delete(
                JOB, namespace_of(job), name_of(job), user=self._desk.user, propagation="Background"
            )
        except ApiError as error:
            self._desk.warn(found, "FailedDelete", f"Deleted job: {error.message}")
            raise
        self._desk.normal(found, "SuccessfulDelete", f"Deleted job {name_of(job)}")
        return _dropped(found, uid_of(job))


def _active(found: Obj) -> list[Obj]:
    return list(status(found).get("active") or ())


def _dropped(found: Obj, uid: str) -> Obj:
    return with_status(found, active=[each for each in _active(found) if each["uid"] != uid] or None)
