"""Handlers of the Prometheus HTTP API. Source: prometheus/web/api/v1/api.go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.metrics import Labels
from midwatch.lab.core.objects import stamp
from midwatch.lab.telemetry.database import Database, Series
from midwatch.lab.telemetry.http import one, parameters
from midwatch.lab.telemetry.prometheus.answers import (
    duration_of,
    failure,
    matrix_of,
    success,
    time_of,
    value_of,
)
from midwatch.lab.telemetry.prometheus.metadata import family_of, help_of
from midwatch.lab.telemetry.promql.parser import parse
from midwatch.lab.telemetry.promql.query import instant, over
from midwatch.lab.telemetry.promql.syntax import PromqlError, Selector
from midwatch.lab.telemetry.promql.values import NAME

Parameters = dict[str, list[str]]
_BUILD = {
    "version": "3.5.0",
    "revision": "midwatch-lab",
    "branch": "HEAD",
    "buildUser": "",
    "buildDate": "",
    "goVersion": "go1.24.5",
}
_ANY = Selector((), at=0)


class PrometheusApi:
    """`/api/v1/*` over one database; `now` is the time of the simulation, never the wall clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """All handlers; queries may be posted as forms."""
        found: list[web.RouteDef] = []
        for path, handle in (
            ("query", self.query),
            ("query_range", self.query_range),
            ("series", self.series),
            ("labels", self.labels),
        ):
            guarded = _guarded(handle)
            found += [web.get(f"/api/v1/{path}", guarded), web.post(f"/api/v1/{path}", guarded)]
        return [
            *found,
            web.get("/api/v1/label/{name}/values", _guarded(self.label_values)),
            web.get("/api/v1/metadata", _guarded(self.metadata)),
            web.get("/api/v1/targets", _guarded(self.targets)),
            web.get("/api/v1/status/buildinfo", _guarded(self.buildinfo)),
            web.get("/-/ready", _ready),
            web.get("/-/healthy", _ready),
        ]

    def query(self, found: Parameters, _: web.Request) -> Any:
        """An instant query."""
        when = time_of("time", one(found, "time"), self._clock.now)
        query = one(found, "query")
        return value_of(_evaluated(lambda: instant(self._database, query, when)), when)

    def query_range(self, found: Parameters, _: web.Request) -> Any:
        """A query over a range."""
        start, end = self._range(found)
        step = duration_of("step", one(found, "step"))
        query = one(found, "query")
        return matrix_of(_evaluated(lambda: over(self._database, query, start, end, step)))

    def series(self, found: Parameters, _: web.Request) -> Any:
        """The label sets of series."""
        if "match[]" not in found:
            raise PromqlError("no match[] parameter provided")
        return [{NAME: name, **dict(series.labels)} for name, series in self._matching(found)]

    def labels(self, found: Parameters, _: web.Request) -> Any:
        """The names of labels."""
        names = {key for _, series in self._matching(found) for key, _ in series.labels}
        return sorted(names | {NAME}) if self._database.names else []

    def label_values(self, found: Parameters, request: web.Request) -> Any:
        """The values of one label."""
        label = request.match_info["name"]
        if label == NAME and not {"match[]", "start", "end"} & found.keys():
            return self._database.names
        if label == NAME:
            return sorted({name for name, _ in self._matching(found)})
        values = {dict(series.labels).get(label, "") for _, series in self._matching(found)}
        return sorted(values - {""})

    def metadata(self, found: Parameters, _: web.Request) -> Any:
        """Types and help texts."""
        names = frozenset(self._database.names)
        families = dict(family_of(each, names) for each in sorted(names))
        wanted = one(found, "metric")
        return {
            family: [{"type": kind, "help": help_of(family), "unit": ""}]
            for family, kind in families.items()
            if wanted in ("", family)
        }

    def targets(self, _: Parameters, __: web.Request) -> Any:
        """What is scraped, as `up` tells it."""
        found = instant(self._database, "up", self._clock.now)
        vector: dict[Labels, float] = found if isinstance(found, dict) else {}
        return {"activeTargets": [self._target(*each) for each in vector.items()], "droppedTargets": []}

    def _target(self, labels: Labels, value: float) -> dict[str, Any]:
        known = {key: each for key, each in labels if key != NAME}
        job, instance = known.get("job", ""), known.get("instance", "")
        return {
            "discoveredLabels": {"__address__": instance, "job": job},
            "labels": known,
            "scrapePool": job,
            "scrapeUrl": f"http://{instance}/metrics",
            "globalUrl": f"http://{instance}/metrics",
            "lastError": "" if value else f'Get "http://{instance}/metrics": context deadline exceeded',
            "lastScrape": stamp(self._clock.now),
            "lastScrapeDuration": 0.01 if value else 10.0,
            "health": "up" if value else "down",
            "scrapeInterval": "15s",
            "scrapeTimeout": "10s",
        }

    def buildinfo(self, _: Parameters, __: web.Request) -> Any:
        """The version whose behaviour this is."""
        return _BUILD

    def _range(self, found: Parameters) -> tuple[float, float]:
        for name in ("start", "end"):
            if not one(found, name):
                raise PromqlError(f'invalid parameter "{name}": cannot parse "" to a valid timestamp')
        return time_of("start", one(found, "start"), 0), time_of("end", one(found, "end"), 0)

    def _matching(self, found: Parameters) -> list[tuple[str, Series]]:
        """The series that any selector matches and that have samples in the time asked for."""
        span = self._database.span
        if span is None:
            return []
        start = time_of("start", one(found, "start"), span[0]) - 1e-6
        end = time_of("end", one(found, "end"), self._clock.now)
        chosen: dict[int, tuple[str, Series]] = {}
        for selector in map(_selector, found["match[]"]) if "match[]" in found else (_ANY,):
            for name, series in self._database.select(selector.matchers):
                if id(series) not in chosen and self._database.has_samples(series, start, end):
                    chosen[id(series)] = (name, series)
        return list(chosen.values())


def _selector(text: str) -> Selector:
    try:
        found = parse(text)
    except PromqlError as error:
        raise PromqlError(f'invalid parameter "match[]": {error}') from error
    if not isinstance(found, Selector) or found.range is not None:
        raise PromqlError(
            'invalid parameter "match[]": 1:1: parse error: unexpected expression, expected selector'
        )
    return found


def _evaluated(evaluate: Callable[[], Any]) -> Any:
    """Errors in the query itself name the parameter."""
    try:
        return evaluate()
    except PromqlError as error:
        if error.kind == "bad_data" and "parse error" in str(error):
            raise PromqlError(f'invalid parameter "query": {error}') from error
        raise


def _guarded(
    handle: Callable[[Parameters, web.Request], Any],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            return success(handle(await parameters(request), request))
        except PromqlError as error:
            return failure(error)

    return handler


async def _ready(_: web.Request) -> web.Response:
    return web.Response(text="Prometheus Server is Ready.\n")
