"""webhooks: failed calls as events and conditions quote them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeAlias

from midwatch.detectors._ages import newest, older_than
from midwatch.detectors.common import MAX_FACTS, event_fact, fact
from midwatch.detectors.webhooks._webhook_messages import FailedCall, parse_failed_call
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import (
    MutatingWebhookConfiguration,
    ServiceReference,
    ValidatingWebhookConfiguration,
)
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import Condition
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import Deployment, ReplicaSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

Configuration: TypeAlias = ValidatingWebhookConfiguration | MutatingWebhookConfiguration

_LATELY = 900
_SIGN = "failed calling "


class _Report(NamedTuple):
    """Who suffered from a failed call, when, and where it says so; `holds` when it is a condition of now."""

    subject: Ref
    evidence: Callable[[], Fact]
    at: datetime | None
    holds: bool


def configurations(inventory: Inventory) -> Iterator[Configuration]:
    """All webhook configurations of both kinds."""
    yield from inventory.all(ValidatingWebhookConfiguration)
    yield from inventory.all(MutatingWebhookConfiguration)


def pods_behind(inventory: Inventory, service: ServiceReference) -> list[Pod]:
    """Pods that the Service of a webhook selects."""
    found = inventory.get(Service, service.namespace, service.name)
    return inventory.select_labels(service.namespace, found.spec.selector) if found else []


def failed_calls(inventory: Inventory) -> Iterator[Finding]:
    """Objects that could not be created or changed because a webhook could not be called."""
    groups: dict[tuple[str, str], list[tuple[FailedCall, _Report]]] = defaultdict(list)
    for message, report in _reports(inventory):
        call = parse_failed_call(message)
        if call is not None:
            groups[call.name, call.cause].append((call, report))
    owners = _owners(inventory) if groups else {}
    for found in groups.values():
        yield _finding(inventory, owners, found)


def _reports(inventory: Inventory) -> Iterator[tuple[str, _Report]]:
    for event in inventory.all(Event):
        if event.type != "Normal" and _SIGN in event.message:
            target = event.involved_object
            subject = Ref(target.kind, target.namespace, target.name)
            yield event.message, _Report(subject, partial(event_fact, event), event.last_seen, False)
    for workload in (*inventory.all(ReplicaSet), *inventory.all(Deployment)):
        for each in workload.status.conditions:
            if _holds(each):
                evidence = partial(fact, workload, f".status.conditions[{each.type}]", each.message)
                yield each.message, _Report(workload.ref, evidence, each.last_transition_time, True)


def _holds(found: Condition) -> bool:
    return found.type == "ReplicaFailure" and found.status == "True" and _SIGN in found.message


def _owners(inventory: Inventory) -> dict[str, Ref]:
    return {webhook.name: found.ref for found in configurations(inventory) for webhook in found.webhooks}


def _finding(inventory: Inventory, owners: dict[str, Ref], found: list[tuple[FailedCall, _Report]]) -> Finding:
    call, reports = found[0][0], [report for _, report in found]
    culprit = owners.get(call.name) or _fallback(call, reports[0])
    last = newest(each.at for each in reports)
    active = any(each.holds for each in reports) or not older_than(inventory, last, _LATELY, unknown=False)
    return Finding(
        "webhooks/failed-call",
        reports[0].subject,
        Text(
            f"Webhook {call.name} could not be called, so {reports[0].subject} was held up: {call.why}",
            f"Webhook {call.name} 调用失败,导致 {reports[0].subject} 受阻:{call.why}",
        ),
        Severity.ERROR,
        Status.ACTIVE if active else Status.RECOVERED,
        claims=(Claim(call.cause, culprit, 0.95),),
        facts=tuple(each.evidence() for each in reports[:MAX_FACTS]),
        affected=tuple(dict.fromkeys(each.subject for each in reports)),
        since=last,
    )


def _fallback(call: FailedCall, report: _Report) -> Ref:
    """Without the configuration: the Service that was called, else the object that suffers."""
    if call.service:
        return Ref("Service", call.service_namespace, call.service)
    return report.subject


DETECTORS = (failed_calls,)
