"""Documents of observations (`components.json`, `connections.json`, `signals.json`, `calls.json`).

Each is a JSON list of the fields of one dataclass of `midwatch.domain.observation`. A reference to an object is
written `["Service", "shop", "cart"]`: kind, namespace, name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import msgspec

from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck, Signal
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, SignalsQuery, TracesQuery

Observed: TypeAlias = ComponentStatus | ConnectionCheck | Signal | Call
ObservedQuery: TypeAlias = ComponentsQuery | ConnectivityQuery | SignalsQuery | TracesQuery
T = TypeVar("T", ComponentStatus, ConnectionCheck, Signal, Call)

FILES: dict[type[ObservedQuery], str] = {
    ComponentsQuery: "components.json",
    ConnectivityQuery: "connections.json",
    SignalsQuery: "signals.json",
    TracesQuery: "calls.json",
}
_STRUCTS: dict[type[ObservedQuery], type[Observed]] = {
    ComponentsQuery: ComponentStatus,
    ConnectivityQuery: ConnectionCheck,
    SignalsQuery: Signal,
    TracesQuery: Call,
}


def encode_observations(observations: Sequence[Observed]) -> bytes:
    """Observations of one type as a document."""
    return msgspec.json.format(msgspec.json.encode(list(observations)), indent=1)


def decode_observations(document: bytes, struct: type[T]) -> tuple[T, ...]:
    """The observations of a document. Raises `msgspec.DecodeError` naming the field that does not fit."""
    return msgspec.json.decode(document, type=tuple[struct, ...])


def observations_for(query: ObservedQuery, document: bytes) -> tuple[Observed, ...]:
    """Those observations of a document that answer the query. Raises `msgspec.DecodeError` as above."""
    struct = _STRUCTS[type(query)]
    found = msgspec.json.decode(document, type=tuple[struct, ...])
    return tuple(each for each in found if _answers(query, each))


def _answers(query: ObservedQuery, found: Observed) -> bool:
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
