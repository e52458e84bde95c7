"""Arithmetic, comparisons and sets of numbers and vectors. Source: prometheus/promql/engine.go (VectorBinop)."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.check import COMPARISONS, SETS
from midwatch.lab.telemetry.promql.syntax import Binary, Matching, PromqlError
from midwatch.lab.telemetry.promql.values import NAME, Vector, nameless, sort_labels, unique


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if not left or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _modulo(left: float, right: float) -> float:
    try:
        return math.fmod(left, right)
    except ValueError:
        return math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _modulo,
    "^": _power,
    "atan2": math.atan2,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def of_numbers(op: str, left: float, right: float) -> float:
    """Two numbers; comparisons answer 0 or 1."""
    if op in COMPARISONS:
        return float(_COMPARE[op](left, right))
    return _ARITHMETIC[op](left, right)


def with_number(binary: Binary, vector: Vector, number: float, *, swapped: bool) -> Vector:
    """Each element with a number; `swapped` when the number stands on the left."""
    op = binary.op
    pairs: list[tuple[Labels, float]] = []
    for labels, value in vector.items():
        left, right = (number, value) if swapped else (value, number)
        if op not in COMPARISONS:
            pairs.append((nameless(labels), _ARITHMETIC[op](left, right)))
        elif binary.boolean:
            pairs.append((nameless(labels), float(_COMPARE[op](left, right))))
        elif _COMPARE[op](left, right):
            pairs.append((labels, value))
    return unique(pairs)


def of_vectors(binary: Binary, left: Vector, right: Vector) -> Vector:
    """Two vectors, matched by their labels. Raises `PromqlError` where several match that must not."""
    signature = _signature(binary.matching)
    if binary.op in SETS:
        return _sets(binary.op, signature, left, right)
    swapped = binary.matching.group == "right"
    many, one = (right, left) if swapped else (left, right)
    return _matched(binary, signature, many, _index(binary, signature, one), swapped=swapped)


def _signature(matching: Matching) -> Callable[[Labels], Labels]:
    wanted = frozenset(matching.labels)
    if matching.on:
        return lambda labels: tuple(each for each in labels if each[0] in wanted)
    left_out = wanted | {NAME}
    return lambda labels: tuple(each for each in labels if each[0] not in left_out)


def _sets(op: str, signature: Callable[[Labels], Labels], left: Vector, right: Vector) -> Vector:
    if op == "or":
        known = {signature(labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if signature(labels) not in known}
    known = {signature(labels) for labels in right}
    return {labels: value for labels, value in left.items() if (signature(labels) in known) is (op == "and")}


def _index(
    binary: Binary, signature: Callable[[Labels], Labels], one: Vector
) -> dict[Labels, tuple[Labels, float]]:
    found: dict[Labels, tuple[Labels, float]] = {}
    for labels, value in one.items():
        key = signature(labels)
        if key in found:
            side = "left" if binary.matching.group == "right" else "right"
            raise PromqlError(
                f"found duplicate series for the match group {_shown(key)} on the {side} hand-side of the"
                f" operation: [{_shown(labels)}, {_shown(found[key][0])}];many-to-many matching not allowed:"
                " matching labels must be unique on one side",
                "execution",
            )
        found[key] = labels, value
    return found


def _matched(
    binary: Binary,
    signature: Callable[[Labels], Labels],
    many: Vector,
    one: dict[Labels, tuple[Labels, float]],
    *,
    swapped: bool,
) -> Vector:
    found: Vector = {}
    used: set[Labels] = set()
    for labels, value in many.items():
        key = signature(labels)
        other = one.get(key)
        if other is None:
            continue
        result = _result(binary.op, value, other[1], boolean=binary.boolean, swapped=swapped)
        if result is None:
            continue
        name = _name(binary, labels, other[0])
        if (not binary.matching.group and key in used) or name in found:
            raise PromqlError(
                "multiple matches for labels: "
                + (
                    "grouping labels must ensure unique matches"
                    if binary.matching.group
                    else "many-to-one matching must be explicit (group_left/group_right)"
                ),
                "execution",
            )
        used.add(key)
        found[name] = result
    return found


def _result(op: str, many: float, one: float, *, boolean: bool, swapped: bool) -> float | None:
    left, right = (one, many) if swapped else (many, one)
    if op not in COMPARISONS:
        return _ARITHMETIC[op](left, right)
    holds = _COMPARE[op](left, right)
    if boolean:
        return float(holds)
    return left if holds else None


def _name(binary: Binary, many: Labels, one: Labels) -> Labels:
    """The labels of a result. Source: prometheus/promql/engine.go (resultMetric)."""
    keeps = binary.op in COMPARISONS and not binary.boolean
    labels = dict(many if keeps else nameless(many))
    matching = binary.matching
    if not matching.group:
        wanted = set(matching.labels)
        labels = {key: value for key, value in labels.items() if (key in wanted) is matching.on}
        return sort_labels(labels)
    others = dict(one)
    for each in matching.include:
        labels[each] = others.get(each, "")
    return sort_labels(labels)


def _shown(labels: Labels) -> str:
    return "{" + ", ".join(f'{key}="{value}"' for key, value in labels) + "}"
