"""What could not be read, in few lines: unknown is never healthy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from midwatch.domain.diagnosis import Unchecked
from midwatch.domain.evidence import Evidence, EvidenceState, Skipped
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import Endpoints, EndpointSlice, Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import Deployment
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, LogsQuery, ResourcesQuery, SignalsQuery

_ESSENTIAL: tuple[type[KubeObject], ...] = (Pod, Event, Service, Deployment)
_TELLING = (SignalsQuery, ComponentsQuery, ConnectivityQuery)
_REFUSED = (EvidenceState.DENIED, EvidenceState.UNREACHABLE)
_MAX_NAMED = 12
_MAX_SKIPPED = 20


def unchecked_of(answers: Iterable[Evidence]) -> Iterator[Unchecked]:
    """Reads that did not end well, grouped by how and why they did not."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for answer in answers:
        if not answer.state.complete:
            groups[answer.state.value, _reason(answer)].append(_subject(answer))
    for (state, why), what in groups.items():
        yield Unchecked(_named(what), state, why)


def _named(what: Sequence[str]) -> str:
    """The first few names; logs are only counted."""
    logs = sum(each.startswith("logs ") for each in what)
    names = list(dict.fromkeys(each for each in what if not each.startswith("logs ")))
    shown = names[:_MAX_NAMED]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more kinds")
    if logs:
        shown.append(f"logs of {logs} container{'s' if logs > 1 else ''}")
    return ", ".join(shown)


def skipped_of(skipped: Sequence[Skipped]) -> Iterator[Unchecked]:
    """What was left out inside answers, and why."""
    for each in skipped[:_MAX_SKIPPED]:
        yield Unchecked(each.where, "skipped", each.why)
    if len(skipped) > _MAX_SKIPPED:
        yield Unchecked(f"{len(skipped) - _MAX_SKIPPED} more items", "skipped", "they could not be read either")


def broken_rule(name: str, error: Exception) -> Unchecked:
    """A rule that broke: a defect of midwatch, told as what it is."""
    return Unchecked(
        f"rule {name}", "failed", f"a defect in midwatch, please report it: {type(error).__name__}: {error}"
    )


def is_complete(inventory: Inventory, answers: Iterable[Evidence]) -> bool:
    """Whether everything was seen without which nobody may say healthy; a refused signal is no good signal."""
    if any(isinstance(each.query, _TELLING) and each.state in _REFUSED for each in answers):
        return False
    seen = all(inventory.knows(each) for each in _ESSENTIAL)
    return seen and (inventory.knows(EndpointSlice) or inventory.knows(Endpoints))


def _subject(answer: Evidence) -> str:
    query = answer.query
    if isinstance(query, ResourcesQuery):
        return f"{query.resource} in {query.namespace}" if query.namespace else query.resource
    return str(query)


def _reason(answer: Evidence) -> str:
    """Messages of the API name the resource; without it equal reasons can be told together."""
    query = answer.query
    reason = answer.reason
    if isinstance(query, ResourcesQuery):
        return reason.replace(f"{query.resource}.{query.group}", "…").replace(query.resource, "…")
    if isinstance(query, LogsQuery):
        return reason.replace(query.pod, "…")
    return reason
