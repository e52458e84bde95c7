"""Clients as a synthetic monitor sees them: blackbox_exporter's probes, and a load generator's counters (k6)."""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import labels
from midwatch.lab.traffic.arrivals import Arrival
from midwatch.lab.traffic.health import Fared

_FAILING = 0.5


class Probes:
    """Tells how clients fare."""

    def __init__(self, env: Env) -> None:
        self._env = env

    def note(self, arrival: Arrival, fared: Fared, seconds: float) -> None:
        """Tell of one client's tick: a probe succeeds when most requests do."""
        metrics, client = self._env.metrics, arrival.client
        at = labels(job="blackbox", instance=client.url)
        metrics.set("probe_success", at, float(fared.success > _FAILING))
        metrics.set("probe_duration_seconds", at, fared.seconds)
        common = max(fared.codes, key=lambda each: each[1], default=(0, 0.0))[0]
        metrics.set("probe_http_status_code", at, float(common))
        for code, share in fared.codes:
            good = str(200 <= code < 400).lower()
            where = labels(scenario=client.name, url=client.url, status=str(code), expected_response=good)
            metrics.add("k6_http_reqs_total", where, fared.rps * share * seconds)
        of = labels(scenario=client.name, url=client.url)
        metrics.set("k6_http_req_failed_rate", of, 1 - fared.success)
        metrics.set("k6_http_req_duration_avg", of, fared.seconds)
