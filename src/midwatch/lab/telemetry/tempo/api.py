"""Handlers of Tempo's HTTP API, and of the part of Jaeger's that tells services and who calls whom.

Source: grafana/tempo/docs/sources/tempo/api_docs, jaegertracing/jaeger/cmd/query/app/http_handler.go.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.spans import Span, Spans
from midwatch.lab.telemetry.http import answer
from midwatch.lab.telemetry.prometheus.answers import time_of
from midwatch.lab.telemetry.promql.lexer import seconds
from midwatch.lab.telemetry.promql.syntax import PromqlError
from midwatch.lab.telemetry.tempo.otlp import attributes_of, nanoseconds, resource_of, trace_of
from midwatch.lab.telemetry.tempo.traceql import Condition, TraceqlError, of_tags, parse

_ID = re.compile(r"[0-9a-fA-F]{1,32}")
_LIMIT = 20
_SHOWN = 3


class TempoApi:
    """`/api/traces`, `/api/search`, `/jaeger/api`."""

    def __init__(self, spans: Spans, clock: Clock) -> None:
        self._spans = spans
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """All handlers."""
        return [
            web.get("/api/traces/{id}", self.trace),
            web.get("/api/v2/traces/{id}", self.trace_v2),
            web.get("/api/search", self.search),
            web.get("/api/search/tags", self.tags),
            web.get("/api/search/tag/{name}/values", self.tag_values),
            web.get("/api/echo", _echo),
            web.get("/jaeger/api/services", self.services),
            web.get("/jaeger/api/dependencies", self.dependencies),
        ]

    def _trace(self, request: web.Request) -> list[Span]:
        wanted = request.match_info["id"]
        if not _ID.fullmatch(wanted):
            raise web.HTTPBadRequest(
                text=f"invalid trace id {wanted!r}: trace IDs can only contain hex characters"
            )
        number = int(wanted, 16)
        found = [each for each in self._spans.kept if int(each.trace, 16) == number]
        if not found:
            raise web.HTTPNotFound(text="trace not found")
        return found

    async def trace(self, request: web.Request) -> web.Response:
        """One trace."""
        return answer(trace_of(self._trace(request)))

    async def trace_v2(self, request: web.Request) -> web.Response:
        """One trace, as the newer API wraps it."""
        return answer({"trace": {"resourceSpans": trace_of(self._trace(request))["batches"]}})

    async def search(self, request: web.Request) -> web.Response:
        """Traces with a span that fulfils a query (`q`) or has `tags`; newest first."""
        try:
            condition = _condition(request)
            start = time_of("start", request.query.get("start", ""), 0.0)
            end = time_of("end", request.query.get("end", ""), self._clock.now)
            limit = int(request.query.get("limit", _LIMIT))
        except (TraceqlError, PromqlError, ValueError) as error:
            return web.Response(text=f"invalid request: {error}", status=400)
        traces: dict[str, list[Span]] = {}
        for each in self._spans.kept:
            traces.setdefault(each.trace, []).append(each)
        least, most = (_bound(request, name) for name in ("minDuration", "maxDuration"))
        found = [
            (spans, matched)
            for spans in traces.values()
            if start <= spans[0].start <= end and (matched := [each for each in spans if condition(each)])
        ]
        shown = [_summary(spans, matched) for spans, matched in reversed(found)]
        wanted = [each for each in shown if _is_within(each["durationMs"] / 1000, least, most)]
        metrics = {"inspectedTraces": len(traces), "completedJobs": 1, "totalJobs": 1}
        return answer({"traces": wanted[: max(limit, 0)], "metrics": metrics})

    async def tags(self, _: web.Request) -> web.Response:
        """The names of all attributes."""
        return answer({"tagNames": sorted({key for each in self._spans.kept for key in _all(each)})})

    async def tag_values(self, request: web.Request) -> web.Response:
        """The values of one attribute."""
        name = request.match_info["name"]
        return answer({"tagValues": sorted({_all(each).get(name, "") for each in self._spans.kept} - {""})})

    async def services(self, _: web.Request) -> web.Response:
        """The services that sent spans (Jaeger)."""
        found = sorted({each.service for each in self._spans.kept})
        return answer({"data": found, "total": len(found), "limit": 0, "offset": 0, "errors": None})

    async def dependencies(self, _: web.Request) -> web.Response:
        """Who calls whom (Jaeger)."""
        by_id = {(each.trace, each.span): each for each in self._spans.kept}
        calls: Counter[tuple[str, str]] = Counter()
        for each in self._spans.kept:
            parent = by_id.get((each.trace, each.parent))
            if parent is not None and parent.service != each.service:
                calls[parent.service, each.service] += 1
        found = [
            {"parent": parent, "child": child, "callCount": n} for (parent, child), n in sorted(calls.items())
        ]
        return answer({"data": found, "total": len(found), "limit": 0, "offset": 0, "errors": None})


def _all(span: Span) -> dict[str, str]:
    return {**resource_of(span), **attributes_of(span)}


def _condition(request: web.Request) -> Condition:
    if "q" in request.query:
        return parse(request.query["q"])
    pairs = (each.partition("=") for each in shlex.split(request.query.get("tags", "")))
    return of_tags({key: value for key, _, value in pairs})


def _bound(request: web.Request, name: str) -> float | None:
    text = request.query.get(name)
    return seconds(text) if text else None


def _is_within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _summary(spans: list[Span], matched: list[Span]) -> dict[str, Any]:
    known = {each.span for each in spans}
    root = next((each for each in spans if each.parent not in known), spans[0])
    begin, end = min(each.start for each in spans), max(each.start + each.seconds for each in spans)
    shown: list[dict[str, Any]] = [_matched(each) for each in matched[:_SHOWN]]
    return {
        "traceID": root.trace,
        "rootServiceName": root.service,
        "rootTraceName": root.operation,
        "startTimeUnixNano": nanoseconds(begin),
        "durationMs": int((end - begin) * 1000),
        "spanSets": [{"spans": shown, "matched": len(matched)}],
        "serviceStats": _stats(spans),
    }


def _matched(span: Span) -> dict[str, Any]:
    return {
        "spanID": span.span,
        "name": span.operation,
        "startTimeUnixNano": nanoseconds(span.start),
        "durationNanos": str(int(span.seconds * 1e9)),
    }


def _stats(spans: Iterable[Span]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for each in spans:
        one = found.setdefault(each.service, {"spanCount": 0})
        one["spanCount"] += 1
        if each.error:
            one["errorCount"] = one.get("errorCount", 0) + 1
    return found


async def _echo(_: web.Request) -> web.Response:
    return web.Response(text="echo")
