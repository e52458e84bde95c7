"""A Prometheus as a source of signals and of who calls whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped, digest_of
from midwatch.domain.observation import Call, Observation, Signal
from midwatch.domain.observation_json import encode_observations
from midwatch.domain.probe import Probe
from midwatch.domain.query import Query, SignalsQuery, TracesQuery
from midwatch.errors import UnknownName
from midwatch.sources.prometheus.api import Api
from midwatch.sources.prometheus.calls import read_calls, sources_of
from midwatch.sources.prometheus.links import can_tell, read_links
from midwatch.sources.prometheus.questions import QUESTIONS, askable
from midwatch.sources.prometheus.signals import Readings, read_signals, worst_of
from midwatch.sources.prometheus.transport import CannotAsk, Transport, address_of

_ADVICE = {
    EvidenceState.DENIED: "set MIDWATCH_PROMETHEUS_TOKEN to a token that may query",
    EvidenceState.UNREACHABLE: "check MIDWATCH_PROMETHEUS_URL and the network on the way",
    EvidenceState.FAILED: "check that MIDWATCH_PROMETHEUS_URL is the root of a Prometheus HTTP API",
}
_NO_METRICS = "it has none of the metrics that are known: istio, OpenTelemetry HTTP, cAdvisor, node exporter"
_NO_HISTORY = "its metrics do not reach back far enough to tell what is normal"
_NO_CALLS = "it has no metrics of a service mesh or of traces"


class PrometheusSource:
    """Answers signal and trace queries. Make one with `open_prometheus`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def name(self) -> str:
        """`prometheus:<host>:<port>`."""
        return f"prometheus:{self._transport.where}"

    def answers(self, query: Query) -> bool:
        """Signals, and who calls whom."""
        return isinstance(query, SignalsQuery | TracesQuery)

    async def fetch(self, query: Query) -> Evidence:
        """Answer the query. Signals that are refused or out of reach are told as such, never as none."""
        at, api = datetime.now(UTC), Api(self._transport)
        try:
            match query:
                case SignalsQuery():
                    return self._signals(query, at, await read_signals(api, self.name), api.requests)
                case TracesQuery():
                    return await self._calls(query, at, api)
                case _:
                    raise UnknownName(f"{self.name} cannot answer {query!s}: ask a source whose answers() is true")
        except CannotAsk as error:
            return Evidence(self.name, query, error.state, at, reason=error.reason, requests=api.requests)

    def _signals(self, query: SignalsQuery, at: datetime, found: Readings, requests: int) -> Evidence:
        wanted = [each for each in found.signals if _answers(query, each)]
        if not found.asked:
            state = worst_of(found.failures)
            reason = found.failures[0].reason if found.failures else _NO_METRICS
        elif not found.judged:
            state, reason = EvidenceState.FAILED, _NO_HISTORY
        elif found.skipped:
            state, reason = EvidenceState.TRUNCATED, f"{len(found.skipped)} questions were not answered"
        else:
            state, reason = EvidenceState.OBSERVED if wanted else EvidenceState.EMPTY, ""
        return self._evidence(query, state, at, wanted, reason, requests, found.skipped)

    async def _calls(self, query: TracesQuery, at: datetime, api: Api) -> Evidence:
        names = await api.names()
        metrics, linked = sources_of(names), can_tell(names)
        if not metrics and not linked:
            return self._evidence(query, EvidenceState.FAILED, at, (), _NO_CALLS, api.requests)
        found = await read_calls(api, metrics, self.name)
        found += await read_links(api, self.name) if linked else []
        wanted = [each for each in found if query.namespace in ("", each.caller.namespace, each.callee.namespace)]
        state = EvidenceState.OBSERVED if wanted else EvidenceState.EMPTY
        return self._evidence(query, state, at, wanted, "", api.requests)

    def _evidence(
        self,
        query: Query,
        state: EvidenceState,
        at: datetime,
        found: Sequence[Signal | Call],
        reason: str,
        requests: int,
        skipped: Sequence[Skipped] = (),
    ) -> Evidence:
        observations: Sequence[Observation] = found
        pages = (encode_observations(observations),) if found else ()
        return Evidence(self.name, query, state, at, pages, reason, requests, tuple(skipped), digest_of(pages))

    async def check(self) -> list[Probe]:
        """Whether it answers, and how many of the questions its metrics can answer."""
        try:
            names = await Api(self._transport).names()
        except CannotAsk as error:
            return [Probe("Prometheus", error.state, error.reason, _ADVICE.get(error.state, ""))]
        topics = len({each.topic for each in QUESTIONS})
        count = len(list(askable(names)))
        detail = f"{len(names)} metrics, with which {count} of {topics} questions can be asked"
        state = EvidenceState.OBSERVED if count else EvidenceState.EMPTY
        return [Probe("Prometheus", state, detail, "" if count else _NO_METRICS)]

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()


def open_prometheus(url: str, token: str = "", *, timeout: float = 20) -> PrometheusSource:
    """The Prometheus at a URL, to which nothing is sent yet. Raises `SourceUnusable` for what is no URL."""
    return PrometheusSource(Transport(address_of(url, token), timeout=timeout))


def _answers(query: SignalsQuery, found: Signal) -> bool:
    recent = query.since is None or found.since is None or found.since >= query.since
    return recent and query.namespace in ("", found.subject.namespace)
