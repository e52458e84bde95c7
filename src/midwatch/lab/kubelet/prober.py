"""Probing a container: when, how often, and what follows.

A healthy, unchanged container is not probed again and again: after its result has settled, it is only looked at
when something about it, or about the world, has changed. Source: kubernetes/pkg/kubelet/prober/worker.go.
"""

from __future__ import annotations

from midwatch.lab.core.clock import Timer
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.probing import Answer, probe
from midwatch.lab.kubelet.state import Slot, Tenant

KINDS = {"startup": "Startup", "liveness": "Liveness", "readiness": "Readiness"}
_FIRST = {"startup": None, "liveness": True, "readiness": False}


class Worker:
    """One probe of one container. `passing` is its result so far."""

    def __init__(self, prober: Prober, kind: str, check: Obj) -> None:
        self.prober = prober
        self.kind = kind
        self.check = check
        self.period = float(check.get("periodSeconds") or 10)
        self.passing: bool | None = _FIRST[kind]
        self.last: bool | None = None
        self.streak = 0
        self.held = False
        self.settled = False
        self.timer: Timer | None = None

    def begin(self) -> None:
        """The container has just started."""
        self.passing, self.last, self.streak = _FIRST[self.kind], None, 0
        self.held = self.settled = False
        delay = float(self.check.get("initialDelaySeconds") or 0)
        self.schedule(delay + self.prober.host.random.uniform(0.0, self.period))

    def schedule(self, after: float) -> None:
        """Probe after some seconds."""
        self.stop()
        self.timer = self.prober.host.env.clock.after(after, self.due)

    def stop(self) -> None:
        """Not any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def wake(self) -> None:
        """Something changed: look again within a period."""
        if self.settled:
            self.settled = False
            self.schedule(self.prober.host.random.uniform(0.0, self.period))

    def due(self) -> None:
        """It is time for a probe."""
        self.timer = None
        prober = self.prober
        if not prober.active or self.held:
            return
        if self.kind == "startup" and prober.slot.started:
            return
        if prober.host.running and prober.host.runtime_runs and (self.kind == "startup" or prober.slot.started):
            self.note(probe(prober.host, prober.tenant, prober.slot, self.check))
        if not self.settled and not self.held and prober.active:
            self.schedule(self.period)

    def note(self, answer: Answer) -> None:
        """Count an answer; at its threshold it becomes the result."""
        prober = self.prober
        if answer.failed:
            how = "errored and resulted in unknown state" if answer.errored else "failed"
            message = f"{KINDS[self.kind]} probe {how}: {answer.message}"
            prober.host.event(prober.tenant, "Warning", "Unhealthy", message, prober.slot)
            if answer.errored:
                return
        good = not answer.failed
        self.streak = self.streak + 1 if self.last is good else 1
        self.last = good
        wanted = self.check.get("successThreshold" if good else "failureThreshold") or (1 if good else 3)
        if self.streak < wanted:
            return
        self.settled = good and prober.mark is not None
        if good is self.passing:
            return
        self.passing = good
        self.held = self.kind == "startup" if good else self.kind != "readiness"
        prober.decided(self)


class Prober:
    """All probes of one container."""

    def __init__(self, host: Host, tenant: Tenant, slot: Slot) -> None:
        self.host = host
        self.tenant = tenant
        self.slot = slot
        found = [(kind, slot.spec.get(f"{kind}Probe")) for kind in KINDS]
        self.workers = [Worker(self, kind, check) for kind, check in found if check]
        self.mark: tuple[object, ...] | None = None

    @property
    def active(self) -> bool:
        """Whether there is something to probe."""
        return self.slot.running

    def restart(self) -> None:
        """The container was started (again)."""
        self.mark = self.fingerprint()
        for each in self.workers:
            if each.kind == "startup" or self.slot.started:
                each.begin()

    def stop(self) -> None:
        """The container is gone."""
        for each in self.workers:
            each.stop()
            each.settled = False

    def stop_liveness(self) -> None:
        """The pod is being stopped: only readiness counts from now on."""
        for each in self.workers:
            if each.kind != "readiness":
                each.stop()
                each.held = True

    def fingerprint(self) -> tuple[object, ...]:
        """What about the process decides how it answers."""
        process: Process | None = self.slot.process
        if process is None:
            return ()
        notes = process.notes
        return process.phase, process.listening, notes.get("unready", 0.0), int(notes.get("latency", 0.0) * 2)

    def look(self, *, anyway: bool = False) -> None:
        """Wake probes that had settled when something about the process is no longer as it was."""
        now = self.fingerprint()
        if anyway or now != self.mark:
            self.mark = now
            for each in self.workers:
                each.wake()

    def decided(self, worker: Worker) -> None:
        """A result changed: the pod is looked at again."""
        slot = self.slot
        if worker.kind == "startup" and worker.passing:
            slot.started = True
            slot.ready = not slot.spec.get("readinessProbe")
            for each in self.workers:
                if each.kind != "startup":
                    each.begin()
        elif worker.kind == "readiness":
            slot.ready = bool(worker.passing)
        elif not worker.passing:
            slot.kill = worker.kind
        self.host.poke(self.tenant.uid, 0.05)


def new_prober(host: Host, tenant: Tenant, slot: Slot) -> Prober | None:
    """The prober of a container that declares probes."""
    if any(slot.spec.get(f"{kind}Probe") for kind in KINDS):
        return Prober(host, tenant, slot)
    return None
