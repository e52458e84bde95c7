"""Recorded observations as JSON: a list of the fields of one observation type."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck, Observation, Signal
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, Query, SignalsQuery, TracesQuery

_TYPES: dict[type, type[ComponentStatus] | type[ConnectionCheck] | type[Signal] | type[Call]] = {
    ComponentsQuery: ComponentStatus,
    ConnectivityQuery: ConnectionCheck,
    SignalsQuery: Signal,
    TracesQuery: Call,
}


def decode_observations(query: Query, pages: Sequence[bytes]) -> tuple[Observation, ...]:
    """The observations that answer `query`. Raises `msgspec.MsgspecError` when a page is not such a list."""
    kind = _TYPES.get(type(query))
    if kind is None:
        return ()
    found: list[Observation] = []
    for page in pages:
        found.extend(msgspec.json.decode(page, type=list[kind]))
    return tuple(found)


def encode_observations(observations: Sequence[Observation]) -> bytes:
    """One page of observations."""
    return msgspec.json.encode(list(observations))
