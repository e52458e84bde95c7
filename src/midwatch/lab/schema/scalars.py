"""Scalars, and how the decoder words it when one has the wrong type.

Source: go/encoding/json/decode.go (UnmarshalTypeError), k8s.io/apimachinery/pkg/api/resource/quantity.go.
"""

from __future__ import annotations

import re
from binascii import Error as NoBase64
from binascii import a2b_base64

from midwatch.domain.quantity import parse_quantity

_LIMITS = {"int32": 2**31, "int64": 2**63}
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_LAYOUT = "2006-01-02T15:04:05Z07:00"
_ODD = ("bool", "object", "array")


class Mismatch(Exception):
    """A value of the wrong type. Its text is what the decoder says."""

    def __init__(self, got: str, wanted: str, struct: str = "", dots: tuple[str, ...] = ()) -> None:
        where = f"struct field {struct}.{'.'.join(dots)}" if dots else "value"
        super().__init__(f"json: cannot unmarshal {got} into Go {where} of type {wanted}")


class Malformed(Mismatch):
    """A text that cannot be read as what it should be: a quantity, a time."""

    def __init__(self, text: str) -> None:
        Exception.__init__(self, text)


def go_kind(value: object) -> str:
    """What the decoder calls a value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def check_scalar(go: str, value: object, struct: str, dots: tuple[str, ...]) -> None:
    """Raise `Mismatch` unless a value is one of a scalar type: `string`, `int32`, `quantity`, `time` ..."""
    if go in _LIMITS:
        _check_integer(go, value, struct, dots)
    elif go == "quantity":
        _check_quantity(value)
    elif go == "intstr":
        if go_kind(value) in _ODD:
            raise Mismatch(go_kind(value), "int32")
    elif go == "bool" or go.startswith("float"):
        if go_kind(value) != ("bool" if go == "bool" else "number"):
            raise Mismatch(go_kind(value), go, struct, dots)
    else:
        _check_text(go, value, struct, dots)


def _check_text(go: str, value: object, struct: str, dots: tuple[str, ...]) -> None:
    if not isinstance(value, str):
        raise Mismatch(go_kind(value), "string" if go in ("time", "duration", "bytes") else go, struct, dots)
    if go == "time":
        _check_time(value)
    elif go == "bytes":
        _check_bytes(value)


def _check_integer(go: str, value: object, struct: str, dots: tuple[str, ...]) -> None:
    if isinstance(value, float):
        if not value.is_integer():
            raise Mismatch(f"number {value:g}", go, struct, dots)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise Mismatch(go_kind(value), go, struct, dots)
    elif not -_LIMITS[go] <= value < _LIMITS[go]:
        raise Mismatch(f"number {value}", go, struct, dots)


def _check_quantity(value: object) -> None:
    if go_kind(value) in _ODD or parse_quantity(value) is None:  # type: ignore[arg-type]
        raise Malformed(_QUANTITY)


def _check_time(value: str) -> None:
    if value and not _TIME.match(value):
        raise Malformed(f'parsing time "{value}" as "{_LAYOUT}": cannot parse "{value}" as "2006"')


def _check_bytes(value: str) -> None:
    try:
        a2b_base64(value.encode(), strict_mode=True)
    except (NoBase64, ValueError):
        bad = next((at for at, char in enumerate(value) if not (char.isalnum() or char in "+/=\r\n")), len(value))
        raise Malformed(f"illegal base64 data at input byte {bad}") from None
