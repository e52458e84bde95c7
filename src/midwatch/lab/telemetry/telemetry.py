"""Joins the scraper, the rules and the APIs to what one simulated cluster tells about itself."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from midwatch.lab.core.env import Env
from midwatch.lab.telemetry.alerting.alert import Alert
from midwatch.lab.telemetry.alerting.api import AlertingApi
from midwatch.lab.telemetry.alerting.dispatch import Dispatcher, Timing
from midwatch.lab.telemetry.alerting.engine import Engine
from midwatch.lab.telemetry.alerting.post import Outbox
from midwatch.lab.telemetry.alerting.rule import Rule
from midwatch.lab.telemetry.alerting.standard import STANDARD
from midwatch.lab.telemetry.database import Database
from midwatch.lab.telemetry.kube_state.state import KubeState
from midwatch.lab.telemetry.loki.api import LokiApi
from midwatch.lab.telemetry.loki.logs import Logs
from midwatch.lab.telemetry.prometheus.api import PrometheusApi
from midwatch.lab.telemetry.prometheus.exposition import CONTENT_TYPE, exposition
from midwatch.lab.telemetry.scraper import Scraper
from midwatch.lab.telemetry.targets import targets
from midwatch.lab.telemetry.tempo.api import TempoApi
from midwatch.lab.telemetry.tempo.service_graph import ServiceGraph


class Telemetry:
    """All that observes one cluster, in the simulation and through the field's HTTP APIs."""

    def __init__(
        self,
        env: Env,
        *,
        rules: Sequence[Rule] = STANDARD,
        webhooks: Sequence[str] = (),
        retention: float = 6 * 3600.0,
        timing: Timing | None = None,
    ) -> None:
        self._env = env
        self.database = Database(retention)
        self.logs = Logs(env)
        self.outbox = Outbox(webhooks)
        self.dispatcher = Dispatcher(env.clock, self.outbox.add, timing=timing)
        self.engine = Engine(env.clock, self.database, rules, on_evaluated=self.dispatcher.take)
        kube_state, graph = KubeState(env.store), ServiceGraph(env.spans)
        sources = (kube_state.families, graph.families, lambda: targets(env), self.engine.families)
        self.scraper = Scraper(env, self.database, sources)

    @property
    def enabled(self) -> bool:
        """Whether metrics are scraped, rules evaluated and logs kept: large runs do without."""
        return self.scraper.enabled

    @enabled.setter
    def enabled(self, wanted: bool) -> None:
        self.scraper.enabled = self.engine.enabled = self.logs.enabled = wanted

    def alerts(self) -> list[Alert]:
        """Pending, firing and recently resolved alerts."""
        return self.engine.all()

    def application(self) -> web.Application:
        """Everything behind one port: paths do not overlap, as each API has its own."""
        found = web.Application()
        found.add_routes(PrometheusApi(self.database, self._env.clock).routes())
        found.add_routes(AlertingApi(self._env.clock, self.engine, self.dispatcher).routes())
        found.add_routes(LokiApi(self.logs, self._env.clock).routes())
        found.add_routes(TempoApi(self._env.spans, self._env.clock).routes())
        found.router.add_get("/metrics", self._metrics)
        found.cleanup_ctx.append(self.outbox.running)
        return found

    async def _metrics(self, request: web.Request) -> web.StreamResponse:
        """What a real Prometheus scrapes; written in parts, as it may be large."""
        response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE})
        await response.prepare(request)
        found = ((name, values) for name, values in self.scraper.families() if not name.startswith("ALERTS"))
        for part in exposition(found):
            await response.write(part.encode())
        await response.write_eof()
        return response


def install(
    env: Env,
    *,
    webhooks: Sequence[str] = (),
    retention: float = 6 * 3600.0,
    rules: Sequence[Rule] = STANDARD,
    timing: Timing | None = None,
) -> Telemetry:
    """Observe a cluster from now on. `webhooks` are told about alerts; `retention` in seconds."""
    return Telemetry(env, rules=rules, webhooks=webhooks, retention=retention, timing=timing)
