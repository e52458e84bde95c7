"""jobs: Jobs that failed or do not end, and CronJobs that no longer start any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from midwatch.detectors._ages import age, aware, newest, older_than, seconds_between, spell
from midwatch.detectors._cron import is_valid, last_due, parse_schedule
from midwatch.detectors._deficits import is_ended
from midwatch.detectors.common import MAX_FACTS, condition, event_fact, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import CronJob, Job
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_DAY = 86_400
_ANY_ZONE = 14 * 3600
"""The controller reads a schedule in a zone that is not known here: no zone is further from UTC."""
_UNREADABLE = ("UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone")
_MISSED = 3
"""How many due times in a row must have passed: fewer may be a matter of the controller's time zone."""
_CAUSES = {"DeadlineExceeded": "job-deadline-exceeded"}
_STRENGTHS = {"job-deadline-exceeded": 0.75, "job-backoff-exceeded": 0.4}


def failed_jobs(inventory: Inventory) -> Iterator[Finding]:
    """Jobs that failed for good, once per CronJob; over when a later run succeeded.

    Source: pkg/controller/job (BackoffLimitExceeded, DeadlineExceeded, PodFailurePolicy).
    """
    groups: dict[Ref, list[Job]] = defaultdict(list)
    for job in inventory.all(Job):
        groups[inventory.workload(job)].append(job)
    for workload, jobs in groups.items():
        failed = [each for each in jobs if _failed_at(inventory, each) is not None]
        if failed:
            yield _failed(inventory, workload, jobs, failed)


def _failed_at(inventory: Inventory, job: Job) -> float | None:
    """Seconds since it failed."""
    found = condition(job.status.conditions, "Failed")
    if found is None or found.status != "True":
        return None
    return age(inventory, found.last_transition_time) or 0.0


def _failed(inventory: Inventory, workload: Ref, jobs: Sequence[Job], failed: Sequence[Job]) -> Finding:
    latest = min(failed, key=lambda each: (_failed_at(inventory, each) or 0.0, each.name))
    found = condition(latest.status.conditions, "Failed")
    reason, message = (found.reason, found.message) if found else ("", "")
    since = _failed_at(inventory, latest) or 0.0
    succeeded = [age(inventory, each.status.completion_time) for each in jobs if each.status.completion_time]
    over = any(each is not None and each < since for each in succeeded)
    cause = _CAUSES.get(reason, "job-backoff-exceeded")
    strength = _STRENGTHS[cause] if not over and since < _DAY else 0.2
    return Finding(
        f"jobs/{cause}",
        workload,
        Text(
            f"{latest.ref} failed ({reason or 'no reason given'}) {spell(since)} ago",
            f"{latest.ref} 在 {spell(since)} 前失败({reason or '未给出原因'})",
        ),
        Severity.WARNING if over or since >= _DAY else Severity.ERROR,
        Status.RECOVERED if over else Status.ACTIVE,
        (Claim(cause, workload, strength),),
        (
            fact(latest, ".status.conditions[Failed]", f"{reason}: {message}"),
            fact(latest, ".status.failed", latest.status.failed),
        ),
        tuple(each.ref for each in failed[:MAX_FACTS]),
        found.last_transition_time if found else None,
    )


def suspended(inventory: Inventory) -> Iterator[Finding]:
    """A CronJob is suspended: on purpose, unless it used to run."""
    for each in inventory.all(CronJob):
        if each.spec.suspend:
            ran = each.status.last_schedule_time
            stopped = _stopped_lately(inventory, each)
            yield _of_cron_job(
                each,
                "cronjob-suspended",
                Text(f"{each.ref} is suspended and starts no Jobs", f"{each.ref} 已挂起，不会启动 Job"),
                0.6 if stopped else 0.4,
                [
                    fact(each, ".spec.suspend", "true"),
                    *([fact(each, ".status.lastScheduleTime", ran)] if ran else []),
                ],
                Severity.WARNING if ran else Severity.INFO,
                Status.ACTIVE if stopped else Status.LATENT,
            )


def _stopped_lately(inventory: Inventory, found: CronJob) -> bool:
    """Whether it ran within the last day or but a few due times ago: nobody has got used to its standing still."""
    ran, schedule = found.status.last_schedule_time, parse_schedule(found.spec.schedule)
    if ran is None or schedule is None:
        return False
    margin = 60 if len(schedule.hours) == 24 else _ANY_ZONE
    dues = last_due(schedule, aware(inventory.now), _MISSED + 1)
    missed = sum(seconds_between(each, ran) > margin for each in dues)
    return 0 < missed <= _MISSED or (missed > 0 and not older_than(inventory, ran, _DAY, unknown=True))


def _of_cron_job(
    found: CronJob,
    cause: str,
    message: Text,
    strength: float,
    facts: Sequence[Fact],
    severity: Severity = Severity.ERROR,
    status: Status = Status.ACTIVE,
) -> Finding:
    claims = (Claim(cause, found.ref, strength),) if severity is not Severity.INFO else ()
    return Finding(f"jobs/{cause}", found.ref, message, severity, status, claims, tuple(facts), (found.ref,))


def invalid_schedule(inventory: Inventory) -> Iterator[Finding]:
    """The schedule or the time zone of a CronJob cannot be read. Source: robfig/cron, docs: CronJob."""
    for each in inventory.all(CronJob):
        schedule = each.spec.schedule
        said = [event for event in inventory.events(each.ref) if event.reason in _UNREADABLE]
        if schedule and (said or not is_valid(schedule)):
            yield _of_cron_job(
                each,
                "cronjob-schedule-invalid",
                Text(
                    f"The schedule of {each.ref} is not valid: {schedule}",
                    f"{each.ref} 的调度表达式无效：{schedule}",
                ),
                0.9,
                [fact(each, ".spec.schedule", schedule), *map(event_fact, said[-1:])],
            )


def missed(inventory: Inventory) -> Iterator[Finding]:
    """A CronJob did not start Jobs although it was due: blocked by a Job that does not end, or missed.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (TooManyMissedTimes, MissSchedule, JobAlreadyActive).
    """
    active = _active_jobs(inventory)
    for each in inventory.all(CronJob):
        if each.spec.suspend or not is_valid(each.spec.schedule):
            continue
        said = [
            event_fact(event)
            for event in inventory.events(each.ref)
            if "too many missed start time" in event.message
            or event.reason in ("MissSchedule", "JobAlreadyActive")
            if not older_than(inventory, event.last_seen, 3600, unknown=False)
        ]
        running = active.get(each.ref, [])
        late = _late(inventory, each)
        if each.spec.concurrency_policy == "Forbid" and running and (late or _blocks(inventory, each, running[0])):
            yield _blocked(each, running[0], said)
        elif late or any("too many missed" in found.value for found in said):
            yield _missed(each, said)


def _active_jobs(inventory: Inventory) -> dict[Ref, list[Job]]:
    index: dict[Ref, list[Job]] = defaultdict(list)
    for job in inventory.all(Job):
        if job.metadata.owner_references and not is_ended(job) and job.status.completion_time is None:
            index[inventory.workload(job)].append(job)
    return index


def _passed_since(inventory: Inventory, found: CronJob, moment: datetime | None) -> bool:
    """Whether several due times passed since a moment, in whatever time zone."""
    schedule = parse_schedule(found.spec.schedule)
    if schedule is None or moment is None:
        return False
    dues = last_due(schedule, aware(inventory.now), _MISSED)
    margin = 60 if len(schedule.hours) == 24 else _ANY_ZONE
    return len(dues) >= _MISSED and seconds_between(dues[-1], moment) > margin


def _late(inventory: Inventory, found: CronJob) -> bool:
    """Whether several due times passed since it last started a Job (or was made)."""
    last = newest((found.status.last_schedule_time, found.metadata.creation_timestamp))
    return older_than(inventory, last, 600, unknown=False) and _passed_since(inventory, found, last)


def _blocks(inventory: Inventory, found: CronJob, job: Job) -> bool:
    return _passed_since(inventory, found, job.status.start_time or job.metadata.creation_timestamp)


def _blocked(found: CronJob, job: Job, said: Sequence[Fact]) -> Finding:
    return _of_cron_job(
        found,
        "cronjob-blocked",
        Text(
            f"{found.ref} forbids concurrent Jobs and waits for {job.ref}, which does not end",
            f"{found.ref} 禁止并发 Job，而 {job.ref} 一直未结束",
        ),
        0.8,
        [
            fact(found, ".spec.concurrencyPolicy", "Forbid"),
            fact(job, ".status.active", job.status.active),
            *said[:1],
        ],
    )


def _missed(found: CronJob, said: Sequence[Fact]) -> Finding:
    return _of_cron_job(
        found,
        "cronjob-missed",
        Text(
            f"{found.ref} ({found.spec.schedule}) has not started a Job for several due times",
            f"{found.ref}({found.spec.schedule})已多次到期却未启动 Job",
        ),
        0.9 if said else 0.6,
        [fact(found, ".status.lastScheduleTime", found.status.last_schedule_time), *said[:MAX_FACTS]],
    )


def stuck_jobs(inventory: Inventory) -> Iterator[Finding]:
    """A Job has been active for more than a day and none of its pods runs."""
    for job in inventory.all(Job):
        started = job.status.start_time
        if job.status.active < 1 or job.spec.suspend or not older_than(inventory, started, _DAY, unknown=False):
            continue
        pods = [each for each in inventory.children.get(job.ref, ()) if isinstance(each, Pod)]
        runs = any(each.status.phase == "Running" for each in pods)
        passed = spell(age(inventory, started) or 0.0)
        yield Finding(
            "jobs/job-stuck",
            job.ref,
            Text(f"{job.ref} has been active for {passed}", f"{job.ref} 已持续运行 {passed}"),
            Severity.INFO if runs or not pods else Severity.WARNING,
            Status.LATENT if runs or not pods else Status.ACTIVE,
            () if runs or not pods else (Claim("job-stuck", inventory.workload(job), 0.4),),
            (fact(job, ".status.active", job.status.active), fact(job, ".status.startTime", started)),
        )


DETECTORS = (failed_jobs, suspended, invalid_schedule, missed, stuck_jobs)
