"""Types of expressions: what Prometheus refuses before it evaluates. Source: prometheus/promql/parser/parse.go."""

from __future__ import annotations

from midwatch.lab.telemetry.promql.lexer import failure
from midwatch.lab.telemetry.promql.signatures import FUNCTIONS, PARAMETERS, Type
from midwatch.lab.telemetry.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Matching,
    Negation,
    Number,
    Selector,
    Subquery,
    Text,
)

SETS = ("and", "or", "unless")
COMPARISONS = ("==", "!=", "<", ">", "<=", ">=")


def check(query: str, found: Expression) -> Type:
    """The type of an expression; raises `PromqlError` where types do not fit."""
    match found:
        case Number():
            return Type.SCALAR
        case Text():
            return Type.STRING
        case Selector():
            return _selector(query, found)
        case Subquery():
            _expect(query, found.inner, Type.VECTOR, "subquery")
            return Type.MATRIX
        case Negation():
            return _negation(query, found)
        case Binary():
            return _binary(query, found)
        case Aggregation():
            return _aggregation(query, found)
        case Call():
            return _call(query, found)


def _selector(query: str, found: Selector) -> Type:
    names = [each for each in found.matchers if each.name == "__name__" and each.op == "="]
    if len(names) > 1:
        raise failure(
            query, found.at, f'metric name must not be set twice: "{names[0].value}" or "{names[1].value}"'
        )
    if all(each.matches("") for each in found.matchers):
        raise failure(query, found.at, "vector selector must contain at least one non-empty matcher")
    return Type.VECTOR if found.range is None else Type.MATRIX


def _expect(query: str, found: Expression, wanted: Type, where: str) -> None:
    actual = check(query, found)
    if actual is not wanted:
        raise failure(query, found.at, f"expected type {wanted} in {where}, got {actual}")


def _negation(query: str, found: Negation) -> Type:
    actual = check(query, found.inner)
    if actual not in (Type.SCALAR, Type.VECTOR):
        why = f'unary expression only allowed on expressions of type scalar or instant vector, got "{actual}"'
        raise failure(query, found.at, why)
    return actual


def _binary(query: str, found: Binary) -> Type:
    sides = (check(query, found.left), check(query, found.right))
    if any(each not in (Type.SCALAR, Type.VECTOR) for each in sides):
        raise failure(query, found.at, "binary expression must contain only scalar and instant vector types")
    comparison = found.op in COMPARISONS
    if found.boolean and not comparison:
        raise failure(query, found.at, "bool modifier can only be used on comparison operators")
    if Type.SCALAR in sides:
        _with_scalar(query, found, sides)
    elif found.op in SETS and found.matching.group:
        raise failure(query, found.at, f'no grouping allowed for "{found.op}" operation')
    _overlap(query, found)
    return Type.VECTOR if Type.VECTOR in sides else Type.SCALAR


def _with_scalar(query: str, found: Binary, sides: tuple[Type, Type]) -> None:
    if found.op in SETS:
        raise failure(query, found.at, f'set operator "{found.op}" not allowed in binary scalar expression')
    if found.matching != Matching():
        raise failure(query, found.at, "vector matching only allowed between instant vectors")
    if found.op in COMPARISONS and not found.boolean and Type.VECTOR not in sides:
        raise failure(query, found.at, "comparisons between scalars must use BOOL modifier")


def _overlap(query: str, found: Binary) -> None:
    both = set(found.matching.labels) & set(found.matching.include)
    if found.matching.on and both:
        why = f'label "{min(both)}" must not occur in ON and GROUP clause at once'
        raise failure(query, found.at, why)


def _aggregation(query: str, found: Aggregation) -> Type:
    if found.parameter is not None:
        _expect(query, found.parameter, PARAMETERS[found.op], "aggregation parameter")
    _expect(query, found.inner, Type.VECTOR, "aggregation expression")
    return Type.VECTOR


def _call(query: str, found: Call) -> Type:
    signature = FUNCTIONS[found.name]
    most, count = len(signature.arguments), len(found.arguments)
    least = most - signature.optional
    bounds = "at least " if signature.variadic or signature.optional else ""
    if count < least:
        raise failure(query, found.at, _count(bounds, least, found.name, count))
    if count > most and not signature.variadic:
        raise failure(query, found.at, _count("at most " if signature.optional else "", most, found.name, count))
    for index, each in enumerate(found.arguments):
        wanted = signature.arguments[min(index, most - 1)]
        _expect(query, each, wanted, f'call to function "{found.name}"')
    return signature.result


def _count(bounds: str, wanted: int, name: str, got: int) -> str:
    return f'expected {bounds}{wanted} argument(s) in call to "{name}", got {got}'
