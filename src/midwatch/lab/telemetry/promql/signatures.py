"""Functions of PromQL, what they take and what they answer. Source: prometheus/promql/parser/functions.go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What an expression evaluates to, in the words of Prometheus' messages."""

    SCALAR = "scalar"
    STRING = "string"
    VECTOR = "instant vector"
    MATRIX = "range vector"


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of arguments, the last `optional` ones may be left out; `variadic`: the last may repeat."""

    arguments: tuple[Type, ...]
    optional: int = 0
    result: Type = Type.VECTOR
    variadic: bool = False


_S, _T, _V, _M = Type.SCALAR, Type.STRING, Type.VECTOR, Type.MATRIX

AGGREGATIONS = frozenset(
    {"sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile"}
    | {"count_values"}
)
PARAMETERS = {"topk": _S, "bottomk": _S, "quantile": _S, "count_values": _T}

_OF_RANGE = (
    "rate increase irate idelta delta deriv changes resets avg_over_time sum_over_time min_over_time max_over_time"
    " count_over_time last_over_time present_over_time absent_over_time stddev_over_time stdvar_over_time"
)
_OF_VECTOR = (
    "abs ceil floor exp ln log2 log10 sqrt sgn sort sort_desc absent timestamp sin cos tan asin acos atan sinh"
    " cosh tanh deg rad"
)
_OF_TIME = "minute hour day_of_week day_of_month day_of_year days_in_month month year"

FUNCTIONS: dict[str, Signature] = {
    **{each: Signature((_M,)) for each in _OF_RANGE.split()},
    **{each: Signature((_V,)) for each in _OF_VECTOR.split()},
    **{each: Signature((_V,), optional=1) for each in _OF_TIME.split()},
    "quantile_over_time": Signature((_S, _M)),
    "predict_linear": Signature((_M, _S)),
    "histogram_quantile": Signature((_S, _V)),
    "clamp": Signature((_V, _S, _S)),
    "clamp_min": Signature((_V, _S)),
    "clamp_max": Signature((_V, _S)),
    "round": Signature((_V, _S), optional=1),
    "label_replace": Signature((_V, _T, _T, _T, _T)),
    "label_join": Signature((_V, _T, _T, _T), optional=1, variadic=True),
    "vector": Signature((_S,)),
    "scalar": Signature((_V,), result=_S),
    "time": Signature((), result=_S),
    "pi": Signature((), result=_S),
}
