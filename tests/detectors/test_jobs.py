"""The family `jobs`: Jobs that failed or do not end, CronJobs that do not start."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from midwatch.detectors._cron import is_valid, last_due, parse_schedule
from midwatch.detectors.jobs import DETECTORS
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

CRON = Ref("CronJob", "shop", "report")


def cron_job(spec: str = "", status: str = "", schedule: str = "*/5 * * * *") -> str:
    return f"""
kind: CronJob
metadata: {{name: report, namespace: shop, creationTimestamp: '2025-12-01T00:00:00Z'}}
spec: {{schedule: '{schedule}', {spec}}}
status: {{{status}}}
"""


def job(name: str, status: str, owner: str = "report") -> str:
    owners = f"[{{kind: CronJob, name: {owner}, controller: true}}]" if owner else "[]"
    return f"""
kind: Job
metadata: {{name: {name}, namespace: shop, ownerReferences: {owners}}}
status: {{{status}}}
"""


def failed(reason: str, at: str = "2026-01-01T03:00:00Z") -> str:
    return (
        f"failed: 7, conditions: [{{type: Failed, status: 'True', reason: {reason}, lastTransitionTime: '{at}'}}]"
    )


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


FRESH = "lastScheduleTime: '2026-01-01T03:10:00Z'"


@pytest.mark.parametrize(
    ("reason", "cause"),
    [("BackoffLimitExceeded", "job-backoff-exceeded"), ("DeadlineExceeded", "job-deadline-exceeded")],
)
def test_a_failed_job_is_told_of_its_cron_job(reason: str, cause: str) -> None:
    [finding] = detect(inventory_of(cron_job(status=FRESH), job("report-1", failed(reason))))
    assert (finding.claims[0].cause, finding.claims[0].culprit, finding.severity) == (cause, CRON, Severity.ERROR)


def test_a_later_success_means_recovery_and_an_old_failure_is_only_a_warning() -> None:
    done = job(
        "report-2", "completionTime: '2026-01-01T03:05:00Z', conditions: [{type: Complete, status: 'True'}]"
    )
    [finding] = detect(inventory_of(cron_job(status=FRESH), job("report-1", failed("BackoffLimitExceeded")), done))
    assert (finding.status, finding.severity) == (Status.RECOVERED, Severity.WARNING)
    [finding] = detect(inventory_of(job("x", failed("BackoffLimitExceeded", "2025-12-01T00:00:00Z"), owner="")))
    assert finding.severity is Severity.WARNING
    assert detect(inventory_of(cron_job(status=FRESH), done)) == []


def test_suspension_is_advice_unless_it_used_to_run() -> None:
    [finding] = detect(inventory_of(cron_job("suspend: true")))
    assert (finding.severity, finding.claims) == (Severity.INFO, ())
    [finding] = detect(inventory_of(cron_job("suspend: true", FRESH)))
    assert (finding.severity, finding.status) == (Severity.WARNING, Status.LATENT)


@pytest.mark.parametrize(
    "text", ["61 * * * *", "* * * *", "a b c d e", "*/0 * * * *", "5-1 * * * *", "", "@often"]
)
def test_invalid_schedules_are_told(text: str) -> None:
    assert not is_valid(text)
    assert causes_of(detect(inventory_of(cron_job(schedule=text, status=FRESH)))) == (
        {"cronjob-schedule-invalid"} if text else set[str]()
    )


@pytest.mark.parametrize(
    "text",
    ["* * * * *", "*/15 0-6,12 1 JAN-MAR mon-fri", "@hourly", "@every 5m", "TZ=UTC 0 3 * * ?", "0 0 31 12 0"],
)
def test_valid_schedules_are_silent(text: str) -> None:
    assert is_valid(text)
    assert detect(inventory_of(cron_job(schedule=text, status=FRESH))) == []


def test_due_times_follow_the_fields() -> None:
    now = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)
    schedule = parse_schedule("30 2 * * 1-5")
    assert schedule is not None
    assert [each.strftime("%a %d %H:%M") for each in last_due(schedule, now, 3)] == [
        "Thu 01 02:30",
        "Wed 31 02:30",
        "Tue 30 02:30",
    ]
    never = parse_schedule("0 0 31 2 *")
    assert never is not None
    assert last_due(never, now, 3) == []


def test_a_cron_job_that_stopped_starting_is_told_whatever_the_time_zone() -> None:
    stopped = "lastScheduleTime: '2026-01-01T02:00:00Z'"
    assert causes_of(detect(inventory_of(cron_job(status=stopped)))) == {"cronjob-missed"}
    morning = "lastScheduleTime: '2025-12-31T18:55:00Z'"
    assert detect(inventory_of(cron_job(status=morning, schedule="*/5 2 * * *"))) == []
    assert detect(inventory_of(cron_job(status=FRESH))) == []


def test_the_controllers_word_about_missed_times_is_believed() -> None:
    event = """
kind: Event
metadata: {name: e, namespace: shop}
reason: TooManyMissedTimes
message: 'too many missed start times: 101. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
lastTimestamp: '2026-01-01T03:05:00Z'
involvedObject: {kind: CronJob, namespace: shop, name: report}
"""
    assert causes_of(detect(inventory_of(cron_job(status=FRESH), event))) == {"cronjob-missed"}


def test_a_job_that_does_not_end_blocks_a_cron_job_that_forbids_concurrency() -> None:
    running = job("report-1", "active: 1, startTime: '2026-01-01T01:00:00Z'")
    forbid = cron_job("concurrencyPolicy: Forbid", "lastScheduleTime: '2026-01-01T01:00:00Z'")
    [finding] = detect(inventory_of(forbid, running))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == ("cronjob-blocked", CRON)
    short = job("report-1", "active: 1, startTime: '2026-01-01T03:10:00Z'")
    assert detect(inventory_of(cron_job("concurrencyPolicy: Forbid", FRESH), short)) == []


def test_a_job_active_for_days_is_a_warning_when_no_pod_runs() -> None:
    old = job("long", "active: 1, startTime: '2025-12-28T00:00:00Z'", owner="")
    pod = """
kind: Pod
metadata: {name: long-a, namespace: shop, ownerReferences: [{kind: Job, name: long, controller: true}]}
status: {phase: Pending}
"""
    assert causes_of(detect(inventory_of(old, pod))) == {"job-stuck"}
    assert [each.severity for each in detect(inventory_of(old, pod.replace("Pending", "Running")))] == [
        Severity.INFO
    ]


def test_odd_values_do_no_harm() -> None:
    odd = cron_job("concurrencyPolicy: 7", schedule="9" * 5000 + " * * * *"), job("x", "active: -5, failed: -1")
    detect(inventory_of(*odd, job("y", "conditions: [{type: Failed, status: 'True'}]", owner="")))


def test_a_suspension_that_stopped_a_running_schedule_lately_matters_now() -> None:
    ran = "lastScheduleTime: '2026-01-01T02:30:00Z'"
    [finding] = detect(inventory_of(cron_job("suspend: true", ran)))
    assert (finding.status, finding.claims[0].cause) == (Status.ACTIVE, "cronjob-suspended")


@pytest.mark.parametrize("ran", ["2026-01-01T03:10:00Z", "2025-12-20T02:30:00Z"])
def test_a_suspension_that_missed_nothing_yet_or_is_old_is_latent(ran: str) -> None:
    [finding] = detect(inventory_of(cron_job("suspend: true", f"lastScheduleTime: '{ran}'")))
    assert finding.status is Status.LATENT
