"""Values and errors in the JSON of Prometheus. Source: prometheus/web/api/v1/api.go, json_codec.go."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.http import answer
from midwatch.lab.telemetry.promql.lexer import seconds
from midwatch.lab.telemetry.promql.query import Points
from midwatch.lab.telemetry.promql.syntax import PromqlError
from midwatch.lab.telemetry.promql.values import Value

_STATUS = {"bad_data": 400, "execution": 422, "not_found": 404, "internal": 500}


def number(value: float) -> str:
    """A value as Go formats it (`strconv.FormatFloat(v, 'f', -1, 64)`)."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value)) if value or math.copysign(1.0, value) > 0 else "-0"
    text = repr(value)
    return text if "e" not in text else f"{value:.30f}".rstrip("0")


def moment(at: float) -> float:
    """A time in seconds, with milliseconds at most."""
    rounded = round(at, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def success(data: Any) -> web.Response:
    """What was asked for."""
    return answer({"status": "success", "data": data})


def failure(error: PromqlError) -> web.Response:
    """A refusal; its HTTP status follows from its kind."""
    body = {"status": "error", "errorType": error.kind, "error": str(error)}
    return answer(body, _STATUS.get(error.kind, 422))


def value_of(found: Value, when: float) -> dict[str, Any]:
    """The result of an instant query."""
    at = moment(when)
    if isinstance(found, dict):
        vector = [{"metric": dict(labels), "value": [at, number(value)]} for labels, value in found.items()]
        return {"resultType": "vector", "result": vector}
    if isinstance(found, list):
        rows = [
            {
                "metric": dict(labels),
                "values": [[moment(t), number(v)] for t, v in zip(times, values, strict=True)],
            }
            for labels, _, _, times, values in found
        ]
        return {"resultType": "matrix", "result": rows}
    if isinstance(found, str):
        return {"resultType": "string", "result": [at, found]}
    return {"resultType": "scalar", "result": [at, number(found)]}


def matrix_of(found: Mapping[Labels, Points]) -> dict[str, Any]:
    """The result of a range query, in the order of the labels."""
    rows = [
        {"metric": dict(labels), "values": [[moment(at), number(value)] for at, value in points]}
        for labels, points in sorted(found.items())
    ]
    return {"resultType": "matrix", "result": rows}


def time_of(name: str, text: str, default: float) -> float:
    """A time parameter: epoch seconds or RFC 3339. Raises `PromqlError`."""
    if not text:
        return default
    try:
        found = float(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text).timestamp()
        except ValueError:
            found = math.nan
    if not math.isfinite(found):
        raise PromqlError(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp')
    return found


def duration_of(name: str, text: str) -> float:
    """A duration parameter: seconds or `1h30m`. Raises `PromqlError`."""
    try:
        found = float(text)
    except ValueError:
        found = seconds(text) or math.nan
    if not math.isfinite(found):
        raise PromqlError(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration')
    return found
