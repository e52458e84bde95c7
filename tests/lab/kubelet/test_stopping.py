"""Stopping pods: hooks, grace periods, and those that do not listen."""

from __future__ import annotations

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.store import Change
from tests.lab.kubelet.bench import Bench, bench


def _stopped_after(lab: Bench) -> tuple[float, list[int]]:
    """Seconds until the pod is gone, and the exit codes that its status showed meanwhile."""
    begun, codes = lab.env.clock.now, list[int]()

    def note(change: Change) -> None:
        for each in change.new.get("status", {}).get("containerStatuses", []):
            codes.extend([each["state"]["terminated"]["exitCode"]] if "terminated" in each["state"] else [])

    lab.env.store.watch(note, POD)
    lab.env.registry.delete(POD, "shop", "cart")
    while lab.env.store.get(POD, "shop", "cart") is not None:
        lab.run(0.5)
    return lab.env.clock.now - begun, codes


def test_a_pre_stop_hook_runs_before_the_signal() -> None:
    lab = bench()
    hook: Obj = {"preStop": {"sleep": {"seconds": 12}}}
    lab.pod(container={"lifecycle": hook})
    lab.run(20)
    seconds, codes = _stopped_after(lab)
    assert 12 <= seconds < 16
    assert codes[0] == 143


def test_a_pre_stop_hook_does_not_outlast_the_grace_period() -> None:
    lab = bench()
    hook: Obj = {"preStop": {"sleep": {"seconds": 60}}}
    lab.pod(container={"lifecycle": hook}, terminationGracePeriodSeconds=5)
    lab.run(20)
    seconds, _ = _stopped_after(lab)
    assert 5 <= seconds < 10
    assert ("FailedPreStopHook", "PreStopHook failed") in lab.events()


def test_a_process_that_hangs_is_killed_after_its_grace_period() -> None:
    lab = bench()
    lab.pod(terminationGracePeriodSeconds=8)
    lab.run(20)
    lab.process().notes["latency"] = 600.0
    seconds, codes = _stopped_after(lab)
    assert 8 <= seconds < 12
    assert codes[0] == 137


def test_a_pod_deleted_by_force_is_gone_at_once() -> None:
    lab = bench()
    lab.pod()
    lab.run(20)
    process = lab.process()
    lab.env.registry.delete(POD, "shop", "cart", grace=0)
    assert lab.env.store.get(POD, "shop", "cart") is None
    lab.run(1)
    assert not process.serving
