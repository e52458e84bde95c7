"""Containers that end, and what follows."""

from __future__ import annotations

import pytest

from midwatch.lab.core.objects import Obj, meta
from midwatch.lab.world.programs import MI, Dependency, Effect, Lifetime
from tests.lab.kubelet.bench import bench, program

CRASHES = program(defect=Effect(exits=2, after=1.0, log="panic: nil pointer"))


def test_a_crashing_container_backs_off_longer_each_time() -> None:
    lab = bench(CRASHES)
    lab.pod()
    lab.run(40)
    uid = meta(lab.get())["uid"]
    seen: set[str] = set()
    for _ in range(600):
        lab.run(1)
        reason, message = lab.waiting()
        if reason == "CrashLoopBackOff":
            seen.add(message)
            assert lab.app()["lastState"]["terminated"]["exitCode"] == 2
            assert lab.app()["started"] is False
    tail = f"restarting failed container=app pod=cart_shop({uid})"
    assert {f"back-off 20s {tail}", f"back-off 40s {tail}", f"back-off 1m20s {tail}"} <= seen
    assert 5 <= lab.app()["restartCount"] <= 8
    assert ("BackOff", f"Back-off restarting failed container app in pod cart_shop({uid})") in lab.events()
    assert any("panic: nil pointer" in line for line in lab.log())


def test_the_first_restart_is_at_once() -> None:
    lab = bench(CRASHES)
    lab.pod()
    lab.run(9)
    assert lab.app()["restartCount"] == 1


def test_a_container_beyond_its_memory_limit_is_killed() -> None:
    lab = bench(program(memory=200 * MI))
    lab.pod(container={"resources": {"limits": {"memory": "128Mi"}}})
    lab.run(60)
    ended = (lab.app()["lastState"] or lab.app()["state"])["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


def test_whoever_ends_a_process_from_outside_is_heard() -> None:
    lab = bench()
    lab.pod()
    lab.run(20)
    lab.env.runtime.end(lab.process(), 137, "OOMKilled")
    lab.run(5)
    assert lab.app()["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert lab.app()["restartCount"] == 1
    lab.run(10)
    assert lab.is_ready()


@pytest.mark.parametrize(
    ("policy", "code", "phase"),
    [
        ("Never", 0, "Succeeded"),
        ("Never", 1, "Failed"),
        ("OnFailure", 0, "Succeeded"),
        ("OnFailure", 1, "Running"),
    ],
)
def test_programs_that_end_end_their_pods_by_policy(policy: str, code: int, phase: str) -> None:
    lab = bench(program(lifetime=Lifetime.ENDS, duration=3.0, exit=code))
    lab.pod(restartPolicy=policy)
    lab.run(40)
    assert lab.phase() == phase


def test_a_dependency_that_is_missing_at_the_start_ends_the_program_after_some_attempts() -> None:
    needs = program(dependencies=(Dependency("db", "db:5432", at_start=True),))
    bad = bench(needs)
    bad.wires.broken.add("db")
    bad.pod()
    bad.run(60)
    assert bad.app()["restartCount"] > 0
    assert any("connection refused" in line and "retrying" not in line for line in bad.log(previous=True))
    good = bench(needs)
    good.pod()
    good.run(60)
    assert good.is_ready()


def test_the_end_of_the_log_becomes_the_termination_message_when_asked_for() -> None:
    lab = bench(CRASHES)
    lab.pod(container={"terminationMessagePolicy": "FallbackToLogsOnError"}, restartPolicy="Never")
    lab.run(30)
    assert "panic: nil pointer" in lab.app()["state"]["terminated"]["message"]


def test_a_post_start_hook_that_fails_kills_its_container() -> None:
    hook: Obj = {"postStart": {"exec": {"command": ["/bin/prepare"]}}}
    lab = bench()
    lab.pod(container={"lifecycle": hook})
    lab.run(20)
    assert ("FailedPostStartHook", "PostStartHook failed") in lab.events()
    assert ("Killing", "FailedPostStartHook") in lab.events()
    good = bench(commands=frozenset({"/app/server", "/bin/prepare"}))
    good.pod(container={"lifecycle": hook})
    good.run(20)
    assert good.is_ready()
