"""logs: what the mined log of one container says, in classes of errors that many runtimes share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from midwatch.detectors._log_rule import Rule, Scope
from midwatch.detectors._log_rules import classify
from midwatch.detectors._runs import loop, runs
from midwatch.detectors.common import shorten
from midwatch.detectors.logs._log_claims import meaning_of
from midwatch.detectors.logs._log_line import Line, Meaning
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.observation import LogDigest, LogTemplate, Observation
from midwatch.domain.text import Text

_MANY, _MANY_SHARE = 10, 0.05
_SOME, _SOME_SHARE = 3, 0.01
_MIN_LINES = 50
_MAX_TEMPLATES = 500
_MAX_FINDINGS = 12
_NOISE = 0.3
_SILENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Weight:
    """How much a line counts: as a failure now, as a part of the log, or as noise."""

    severity: Severity
    status: Status
    factor: float


_FAILS_NOW = _Weight(Severity.ERROR, Status.ACTIVE, 1.0)
_OFTEN = _Weight(Severity.ERROR, Status.ACTIVE, 0.95)
_SOMETIMES = _Weight(Severity.WARNING, Status.ACTIVE, 0.8)
_RARELY = _Weight(Severity.INFO, Status.ACTIVE, 0.4)
_OVER = _Weight(Severity.INFO, Status.RECOVERED, 0.6)


def read_log(inventory: Inventory, observation: Observation) -> Iterator[Finding]:
    """Findings from one log: one per class of errors and address, weighed by whether the container fails now."""
    if not isinstance(observation, LogDigest):
        return
    pod = inventory.get(Pod, observation.pod.namespace, observation.pod.name)
    failing = pod is not None and _fails(inventory, pod, observation.container)
    found: dict[tuple[object, ...], Finding] = {}
    for template in sorted(observation.templates[:_MAX_TEMPLATES], key=lambda each: -each.count):
        finding = _read(inventory, observation, pod, template, failing)
        if finding is not None:
            key = (finding.rule, *((each.cause, each.culprit) for each in finding.claims))
            found.setdefault(key, finding)
    yield from list(found.values())[:_MAX_FINDINGS]


def _fails(inventory: Inventory, pod: Pod, name: str) -> bool:
    """Whether the container is not ready, or keeps restarting."""
    for run in runs(pod):
        if run.name == name or (not name and not run.init):
            completed = run.init and run.status.state.terminated and run.status.state.terminated.exit_code == 0
            unready = bool(run.status.name) and not run.status.ready and not completed
            if unready or loop(inventory, run) is Status.ACTIVE:
                return pod.status.phase != "Succeeded"
    return False


def _read(
    inventory: Inventory, digest: LogDigest, pod: Pod | None, template: LogTemplate, failing: bool
) -> Finding | None:
    text = template.example or template.template
    rule = classify(text)
    if rule is None or (rule.scope is Scope.CRASH and not failing):
        return None
    client = inventory.workload(pod) if pod is not None else digest.pod
    meaning = meaning_of(inventory, Line(digest.pod.namespace, client, pod, digest.container, text), rule)
    weight = _FAILS_NOW if failing else _weight(digest, template)
    return _finding(digest, rule, meaning, template, weight) if meaning.claims else None


def _weight(digest: LogDigest, template: LogTemplate) -> _Weight:
    """How a line counts in the log of a container that does not fail."""
    lines = max(digest.lines, template.count, 1)
    share = template.count / lines
    ended = 0 < template.last_line < lines / 2 and lines >= _MIN_LINES
    if ended or digest.previous or _silent(digest, template):
        return _OVER
    if template.count >= _MANY and share >= _MANY_SHARE:
        return _OFTEN
    if template.count >= _SOME and share >= _SOME_SHARE:
        return _SOMETIMES
    return _RARELY


def _silent(digest: LogDigest, template: LogTemplate) -> bool:
    """Whether it was not logged again for long: who starts before what it calls complains, and goes on."""
    if digest.at is None or template.last_at is None:
        return False
    return digest.at - template.last_at > _SILENCE


def _finding(digest: LogDigest, rule: Rule, meaning: Meaning, template: LogTemplate, weight: _Weight) -> Finding:
    client, words = meaning.client, meaning.words or rule.words
    lines = max(digest.lines, template.count)
    example = shorten(template.example or template.template)
    return Finding(
        rule=f"logs/{rule.name}",
        subject=client,
        message=Text(
            f"{client} logs {template.count} times in {lines} lines that {words.en}",
            f"{client} 的日志 {lines} 行中有 {template.count} 行表明：{words.zh}",
        ),
        severity=weight.severity,
        status=weight.status,
        claims=tuple(_weighed(each, weight) for each in meaning.claims),
        facts=(Fact(digest.pod, f"log {digest.container}", example, None, digest.source), *meaning.facts),
        affected=(digest.pod,),
    )


def _weighed(claim: Claim, weight: _Weight) -> Claim:
    strength = claim.strength * weight.factor
    if weight is _RARELY:
        strength = min(strength, _NOISE)
    return Claim(claim.cause, claim.culprit, round(max(strength, 0.05), 2), claim.refutes)


READERS = (read_log,)
