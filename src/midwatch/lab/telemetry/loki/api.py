"""Handlers of Loki's HTTP API. Source: grafana/loki/pkg/loghttp, pkg/querier/http.go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from midwatch.lab.core.clock import Clock
from midwatch.lab.telemetry.http import one, parameters
from midwatch.lab.telemetry.loki.evaluate import Metrics, entries, newest
from midwatch.lab.telemetry.loki.logs import Logs
from midwatch.lab.telemetry.loki.parser import parse
from midwatch.lab.telemetry.loki.syntax import LogqlError, LogQuery
from midwatch.lab.telemetry.matcher import Matcher
from midwatch.lab.telemetry.prometheus.answers import duration_of, matrix_of, success, time_of, value_of
from midwatch.lab.telemetry.promql.syntax import PromqlError

Parameters = dict[str, list[str]]
_HOUR = 3600.0
_LIMIT, _MOST = 100, 5000
_NANOSECONDS = 1e14
"""Numbers above this are times in nanoseconds."""


class LokiApi:
    """`/loki/api/v1/*`."""

    def __init__(self, logs: Logs, clock: Clock) -> None:
        self._logs = logs
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """All handlers."""
        base = "/loki/api/v1"
        handlers = (
            ("query_range", self.query_range),
            ("query", self.query),
            ("labels", self.labels),
            ("label", self.labels),
            ("series", self.series),
        )
        found = [web.get(f"{base}/{path}", _guarded(handle)) for path, handle in handlers]
        posts = [web.post(f"{base}/{path}", _guarded(handle)) for path, handle in handlers]
        return [
            *found,
            *posts,
            web.get(f"{base}/label/{{name}}/values", _guarded(self.values)),
            web.get(f"{base}/status/buildinfo", _buildinfo),
            web.get("/ready", _ready),
        ]

    def query_range(self, found: Parameters, _: web.Request) -> Any:
        """Lines, or numbers made of lines, over a time."""
        query = parse(one(found, "query"))
        start, end = self._range(found)
        if end < start:
            raise LogqlError("end timestamp must not be before or equal to start time")
        if isinstance(query, LogQuery):
            return self._lines(query, found, start, end)
        step = one(found, "step")
        seconds = duration_of("step", step) if step else max((end - start) // 250, 1.0)
        if seconds <= 0:
            raise LogqlError(
                "zero or negative query resolution step widths are not accepted. Try a positive integer"
            )
        return matrix_of(Metrics(self._logs, query, start, end).over(seconds))

    def _lines(self, query: LogQuery, found: Parameters, start: float, end: float) -> Any:
        text = one(found, "limit", str(_LIMIT))
        if not text.isdecimal() or int(text) < 1:
            raise LogqlError("limit must be a positive value")
        if int(text) > _MOST:
            raise LogqlError(f"max entries limit per query exceeded, limit > max_entries_limit ({text} > {_MOST})")
        direction = one(found, "direction", "backward").lower()
        if direction not in ("backward", "forward"):
            raise LogqlError(f"invalid direction '{direction}'")
        lines = list(entries(self._logs, query, start, end))
        streams = newest(lines, int(text), backward=direction == "backward")
        result = [
            {"stream": dict(name), "values": [[_nanoseconds(each.at), each.line] for each in members]}
            for name, members in streams.items()
        ]
        return {"resultType": "streams", "result": result, "stats": {}}

    def query(self, found: Parameters, _: web.Request) -> Any:
        """Numbers made of lines, at an instant."""
        query = parse(one(found, "query"))
        if isinstance(query, LogQuery):
            raise LogqlError(
                "log queries are not supported as an instant query type, please change your query to a range query"
                " type"
            )
        when = self._time("time", one(found, "time"), self._clock.now)
        if isinstance(query, float):
            return value_of(query, when)
        return value_of(Metrics(self._logs, query, when, when).at(when), when)

    def labels(self, found: Parameters, _: web.Request) -> Any:
        """The names of labels."""
        return sorted({key for name in self._streams(found) for key in name})

    def values(self, found: Parameters, request: web.Request) -> Any:
        """The values of one label."""
        label = request.match_info["name"]
        return sorted({name[label] for name in self._streams(found) if label in name})

    def series(self, found: Parameters, _: web.Request) -> Any:
        """The streams."""
        return self._streams(found)

    def _streams(self, found: Parameters) -> list[dict[str, str]]:
        start, end = self._range(found, _HOUR * 6)
        matches = [*found.get("match[]", ()), *found.get("match", ()), *found.get("query", ())]
        chosen: dict[tuple[tuple[str, str], ...], None] = {}
        for matchers in [_selector(each) for each in matches] or [()]:
            for name, lines in self._logs.streams(matchers):
                if lines and lines[-1].at >= start and lines[0].at <= end:
                    chosen[name] = None
        return [dict(each) for each in chosen]

    def _range(self, found: Parameters, default: float = _HOUR) -> tuple[float, float]:
        end = self._time("end", one(found, "end"), self._clock.now)
        since = one(found, "since")
        span = duration_of("since", since) if since else default
        return self._time("start", one(found, "start"), end - span), end

    def _time(self, name: str, text: str, default: float) -> float:
        at = time_of(name, text, default)
        return at / 1e9 if at > _NANOSECONDS else at


def _selector(text: str) -> tuple[Matcher, ...]:
    query = parse(text)
    if not isinstance(query, LogQuery):
        raise LogqlError("only label matchers are supported")
    return query.matchers


def _nanoseconds(at: float) -> str:
    return str(round(at * 1e6) * 1000)


def _guarded(
    handle: Callable[[Parameters, web.Request], Any],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Loki answers errors as plain text."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            return success(handle(await parameters(request), request))
        except (LogqlError, PromqlError) as error:
            return web.Response(text=f"{error}\n", status=400)

    return handler


async def _ready(_: web.Request) -> web.Response:
    return web.Response(text="ready\n")


async def _buildinfo(_: web.Request) -> web.Response:
    return web.json_response({"version": "3.5.0", "revision": "midwatch-lab", "branch": "HEAD"})
