"""conditions: custom resources of any kind, by what their conditions say, and the definitions of those kinds.

Source: API conventions, "Typical status properties": positive conditions should be True, abnormal ones False.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._ages import changed_at, newest, older_than
from midwatch.detectors._custom import flag_at, number_at
from midwatch.detectors._issuance import is_issuance
from midwatch.detectors.common import MAX_FACTS, fact
from midwatch.detectors.conditions import _definitions, _delivery
from midwatch.detectors.conditions._delivery import is_application, kind_cause
from midwatch.detectors.conditions._polarity import Meaning, is_run, is_transient, meaning
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import Condition, CustomResource
from midwatch.domain.text import Text

_PATIENCE = 120
_IN_PROGRESS = 900
_UNKNOWN = 600
_FINISHED = 3600


def unhealthy(inventory: Inventory) -> Iterator[Finding]:
    """Custom resources that say that they are not ready, or that they are stuck."""
    for found in inventory.custom:
        if not _looked_at(found):
            continue
        bad = [(each, what) for each in found.conditions if (what := _judge(inventory, found, each))]
        if bad:
            yield _finding(inventory, found, bad)


def _looked_at(found: CustomResource) -> bool:
    """Paused and deleted objects are somebody's intent; some kinds have rules of their own."""
    paused = flag_at(found.spec, "suspend") or flag_at(found.spec, "paused") or flag_at(found.spec, "suspended")
    if paused or found.metadata.deletion_timestamp or not found.conditions:
        return False
    return not is_issuance(found) and not is_application(found)


def _judge(inventory: Inventory, found: CustomResource, said: Condition) -> Meaning | None:
    """What a condition means now; None when it is fine or too young to tell."""
    what = meaning(said)
    if what is None or (said.status == "Unknown" and is_run(found)):
        return None
    patience = _IN_PROGRESS if is_transient(said) else _UNKNOWN if said.status == "Unknown" else _PATIENCE
    since = changed_at(said) or found.metadata.creation_timestamp
    return what if older_than(inventory, since, patience, unknown=not is_transient(said)) else None


def _finding(inventory: Inventory, found: CustomResource, bad: list[tuple[Condition, Meaning]]) -> Finding:
    said, what = max(bad, key=lambda each: (each[1].rank, bool(each[0].message)))
    over = is_run(found) and older_than(inventory, changed_at(said), _FINISHED, unknown=False)
    cause, strength = kind_cause(found, said) or (what.cause, what.strength)
    why = said.message or said.reason or "no message"
    unknown = what.rank == 0 or said.status == "Unknown"
    severity = Severity.WARNING if what.rank == 1 or unknown else Severity.ERROR
    return Finding(
        f"conditions/{what.name}",
        found.ref,
        Text(
            f"{found.ref} says {said.type} is {said.status}: {why[:240]}",
            f"{found.ref} 的状况 {said.type} 为 {said.status}:{why[:240]}",
        ),
        Severity.INFO if over or what.rank == 0 else severity,
        Status.RECOVERED if over else Status.ACTIVE,
        claims=(Claim(cause, found.ref, strength),) if what.rank and not over else (),
        facts=tuple(
            fact(found, f".status.conditions[{each.type}]", f"{each.status} {each.reason} {each.message}")
            for each, _ in sorted(bad, key=lambda each: -each[1].rank)[:MAX_FACTS]
        ),
        since=changed_at(said),
    )


def unobserved(inventory: Inventory) -> Iterator[Finding]:
    """Custom resources whose latest generation their controller has not observed for long: it does not work."""
    for found in inventory.custom:
        seen = number_at(found.status, "observedGeneration")
        if seen is None or seen >= found.metadata.generation or found.metadata.deletion_timestamp:
            continue
        changes = (each.time for each in found.metadata.managed_fields if each.subresource != "status")
        changed = newest(changes)
        if older_than(inventory, changed, _UNKNOWN, unknown=False):
            yield Finding(
                "conditions/unobserved",
                found.ref,
                Text(
                    f"The controller of {found.ref} has not observed its generation {found.metadata.generation} "
                    f"(it has seen {seen})",
                    f"{found.ref} 的控制器尚未处理第 {found.metadata.generation} 代(只处理到第 {seen} 代)",
                ),
                Severity.WARNING,
                claims=(Claim("custom-resource-stalled", found.ref, 0.5),),
                facts=(fact(found, ".status.observedGeneration", seen, changed),),
                since=changed,
            )


DETECTORS = (unhealthy, unobserved, *_delivery.DETECTORS, *_definitions.DETECTORS)
