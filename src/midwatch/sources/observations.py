"""Which file of a snapshot holds which observations, and which of them answer a query.

The files are JSON lists of the fields of one dataclass of `midwatch.domain.observation`, as
`midwatch.domain.observation_json` writes them. A reference to an object is `["Service", "shop", "cart"]`.
"""

from __future__ import annotations

from typing import TypeAlias

from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck, Observation, Signal
from midwatch.domain.observation_json import decode_observations
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, SignalsQuery, TracesQuery

ObservedQuery: TypeAlias = ComponentsQuery | ConnectivityQuery | SignalsQuery | TracesQuery

FILES: dict[type[ObservedQuery], str] = {
    ComponentsQuery: "components.json",
    ConnectivityQuery: "connections.json",
    SignalsQuery: "signals.json",
    TracesQuery: "calls.json",
}


def observations_for(query: ObservedQuery, document: bytes) -> tuple[Observation, ...]:
    """Those observations of a document that answer the query. Raises `msgspec.MsgspecError` as the decoder."""
    return tuple(each for each in decode_observations(query, [document]) if _answers(query, each))


def _answers(query: ObservedQuery, found: Observation) -> bool:
    match query, found:
        case ComponentsQuery(), ComponentStatus():
            return query.node in ("", found.node)
        case ConnectivityQuery(), ConnectionCheck():
            return query.namespace in ("", found.service.namespace)
        case SignalsQuery(), Signal():
            recent = query.since is None or found.since is None or found.since >= query.since
            return recent and query.namespace in ("", found.subject.namespace)
        case TracesQuery(), Call():
            return query.namespace in ("", found.caller.namespace, found.callee.namespace)
        case _:
            return False
