"""From the answers of a survey to an inventory."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped
from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.query import ResourcesQuery

_WORST_FIRST = (
    EvidenceState.DENIED,
    EvidenceState.UNREACHABLE,
    EvidenceState.FAILED,
    EvidenceState.TRUNCATED,
    EvidenceState.OBSERVED,
    EvidenceState.EMPTY,
)


def read_inventory(
    answers: Sequence[Evidence], namespaces: frozenset[str]
) -> tuple[Inventory, tuple[Skipped, ...]]:
    """All objects, the state of each kind (the worst of its LISTs), and what could not be read."""
    objects: list[KubeObject] = []
    skipped: list[Skipped] = []
    states: dict[str, EvidenceState] = {}
    for answer in answers:
        if not isinstance(answer.query, ResourcesQuery):
            continue
        kind = answer.query.kind
        state = _read(answer, answer.query, objects, skipped)
        states[kind] = min(state, states.get(kind, state), key=_WORST_FIRST.index)
    # The cluster's clock, when it was reached: the times in its objects are of that clock.
    now = max(answer.at for answer in answers if isinstance(answer.query, ResourcesQuery))
    return build_inventory(objects, states, now, namespaces), tuple(skipped)


def _read(
    answer: Evidence, query: ResourcesQuery, objects: list[KubeObject], skipped: list[Skipped]
) -> EvidenceState:
    state = answer.state
    skipped.extend(answer.skipped)
    for page in answer.pages:
        try:
            decoded = decode_page(page, query.kind, query.group)
        except msgspec.DecodeError as error:
            skipped.append(Skipped(str(query), f"not JSON: {error}"))
            state = EvidenceState.FAILED
            continue
        objects.extend(decoded.objects)
        skipped.extend(decoded.skipped)
    return state
