"""From a body in protocol buffers to the object that the same client would have sent as JSON.

Source: k8s.io/apimachinery/pkg/runtime/serializer/protobuf/protobuf.go,
k8s.io/apimachinery/pkg/runtime/types.go (Unknown).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from midwatch.lab.api.protobuf.messages import MESSAGES, TOP, Field
from midwatch.lab.api.protobuf.wire import Malformed, fields, signed
from midwatch.lab.core.objects import Obj, stamp, stamp_micro

_MAGIC = b"k8s\0"
_EMPTY = ("", 0, False)


class Undecodable(ValueError):
    """A body that is no object of a known type."""


def object_in(body: bytes) -> Obj:
    """The object in a body, without what has its zero value. Raises `Undecodable`."""
    if not body.startswith(_MAGIC):
        raise Undecodable("provided data does not appear to be a protobuf message, expected prefix 6b 38 73 00")
    try:
        return _typed(body[len(_MAGIC) :])
    except (Malformed, UnicodeDecodeError) as error:
        raise Undecodable(str(error)) from error


def _typed(envelope: bytes) -> Obj:
    kind, version, raw = "", "", b""
    for number, value in fields(envelope):
        if number == 1:
            names = dict(fields(_bytes(value)))
            version, kind = _text(names.get(1, b"")), _text(names.get(2, b""))
        elif number == 2:
            raw = _bytes(value)
    if kind not in TOP and kind != "DeleteOptions":
        raise Undecodable(f'no messages of kind "{kind}" in version "{version}" are known')
    return {"kind": kind, "apiVersion": version, **_message(raw, _fields_of(kind, version))}


def _fields_of(kind: str, version: str) -> Mapping[int, Field]:
    if (kind, version) == ("HorizontalPodAutoscaler", "autoscaling/v1"):
        spec = Field("spec", "HorizontalPodAutoscalerV1Spec", "", zero=False)
        return {**MESSAGES[kind], 2: spec}
    return MESSAGES[kind]


def _message(data: bytes, known: Mapping[int, Field]) -> Obj:
    found: Obj = {}
    for number, value in fields(data):
        field = known.get(number)
        if field is not None:
            _put(found, field, value)
    inline: Obj = found.pop("inline", {})
    return {**found, **inline}


def _put(found: Obj, field: Field, value: int | bytes) -> None:
    if field.form == "{}":
        pair = dict(fields(_bytes(value)))
        found.setdefault(field.name, {})[_text(pair.get(1, b""))] = _value(field.type, pair.get(2, b""))
    elif field.form:
        found.setdefault(field.name, []).append(_value(field.type, value))
    else:
        read = _value(field.type, value)
        if field.zero or (read not in _EMPTY and read is not None):
            found[field.name] = read


def _value(kind: str, value: int | bytes) -> Any:
    special = _SPECIAL.get(kind)
    return special(value) if special else _message(_bytes(value), MESSAGES[kind])


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise Malformed("proto: wrong wireType")
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode()


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise Malformed("proto: wrong wireType")
    return signed(value)


def _time(value: int | bytes) -> str | None:
    seconds = dict(fields(_bytes(value))).get(1)
    return stamp(_number(seconds)) if seconds is not None else None


def _micro_time(value: int | bytes) -> str | None:
    found = dict(fields(_bytes(value)))
    if 1 not in found:
        return None
    return stamp_micro(_number(found[1]) + _number(found.get(2, 0)) / 1e9)


def _texts(value: int | bytes) -> list[str]:
    """A list that is the value of a map (ExtraValue)."""
    return [_text(each) for number, each in fields(_bytes(value)) if number == 1]


def _int_or_string(value: int | bytes) -> int | str:
    found = dict(fields(_bytes(value)))
    return _text(found.get(3, b"")) if found.get(1) else _number(found.get(2, 0))


_SPECIAL: Mapping[str, Callable[[int | bytes], Any]] = {
    "text": _text,
    "int": _number,
    "bool": lambda value: bool(_number(value)),
    "bytes": lambda value: b64encode(_bytes(value)).decode(),
    "quantity": lambda value: _text(dict(fields(_bytes(value))).get(1, b"")),
    "time": _time,
    "microTime": _micro_time,
    "texts": _texts,
    "intOrString": _int_or_string,
}
