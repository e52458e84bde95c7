"""What a probe that runs a command prints when it fails: the words of the program itself."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._log_rule import Rule, Scope
from midwatch.detectors._log_rules import classify
from midwatch.detectors._runs import MAX_TEXT, is_calm, newest_first
from midwatch.detectors.common import MAX_FACTS, event_fact, is_finished, refs
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PROBE = ("Readiness probe", "Liveness probe", "Startup probe")


def database_probes(inventory: Inventory) -> Iterator[Finding]:
    """A database whose own probe is told that it is full or read-only.

    Source: pkg/probe/exec (the output of the command is the message of the Unhealthy event).
    """
    found: dict[tuple[Ref, str], list[tuple[Pod, Event, Rule]]] = {}
    for pod in inventory.all(Pod):
        if is_finished(pod) or is_calm(pod):
            continue
        for event in newest_first([each for each in inventory.events(pod.ref) if each.reason == "Unhealthy"]):
            rule = _rule_of(event.message)
            if rule is not None:
                found.setdefault((inventory.workload(pod), rule.name), []).append((pod, event, rule))
    for (who, _), told in found.items():
        yield _finding(who, told)


def _rule_of(message: str) -> Rule | None:
    head, _, output = message[:MAX_TEXT].partition(": ")
    rule = classify(output) if head.startswith(_PROBE) else None
    return rule if rule is not None and rule.scope is Scope.DATABASE else None


def _finding(who: Ref, told: list[tuple[Pod, Event, Rule]]) -> Finding:
    words = told[0][2].words
    return Finding(
        rule="probes/output",
        subject=who,
        message=Text(
            f"the probe of {who} fails because {words.en}",
            f"{who} 的探针失败，因为{words.zh}",
        ),
        severity=Severity.ERROR,
        claims=tuple(Claim(cause, who, 0.9) for cause, _ in told[0][2].claims),
        facts=tuple(event_fact(event) for _, event, _ in told[:MAX_FACTS]),
        affected=refs({pod.ref: pod for pod, _, _ in told}.values()),
    )
