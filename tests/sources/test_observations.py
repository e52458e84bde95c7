"""Documents of observations answer queries."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from midwatch.domain.observation import Call, ComponentStatus, ConnectionCheck, Measure, Signal
from midwatch.domain.observation_json import encode_observations
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, SignalsQuery, TracesQuery
from midwatch.domain.resource import Ref
from midwatch.sources.observations import observations_for

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COMPONENT = ComponentStatus("node-1", "kubelet", False, "inactive (dead)", NOON)
CHECK = ConnectionCheck(Ref("Service", "shop", "cart"), 80, False, "connection refused")
SIGNAL = Signal(Ref("Deployment", "shop", "cart"), Measure.LATENCY, 0.1, None, "s", "slow", NOON)
CALL = Call(Ref("Service", "shop", "web"), Ref("Service", "other", "cart"))


def test_a_query_gets_what_it_asked_for() -> None:
    document = encode_observations([SIGNAL])
    assert observations_for(SignalsQuery("shop"), document) == (SIGNAL,)
    assert observations_for(SignalsQuery("other"), document) == ()
    assert observations_for(SignalsQuery(since=datetime(2026, 1, 2, tzinfo=UTC)), document) == ()
    assert observations_for(ComponentsQuery("node-1"), encode_observations([COMPONENT])) == (COMPONENT,)
    assert observations_for(ComponentsQuery("node-2"), encode_observations([COMPONENT])) == ()
    assert observations_for(ConnectivityQuery(), encode_observations([CHECK])) == (CHECK,)
    assert observations_for(TracesQuery("other"), encode_observations([CALL])) == (CALL,)


def test_a_document_that_does_not_fit_names_the_field() -> None:
    document = b'[{"service":["Service","a","b"],"port":"x","succeeded":true,"outcome":""}]'
    with pytest.raises(msgspec.ValidationError, match="port"):
        observations_for(ConnectivityQuery(), document)
