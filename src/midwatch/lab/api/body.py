"""Bodies of requests: JSON and YAML, with the complaints of the API server about anything else.

Source: k8s.io/apiserver/pkg/endpoints/handlers/{rest,create}.go (transformDecodeError, summarizeData).
"""

from __future__ import annotations

from typing import Any, cast

import msgspec
import yaml

from midwatch.lab.api.protobuf import Undecodable, object_in
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.objects import Obj

MOST = 3 * 1024 * 1024
_SHOWN = 30
PROTOBUF = "application/vnd.kubernetes.protobuf"
_YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml"})
_TYPES = "application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor"


def media_of(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def unsupported(accepted: str = _TYPES) -> ApiError:
    """415: a body of an unknown type."""
    why = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return ApiError(415, "UnsupportedMediaType", why)


def too_large() -> ApiError:
    """413: a body above the limit."""
    return ApiError(413, "RequestEntityTooLarge", f"Request entity too large: limit is {MOST}")


def decoded(body: bytes, content_type: str, kind: str) -> Obj:
    """The object in a body; raises `ApiError` 400 or 415. `kind` is what it should be."""
    media = media_of(content_type)
    if media == PROTOBUF:
        return _protobuf(body)
    if media in _YAML:
        return _object(_yaml(body, kind), body, kind)
    if media not in ("", "application/json", "application/octet-stream"):
        raise unsupported()
    return _object(_json(body, kind), body, kind)


def _protobuf(body: bytes) -> Obj:
    try:
        return object_in(body)
    except Undecodable as error:
        raise bad_request(str(error)) from error


def _json(body: bytes, kind: str) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        why = f"couldn't get version/kind; json parse error: {_complaint(body)}"
        raise unrecognized(kind, why, body) from None


def _yaml(body: bytes, kind: str) -> Any:
    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise unrecognized(kind, f"couldn't get version/kind; json parse error: {error}", body) from None


def _complaint(body: bytes) -> str:
    """What Go's decoder says first: of texts that do not even begin as JSON does, or that end early."""
    text = body.decode(errors="replace").strip()
    if not text or text[0] in '{["':
        return "unexpected end of JSON input"
    return f"invalid character '{text[0]}' looking for beginning of value"


def unrecognized(kind: str, why: str, body: bytes) -> ApiError:
    """400: a body that is no object."""
    return bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(body)})")


def _summary(body: bytes) -> str:
    if not body:
        return "<empty>"
    shown = body[:_SHOWN].decode(errors="replace") if body[:1] == b"{" else body[:_SHOWN].hex()
    return shown + (" ..." if len(body) > _SHOWN else "")


def _object(found: Any, body: bytes, kind: str) -> Obj:
    if not isinstance(found, dict):
        why = "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct"
        raise unrecognized(kind, why, body)
    return cast("Obj", found)
