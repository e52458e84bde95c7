"""Probes that fail: one case per workload, container and probe, with the kubelet's words and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from midwatch.detectors._backing import Backing, backings_by_pod
from midwatch.detectors._runs import Run, age, is_calm, loop, newest_first, of_container, runs, seconds_between
from midwatch.detectors.common import condition, event_fact, fact, is_finished
from midwatch.detectors.probes._probe_messages import Outcome, ProbeFailure, ProbeKind, parse_failure
from midwatch.detectors.probes._probe_specs import Aim, aim_of, budget, original, probes_of
from midwatch.domain.finding import Fact, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.containers import Container, Probe
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.resource import Ref
from midwatch.knowledge.templates import pod_templates

_KILL_CODES = frozenset({137, 143})
_ENDED_BY_KILL = frozenset({0, 137, 143})
_RECENT = 10 * 60.0
_GRACE = 60.0


@dataclass
class Case:
    """One probe that fails in pods of one workload. `passing` are the aims of its other probes that succeed.

    `lived` is how long the container ran before its last end, in seconds; `killed` that the kubelet said it kills
    the container because of this probe.
    """

    workload: Ref
    container: Container
    kind: ProbeKind
    probe: Probe
    aim: Aim
    spec: PodSpec
    status: Status = Status.ACTIVE
    failure: ProbeFailure | None = None
    rewritten: bool = False
    killed: bool = False
    lived: float | None = None
    passing: dict[ProbeKind, Aim] = field(default_factory=dict[ProbeKind, Aim])
    failing: dict[ProbeKind, Aim] = field(default_factory=dict[ProbeKind, Aim])
    services: list[Backing] = field(default_factory=list[Backing])
    pods: list[Pod] = field(default_factory=list[Pod])
    facts: list[Fact] = field(default_factory=list[Fact])

    @property
    def outcome(self) -> Outcome | None:
        """How it failed; a proxy that answers in place of the container hides that behind a status 500."""
        if self.failure is None:
            return None
        hidden = self.rewritten and self.failure.outcome is Outcome.STATUS and (self.failure.status or 0) >= 500
        return None if hidden else self.failure.outcome


class _Told:
    """What the events of one pod say about one container."""

    def __init__(self, events: list[Event], name: str) -> None:
        self.failures: dict[ProbeKind, list[tuple[ProbeFailure, Event]]] = {}
        self.killed: dict[ProbeKind, Event] = {}
        self.restarts = False
        for event in events:
            if of_container(event, name):
                self._add(event, name)

    def _add(self, event: Event, name: str) -> None:
        if event.reason == "Unhealthy":
            failure = parse_failure(event.message)
            if failure is not None:
                self.failures.setdefault(failure.kind, []).append((failure, event))
        elif event.reason == "Killing" and name in event.message:
            for kind in (ProbeKind.LIVENESS, ProbeKind.STARTUP):
                if f"failed {kind.value} probe" in event.message:
                    self.killed.setdefault(kind, event)
        elif event.reason == "BackOff":
            self.restarts = True  # what killed the container before would have been told as well

    def times(self, kind: ProbeKind) -> int:
        """How often a probe was seen to fail."""
        return sum(event.times_seen for _, event in self.failures.get(kind, ()))

    def best(self, kind: ProbeKind) -> tuple[ProbeFailure, Event] | None:
        """The newest telling failure: a refusal at the start of a container says little."""
        found = self.failures.get(kind, [])
        telling = [each for each in found if each[0].outcome not in (Outcome.OTHER, Outcome.REFUSED)]
        return next(iter(telling or found), None)


def cases(inventory: Inventory) -> Iterator[Case]:
    """Every failing probe of the inventory."""
    found: dict[tuple[Ref, str, ProbeKind], Case] = {}
    for pod in inventory.all(Pod):
        if is_finished(pod) or pod.metadata.deletion_timestamp is not None or _is_fine(inventory, pod):
            continue
        for run in runs(pod):
            if run.container.name and run.status.name and (not run.init or run.sidecar):
                for case in _of_run(inventory, pod, run):
                    _merge(found, case)
    yield from found.values()


def _is_fine(inventory: Inventory, pod: Pod) -> bool:
    if not is_calm(pod):
        return False
    return not any(
        each.reason == "Unhealthy" and "iveness" in each.message[:9] for each in inventory.events(pod.ref)
    )


def _merge(found: dict[tuple[Ref, str, ProbeKind], Case], case: Case) -> None:
    known = found.setdefault((case.workload, case.container.name, case.kind), case)
    if known is not case:
        known.pods.extend(case.pods)
        known.facts.extend(case.facts)
        known.failure = known.failure or case.failure
        known.killed = known.killed or case.killed
        if case.status is Status.ACTIVE:
            known.status = Status.ACTIVE


def _of_run(inventory: Inventory, pod: Pod, run: Run) -> Iterator[Case]:
    events = [each for each in inventory.events(pod.ref) if each.reason in ("Unhealthy", "Killing", "BackOff")]
    told = _Told(newest_first(events), run.name)
    statuses = {kind: _status(inventory, run, kind, probe, told) for kind, probe in probes_of(run.container)}
    if not any(statuses.values()) or _ends_by_itself(run, told):
        return
    workload = inventory.workload(pod)
    template = inventory.derive(pod_templates).get(workload)
    aims: dict[ProbeKind, tuple[Probe, Aim]] = {}
    for kind in statuses:
        probe = original(pod.spec, template.spec if template else None, run.container, kind)
        if probe is not None:
            aims[kind] = (probe, aim_of(probe, run.container))
    for kind, status in statuses.items():
        if status is not None and kind in aims:
            case = Case(workload, run.container, kind, *aims[kind], pod.spec, status)
            case.rewritten = dict(probes_of(run.container))[kind] is not case.probe
            others = {each: aim for each, (_, aim) in aims.items() if each is not kind}
            case.passing = {each: aim for each, aim in others.items() if _passes(run, each, statuses)}
            case.failing = {each: aim for each, aim in others.items() if statuses[each] is not None}
            case.services = inventory.derive(backings_by_pod).get(pod.ref, [])
            _add_evidence(inventory, case, pod, run, told)
            yield case


def _content_before(inventory: Inventory, case: Case, pod: Pod, run: Run) -> float:
    """Seconds for which the probe must have been content since the pod is there.

    Had it failed from the start, the restarts and the waits between them would fill the pod's age.
    Source: pkg/kubelet/kuberuntime (back-off from 10 s, doubled up to 300 s).
    """
    if case.kind is ProbeKind.READINESS:
        ready, running = condition(pod.status.conditions, "Ready"), run.status.state.running
        if ready is None or ready.last_transition_time is None or running is None or running.started_at is None:
            return 0.0
        return max(0.0, seconds_between(running.started_at, ready.last_transition_time) or 0.0)
    waits = sum(min(300.0, 10.0 * 2 ** min(number, 5)) for number in range(run.status.restart_count))
    lives = (run.status.restart_count + 1) * (budget(case.probe) + 30.0)
    return max(0.0, (age(inventory, pod.metadata.creation_timestamp) or 0.0) - waits - lives - 300.0)


def _add_evidence(inventory: Inventory, case: Case, pod: Pod, run: Run, told: _Told) -> None:
    case.pods.append(pod)
    best = told.best(case.kind)
    if best is not None:
        case.failure = best[0]
        case.facts.append(event_fact(best[1]))
    if case.kind in told.killed:
        case.killed = True
        case.facts.append(event_fact(told.killed[case.kind]))
    ended = run.ended
    if ended is not None:
        case.lived = seconds_between(ended.started_at, ended.finished_at)
    before = _content_before(inventory, case, pod, run)
    case.lived = before if case.lived is None else max(case.lived, before)
    if best is None and ended is not None and case.kind is not ProbeKind.READINESS:
        value = f"{ended.reason} exit code {ended.exit_code}, {run.status.restart_count} restarts"
        case.facts.append(fact(pod, f".status.containerStatuses[{run.name}].lastState.terminated", value))
    if best is None and case.kind is ProbeKind.READINESS:
        case.facts.append(fact(pod, f".status.containerStatuses[{run.name}].ready", False))


def _ends_by_itself(run: Run, told: _Told) -> bool:
    """Whether the container ends on its own, so that failing probes are a mere consequence."""
    ended = run.ended
    if ended is None or told.killed or run.status.state.running is not None:
        return False
    return ended.exit_code not in _ENDED_BY_KILL or ended.reason == "OOMKilled"


def _status(inventory: Inventory, run: Run, kind: ProbeKind, probe: Probe, told: _Told) -> Status | None:
    """Whether this probe fails now (ACTIVE), did (RECOVERED) or is not known to have failed (None)."""
    if kind is ProbeKind.READINESS:
        return Status.ACTIVE if _is_unready(inventory, run, probe, told) else None
    looping = loop(inventory, run)
    if kind in told.killed or told.times(kind) > 1:
        return _of_told(inventory, run, kind, told, looping)
    if kind is ProbeKind.STARTUP or told.failures or told.killed:
        return None
    ended = run.ended
    by_signal = ended is not None and ended.exit_code in _KILL_CODES and ended.reason != "OOMKilled"
    return looping if by_signal and not told.restarts else None


def _of_told(
    inventory: Inventory, run: Run, kind: ProbeKind, told: _Told, looping: Status | None
) -> Status | None:
    """Failures are over when the container stays up, and were a hiccup when they never led to a restart."""
    if kind is ProbeKind.STARTUP and run.status.started:
        return Status.RECOVERED if kind in told.killed and looping is Status.RECOVERED else None
    if kind in told.killed or run.status.restart_count > 0:
        return looping or Status.ACTIVE
    latest = told.failures[kind][0][1]
    seconds = age(inventory, latest.last_seen)
    return Status.ACTIVE if seconds is None or seconds < _RECENT else None


def _is_unready(inventory: Inventory, run: Run, probe: Probe, told: _Told) -> bool:
    if run.status.ready or run.status.state.running is None or run.status.started is False:
        return False
    if told.times(ProbeKind.READINESS):
        return True
    up = age(inventory, run.status.state.running.started_at)
    return up is not None and up > budget(probe) + _GRACE


def _passes(run: Run, kind: ProbeKind, statuses: dict[ProbeKind, Status | None]) -> bool:
    """Whether a probe is known to succeed: readiness by the flag, liveness by a container that stays up."""
    if kind is ProbeKind.READINESS:
        return run.status.ready
    return statuses[kind] is None and run.status.state.running is not None
