"""The object that a request sends, checked against the path it is sent to.

Source: k8s.io/apiserver/pkg/endpoints/handlers/{create,update,rest}.go,
k8s.io/apiserver/pkg/registry/rest/meta.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.api.body import decoded, media_of, unrecognized
from midwatch.lab.api.call import Call
from midwatch.lab.api.resources import Resource
from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, name_of, namespace_of, with_meta
from midwatch.lab.schema import decode


def object_sent(call: Call, resource: Resource) -> tuple[Obj, Sequence[str]]:
    """The object as it is to be stored, and warnings about its fields. Raises `ApiError` 400, 415."""
    kind = resource.kind
    found = decoded(call.body, call.headers.get("content-type", ""), kind.kind)
    check_kind(kind, found, call.body)
    raw = call.body if media_of(call.headers.get("content-type", "")) in ("", "application/json") else None
    known, warnings = decode(kind, found, validation(call), raw)
    return resource.taken(placed(call, kind, known)), warnings


def validation(call: Call) -> str:
    """What to do about unknown fields."""
    return call.query.get("fieldValidation") or "Warn"


def check_kind(kind: Kind, found: Obj, body: bytes) -> None:
    """Raises `ApiError` 400 unless an object is of the kind that the path names.

    Of built-in kinds both may be missing: the path says what the object is.
    Source: k8s.io/apimachinery/pkg/runtime/serializer/json/json.go (gvkWithDefaults, Decode).
    """
    shown, version, given = body.decode(errors="replace"), found.get("apiVersion"), found.get("kind")
    if kind.custom and not given:
        raise unrecognized(kind.kind, f"Object 'Kind' is missing in '{shown}'", body)
    if kind.custom and not version:
        raise _not_handled(given or "", "", kind, f"Object 'apiVersion' is missing in '{shown}'")
    if (given or kind.kind) != kind.kind:
        group = (kind.group or "core").partition(".")[0]
        why = f"converting ({kind.version}.{given}) to ({group}.{kind.kind}): unknown conversion"
        raise _not_handled(given or "", kind.version, kind, why)
    if version and version != kind.api_version:
        raise bad_request(
            f"the API version in the data ({version}) does not match the expected API version ({kind.api_version})"
        )


def _not_handled(given: str, version: str, kind: Kind, why: str) -> ApiError:
    return bad_request(f'{given} in version "{version}" cannot be handled as a {kind.kind}: {why}')


def placed(call: Call, kind: Kind, found: Obj) -> Obj:
    """An object in the namespace of the request; raises `ApiError` 400 when it says otherwise."""
    wanted = call.target.namespace if kind.namespaced else ""
    given = namespace_of(found)
    if given and kind.namespaced and given != wanted:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if call.target.name:
        found = _named(call.target.name, found)
    return with_meta(found, namespace=wanted or None)


def _named(wanted: str, found: Obj) -> Obj:
    name = name_of(found)
    if not name:
        raise bad_request("name must be provided")
    if name != wanted:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({wanted})")
    return found
