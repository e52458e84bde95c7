"""Jobs run pods until enough succeed or too many fail."""

from __future__ import annotations

import itertools

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import JOB, POD
from midwatch.lab.core.objects import Obj, annotations_of, is_deleted, labels_of, name_of, status
from tests.lab.controllers.workloads.hands import HandKubelet, change, cluster, ended, events, template


def job(env: Env, **body: object) -> Obj:
    """Create a Job."""
    head = {"name": "import", "namespace": "shop"}
    pod = template("import", restartPolicy="Never")
    return env.registry.create(JOB, {"metadata": head, "spec": {"template": pod, **body}})


def now(env: Env) -> Obj:
    """The Job as it is."""
    return env.store.demand(JOB, "shop", "import")


def conditions(env: Env) -> list[tuple[str, str, str]]:
    """(type, reason, message) of its conditions that are true."""
    found: list[Obj] = status(now(env)).get("conditions") or []
    return [(each["type"], each["reason"], each["message"]) for each in found if each["status"] == "True"]


def open_pods(env: Env) -> list[Obj]:
    """Pods that have not ended."""
    return [
        each
        for each in env.store.list(POD)
        if status(each).get("phase") not in ("Succeeded", "Failed") and not is_deleted(each)
    ]


def test_a_job_completes_with_both_conditions():
    env = cluster("n1")
    job(env)
    env.clock.run(2)
    (pod,) = env.store.list(POD)
    assert labels_of(pod)["batch.kubernetes.io/job-name"] == "import"
    assert pod["metadata"]["finalizers"] == ["batch.kubernetes.io/job-tracking"]
    assert status(now(env))["active"] == 1
    ended(env, pod, "Succeeded")
    env.clock.run(5)
    reached = ("CompletionsReached", "Reached expected number of succeeded pods")
    assert conditions(env) == [("SuccessCriteriaMet", *reached), ("Complete", *reached)]
    assert status(now(env))["succeeded"] == 1
    assert "active" not in status(now(env))
    assert "completionTime" in status(now(env))
    assert "finalizers" not in env.store.list(POD)[0]["metadata"]
    assert ("Normal", "Completed", "Job completed") in events(env, "import")
    assert not env.components.crashes


def test_failures_are_retried_later_and_later_until_the_limit():
    env = cluster("n1")
    job(env, backoffLimit=2)
    times: list[float] = []
    for _ in range(80):
        env.clock.run(1)
        for pod in open_pods(env):
            times.append(env.clock.now)
            ended(env, pod, "Failed", 1)
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(times) == 3
    assert [round(each, -1) for each in waits] == [10, 20]
    exhausted = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert conditions(env) == [("FailureTarget", *exhausted), ("Failed", *exhausted)]
    assert status(now(env))["failed"] == 3
    assert ("Warning", *exhausted) in events(env, "import")


def test_a_deadline_fails_the_job_once_its_pods_are_gone():
    env = cluster("n1")
    HandKubelet(env)
    job(env, activeDeadlineSeconds=30)
    env.clock.run(30.5)
    late = ("DeadlineExceeded", "Job was active longer than specified deadline")
    assert conditions(env) == [("FailureTarget", *late)]
    env.clock.run(10)
    assert conditions(env)[-1] == ("Failed", *late)
    assert not env.store.list(POD)


def test_an_indexed_job_runs_each_index_once():
    env = cluster("n1")
    job(env, completionMode="Indexed", completions=4, parallelism=2)
    for _ in range(10):
        env.clock.run(2)
        for pod in open_pods(env):
            assert name_of(pod).startswith(
                f"import-{annotations_of(pod)['batch.kubernetes.io/job-completion-index']}-"
            )
            ended(env, pod, "Succeeded")
    assert status(now(env))["completedIndexes"] == "0-3"
    assert conditions(env)[-1][0] == "Complete"


def test_a_policy_fails_the_job_at_once_and_names_the_rule():
    env = cluster("n1")
    rule = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}
    job(env, podFailurePolicy={"rules": [rule]})
    env.clock.run(2)
    (pod,) = env.store.list(POD)
    ended(env, pod, "Failed", 42)
    env.clock.run(5)
    message = (
        f"Container app for pod shop/{name_of(pod)} failed with exit code 42 matching FailJob rule at index 0"
    )
    assert conditions(env)[-1] == ("Failed", "PodFailurePolicy", message)


def test_suspension_takes_the_pods_away_and_resuming_brings_them_back():
    env = cluster("n1")
    HandKubelet(env)
    job(env)
    env.clock.run(5)
    change(env, JOB, "import", suspend=True)
    env.clock.run(10)
    assert not env.store.list(POD)
    assert ("Suspended", "JobSuspended", "Job suspended") in conditions(env)
    change(env, JOB, "import", suspend=False)
    env.clock.run(5)
    assert len(env.store.list(POD)) == 1
    assert ("Normal", "Resumed", "Job resumed") in events(env, "import")


def test_a_finished_job_goes_after_its_time_to_live_with_its_pods():
    env = cluster("n1")
    job(env, ttlSecondsAfterFinished=20)
    env.clock.run(2)
    ended(env, env.store.list(POD)[0], "Succeeded")
    env.clock.run(10)
    assert env.store.list(JOB)
    env.clock.run(20)
    assert not env.store.list(JOB)
    assert not env.store.list(POD)
    assert not env.components.crashes


def test_a_deleted_job_does_not_hold_its_pods():
    env = cluster("n1")
    HandKubelet(env)
    job(env)
    env.clock.run(5)
    env.registry.delete(JOB, "shop", "import")
    env.clock.run(10)
    assert not env.store.list(POD)
