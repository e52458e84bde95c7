"""The part of the Prometheus HTTP API in use, decoded.

Source: prometheus.io/docs/prometheus/latest/querying/api.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from midwatch.domain.evidence import EvidenceState
from midwatch.sources.prometheus.transport import CannotAsk, Transport

T = TypeVar("T")


class Row(msgspec.Struct):
    """One series of an answer: labels and points, oldest first, as (epoch seconds, value)."""

    metric: dict[str, str]
    values: list[tuple[float, float]]


class _Instant(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Range(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]]


class _Vector(msgspec.Struct):
    result: list[_Instant]


class _Matrix(msgspec.Struct):
    result: list[_Range]


class _VectorAnswer(msgspec.Struct):
    data: _Vector


class _MatrixAnswer(msgspec.Struct):
    data: _Matrix


class _NamesAnswer(msgspec.Struct):
    data: list[str]


class Api:
    """The questions of one read, counted. Every method raises `CannotAsk`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.requests = 0

    async def names(self) -> frozenset[str]:
        """All metric names."""
        body = await self._get("/api/v1/label/__name__/values")
        return frozenset(_decoded(body, _NamesAnswer).data)

    async def now(self) -> float:
        """The server's own time, in epoch seconds: clocks differ."""
        found = await self.instant("vector(time())")
        return found[0].values[0][1] if found else 0.0

    async def instant(self, query: str) -> Sequence[Row]:
        """A vector, as rows of one point."""
        answer = _decoded(await self._get("/api/v1/query", query=query), _VectorAnswer)
        return [Row(each.metric, [(each.value[0], _number(each.value[1]))]) for each in answer.data.result]

    async def over(self, query: str, start: float, end: float, step: float) -> Sequence[Row]:
        """A matrix. Values that are not numbers (0/0) are left out."""
        window = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        answer = _decoded(await self._get("/api/v1/query_range", query=query, **window), _MatrixAnswer)
        rows = (Row(each.metric, [(at, _number(text)) for at, text in each.values]) for each in answer.data.result)
        return [Row(each.metric, [point for point in each.values if math.isfinite(point[1])]) for each in rows]

    async def _get(self, path: str, **params: str) -> bytes:
        self.requests += 1
        return await self._transport.get(path, params)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise CannotAsk(EvidenceState.FAILED, f"an answer holds {text[:40]!r} instead of a number") from error


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CannotAsk(EvidenceState.FAILED, "an answer is not what Prometheus sends") from error
