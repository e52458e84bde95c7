"""CronJobs start Jobs on time, once, and say what they did not start."""

from __future__ import annotations

import pytest

from midwatch.lab.controllers.workloads.cronjob.parser import ScheduleError, parse
from midwatch.lab.controllers.workloads.cronjob.times import next_due
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CRON_JOB, JOB, POD
from midwatch.lab.core.objects import Obj, annotations_of, name_of, seconds, status
from tests.lab.controllers.workloads.hands import cluster, ended, events, template


def cron(env: Env, **body: object) -> Obj:
    """Create a CronJob."""
    jobs = {"spec": {"template": template("report", restartPolicy="Never")}}
    head = {"name": "report", "namespace": "shop"}
    return env.registry.create(
        CRON_JOB, {"metadata": head, "spec": {"schedule": "*/5 * * * *", "jobTemplate": jobs, **body}}
    )


def run(env: Env, minutes: int, phase: str = "Succeeded") -> None:
    """Let time pass; pods end as told after some seconds."""
    for _ in range(minutes * 2):
        env.clock.run(30)
        for pod in env.store.list(POD):
            if phase and status(pod).get("phase") not in ("Succeeded", "Failed"):
                ended(env, pod, phase, 0 if phase == "Succeeded" else 1)


def test_a_job_starts_at_each_time_and_old_ones_are_cleared_away():
    env = cluster("n1")
    cron(env)
    run(env, 31)
    found = env.store.list(CRON_JOB)[0]
    jobs = env.store.list(JOB)
    assert len(jobs) == 3
    at = seconds(status(found)["lastScheduleTime"])
    assert at % 300 == 0
    assert name_of(jobs[-1]) == f"report-{int(at) // 60}"
    assert annotations_of(jobs[-1])["batch.kubernetes.io/cronjob-scheduled-timestamp"].endswith("Z")
    reasons = [reason for _, reason, _ in events(env, "report")]
    assert {"SuccessfulCreate", "SawCompletedJob", "SuccessfulDelete"} <= set(reasons)
    assert ("Normal", "SawCompletedJob", f"Saw completed job: {name_of(jobs[0])}, condition: Complete") in events(
        env
    )
    assert "active" not in status(found)
    assert "lastSuccessfulTime" in status(found)
    assert not env.components.crashes


@pytest.mark.parametrize(
    ("policy", "count", "reason"),
    [("Allow", 3, ""), ("Forbid", 1, "JobAlreadyActive"), ("Replace", 1, "SuccessfulDelete")],
)
def test_the_concurrency_policy_decides_while_a_job_still_runs(policy: str, count: int, reason: str):
    env = cluster("n1")
    cron(env, concurrencyPolicy=policy)
    run(env, 16, phase="")
    assert len(env.store.list(JOB)) == count
    assert not reason or reason in [each for _, each, _ in events(env, "report")]


def test_a_controller_that_was_down_too_long_misses_its_schedule():
    env = cluster("n1")
    cron(env, startingDeadlineSeconds=60)
    run(env, 6)
    env.components.stop("kube-controller-manager")
    env.clock.run(450)
    env.components.start("kube-controller-manager")
    env.clock.run(1)
    before = len(env.store.list(JOB))
    assert before <= 2
    env.clock.run(400)
    assert len(env.store.list(JOB)) == before + 1


def test_more_than_a_hundred_missed_times_are_remarked():
    env = cluster("n1")
    cron(env, schedule="* * * * *")
    env.components.stop("kube-controller-manager")
    env.clock.run(110 * 60)
    env.components.start("kube-controller-manager")
    env.clock.run(1)
    text = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
    assert ("Warning", "TooManyMissedTimes", text) in events(env, "report")
    assert len(env.store.list(JOB)) == 1


def test_suspended_and_malformed_ones_start_nothing():
    env = cluster("n1")
    cron(env, suspend=True)
    run(env, 11)
    assert not env.store.list(JOB)
    other = cluster("n1")
    cron(other, schedule="61 * * * *")
    run(other, 11)
    text = 'unparseable schedule: "61 * * * *" : end of range (61) above maximum (59): 61'
    assert ("Warning", "UnparseableSchedule", text) in events(other, "report")


@pytest.mark.parametrize(
    ("text", "after", "due"),
    [
        ("*/15 * * * *", "2026-03-01T10:07:30Z", "2026-03-01T10:15:00Z"),
        ("0 9-17/4 * * mon-fri", "2026-02-27T17:30:00Z", "2026-03-02T09:00:00Z"),
        ("0 0 1 jan,jul ?", "2026-02-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        ("0 0 13 * 5", "2026-02-14T00:00:00Z", "2026-02-20T00:00:00Z"),
        ("@hourly", "2026-02-01T00:00:00Z", "2026-02-01T01:00:00Z"),
        ("TZ=Europe/Berlin 30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
        ("@every 90m", "2026-02-01T00:00:00Z", "2026-02-01T01:30:00Z"),
        ("0 0 29 2 *", "2026-02-01T00:00:00Z", "2028-02-29T00:00:00Z"),
    ],
)
def test_schedules_are_due_when_cron_says_so(text: str, after: str, due: str):
    assert next_due(parse(text), seconds(after)) == seconds(due)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("@often", "unrecognized descriptor: @often"),
    ],
)
def test_malformed_schedules_are_refused_in_the_parsers_words(text: str, complaint: str):
    with pytest.raises(ScheduleError) as caught:
        parse(text)
    assert str(caught.value) == complaint
