"""How clients and workloads fare: what scoring asks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from midwatch.domain.resource import Ref
from midwatch.lab.core.clock import Clock
from midwatch.lab.network.connection import Failure
from midwatch.lab.traffic.arrivals import Arrival, is_silent
from midwatch.lab.traffic.curve import lost_in_time, retransmission, share_over
from midwatch.lab.traffic.model import PATIENCE
from midwatch.lab.traffic.stations import Stations

_KEPT = 960


@dataclass(frozen=True, slots=True)
class Health:
    """Of some requests: how many per second, the share that succeeded (1 if there were none), the mean seconds."""

    rps: float
    success: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Fared:
    """One client's tick, with the shares of the HTTP status codes that it saw (0: none)."""

    at: float
    rps: float
    success: float
    seconds: float
    codes: tuple[tuple[int, float], ...] = ()


class Healths:
    """The last hours of each client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fared: dict[str, deque[Fared]] = {}

    def note(self, arrival: Arrival) -> Fared:
        """Remember how a client's requests of this tick fared."""
        seconds, codes = _outcome(arrival)
        success = sum(share for code, share in codes.items() if 200 <= code < 400)
        found = Fared(self._clock.now, arrival.rps, success, seconds, tuple(codes.items()))
        self._fared.setdefault(arrival.client.name, deque(maxlen=_KEPT)).append(found)
        return found

    def of(self, client: str, seconds: float) -> Health:
        """A client over the last seconds."""
        since = self._clock.now - seconds
        found = [each for each in self._fared.get(client, ()) if each.at > since]
        total = sum(each.rps for each in found)
        if total <= 0:
            return Health(0.0, 1.0, 0.0)
        success = sum(each.rps * each.success for each in found) / total
        return Health(total / len(found), success, sum(each.rps * each.seconds for each in found) / total)


def _outcome(arrival: Arrival) -> tuple[float, dict[int, float]]:
    seconds = 0.0
    codes: dict[int, float] = {}
    share = 1 / arrival.ways
    for each in arrival.shut:
        seconds += share * (PATIENCE if is_silent(each) else 0.005)
        code = _code(each.failure, controlled=each.via is not None)
        codes[code] = codes.get(code, 0.0) + share
    for connection, station in arrival.open:
        name = station.operation(arrival.operation).name if station is not None else ""
        theirs = station.seconds.get(name, 0.0) if station is not None else 0.0
        wrong = station.errors.get(name, 0.0) if station is not None else 0.0
        way = connection.seconds * 2 + theirs + retransmission(connection.loss)
        late = 1 - (1 - share_over(way, PATIENCE)) * (1 - lost_in_time(connection.loss, PATIENCE))
        lateness = 504 if connection.via is not None else 0
        for code, part in ((lateness, late), (500, (1 - late) * wrong), (200, (1 - late) * (1 - wrong))):
            if part > 0:
                codes[code] = codes.get(code, 0.0) + share * part
        seconds += share * min(way, PATIENCE)
    return seconds, codes


def _code(failure: Failure | None, *, controlled: bool) -> int:
    """The status that the client sees; 0 when it sees none."""
    if failure is Failure.NOT_FOUND or failure is Failure.UNAVAILABLE:
        return int(failure.value)
    if not controlled or failure is Failure.TLS:
        return 0
    return 504 if failure is Failure.TIMEOUT else 502


def workload_health(stations: Stations, ref: Ref) -> Health:
    """A workload at the moment, as its callers see it."""
    found = [each for each in stations.all.values() if ref in each.party.refs]
    total = sum(each.total_rps for each in found)
    if total <= 0:
        return Health(0.0, 1.0, 0.0)
    seconds = sum(rps * each.seconds.get(name, 0.0) for each in found for name, rps in each.rps.items())
    return Health(total, 1 - sum(each.total_errors for each in found) / total, seconds / total)
