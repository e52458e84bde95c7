"""Causes around Jobs and CronJobs."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_JOB = "https://kubernetes.io/docs/concepts/workloads/controllers/job/"
_CRON = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"
_BELOW = frozenset(
    {
        Effect.NOT_CREATED,
        Effect.NOT_SCHEDULED,
        Effect.NODE_DOWN,
        Effect.VOLUME_UNUSABLE,
        Effect.UNREACHABLE,
        Effect.ERRORING,
        Effect.SLOW,
        Effect.CLUSTER_DEGRADED,
    }
)
_FAILS = frozenset({Effect.CRASHING})
_STILL = frozenset({Effect.NOT_CREATED})


def _cause(
    cause: str,
    title: Text,
    proof: Text,
    refutation: Text,
    fix: Text,
    link: str,
    effects: frozenset[Effect],
    explained_by: frozenset[Effect] = frozenset(),
) -> Cause:
    """One way in which batch work stops."""
    kinds = ("CronJob",) if cause.startswith("cronjob") else ("Job", "CronJob")
    return Cause(
        cause, "jobs", title, proof, refutation, kinds, (fix,), (link,), effects=effects, explained_by=explained_by
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "job-backoff-exceeded",
        Text("The Job failed too often", "Job 失败次数过多"),
        Text(
            "Its condition Failed reads BackoffLimitExceeded or the like.",
            "其 Failed 状况为 BackoffLimitExceeded 等。",
        ),
        Text("A later run succeeded.", "后续运行已成功。"),
        Text(
            "Read the log of its last pod, correct the cause and run it again.",
            "查看其最后一个 Pod 的日志，修复后重新运行。",
        ),
        f"{_JOB}#pod-backoff-failure-policy",
        _FAILS,
        _BELOW,
    ),
    _cause(
        "job-deadline-exceeded",
        Text("The Job took longer than its deadline", "Job 运行超过期限"),
        Text("Its condition Failed reads DeadlineExceeded.", "其 Failed 状况为 DeadlineExceeded。"),
        Text("A later run succeeded.", "后续运行已成功。"),
        Text("Raise activeDeadlineSeconds, or make the work faster.", "提高 activeDeadlineSeconds，或加快任务。"),
        f"{_JOB}#job-termination-and-cleanup",
        _FAILS,
        _BELOW,
    ),
    _cause(
        "job-stuck",
        Text("The Job does not end", "Job 一直未结束"),
        Text(
            "It has been active for more than a day and none of its pods runs.",
            "其已活动超过一天且没有 Pod 在运行。",
        ),
        Text("Its pods run, or it has ended.", "其 Pod 正在运行，或已结束。"),
        Text(
            "Find out what its pods wait for; set activeDeadlineSeconds.",
            "查明其 Pod 在等待什么，并设置 activeDeadlineSeconds。",
        ),
        _JOB,
        _STILL,
        _BELOW,
    ),
    _cause(
        "cronjob-suspended",
        Text("The CronJob is suspended", "CronJob 已挂起"),
        Text("spec.suspend is true although it used to run.", "spec.suspend 为 true，而它曾经运行过。"),
        Text("spec.suspend is false.", "spec.suspend 为 false。"),
        Text("Set suspend to false if it shall run again.", "如需继续运行，将 suspend 设为 false。"),
        f"{_CRON}#schedule-suspension",
        _STILL,
    ),
    _cause(
        "cronjob-schedule-invalid",
        Text("The schedule of the CronJob is not valid", "CronJob 的调度表达式无效"),
        Text("The schedule or time zone cannot be parsed.", "调度表达式或时区无法解析。"),
        Text("The schedule parses and Jobs start.", "表达式可解析且 Job 能启动。"),
        Text("Correct the schedule.", "更正调度表达式。"),
        f"{_CRON}#schedule-syntax",
        _STILL,
    ),
    _cause(
        "cronjob-missed",
        Text("The CronJob misses its due times", "CronJob 错过了到期时间"),
        Text(
            "Several due times passed without a Job, or the controller counts too many missed ones.",
            "多次到期却没有 Job，或控制器统计错过次数过多。",
        ),
        Text("A Job was started at the last due time.", "最近一次到期已启动 Job。"),
        Text(
            "Check the controller manager and clocks; set startingDeadlineSeconds.",
            "检查控制器管理器与时钟，并设置 startingDeadlineSeconds。",
        ),
        f"{_CRON}#starting-deadline",
        _STILL,
        frozenset({Effect.CLUSTER_DEGRADED, Effect.NOT_CREATED}),
    ),
    _cause(
        "cronjob-blocked",
        Text("A Job that does not end blocks the CronJob", "未结束的 Job 阻塞了 CronJob"),
        Text(
            "concurrencyPolicy is Forbid and a Job is still active.",
            "concurrencyPolicy 为 Forbid 且仍有活动的 Job。",
        ),
        Text("No Job of it is active.", "其没有活动的 Job。"),
        Text(
            "End the Job; set activeDeadlineSeconds or Replace.",
            "结束该 Job，并设置 activeDeadlineSeconds 或 Replace。",
        ),
        f"{_CRON}#concurrency-policy",
        _STILL,
        _BELOW,
    ),
)
