"""From the JSON of a LIST (or of one object) to typed objects: fast when well-formed, forgiving when not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Protocol, cast

import msgspec

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON
from midwatch.domain.kube.cluster import Secret
from midwatch.domain.kube.coerce import coerce
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.kube.meta import CustomResource, KubeObject


class _RawList(msgspec.Struct, gc=False):
    items: list[msgspec.Raw] | None = None


class _Listing(Protocol):
    """What `_fast` makes: a struct with typed items."""

    items: tuple[KubeObject, ...]


class _Head(msgspec.Struct, gc=False, rename="camel"):
    api_version: str = ""
    kind: str = ""


_KEYS_MANAGED = ("f:data", "f:stringData")
_MAX_NOTES = 5


class Decoded(msgspec.Struct, frozen=True):
    """Objects of one page, and what of it did not fit."""

    objects: tuple[KubeObject, ...]
    skipped: tuple[Skipped, ...] = ()


def struct_for(kind: str, group: str = "") -> type[KubeObject]:
    """The struct that objects of a kind decode into; `CustomResource` for kinds without one."""
    known = BY_KIND.get(kind)
    if known is None or (group and known.group != group and not _renamed_group(known.group, group)):
        return CustomResource
    return known.struct


def _renamed_group(known: str, group: str) -> bool:
    """`extensions` and `events.k8s.io` are older or newer homes of built-in kinds."""
    return group in ("extensions", "events.k8s.io") and "." not in known.removesuffix(".k8s.io")


def decode_page(page: bytes, kind: str, group: str = "") -> Decoded:
    """Objects of one LIST page of one kind. Raises `msgspec.DecodeError` when the page is not JSON."""
    struct = struct_for(kind, group)
    if struct is Secret or struct is CustomResource:
        return _decode_slowly(page, struct, kind)
    try:
        listing = cast("_Listing", _fast(struct).decode(page))
    except msgspec.ValidationError:
        return _decode_slowly(page, struct, kind)
    return Decoded(listing.items)


def decode_object(value: Mapping[str, JSON]) -> Decoded:
    """One object from decoded JSON or YAML that carries its own kind."""
    raw = dict(value)
    kind, version = raw.get("kind"), raw.get("apiVersion")
    kind = kind if isinstance(kind, str) else ""
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return _decode_raw(raw, struct_for(kind, group), kind)


@cache
def _fast(struct: type[KubeObject]) -> msgspec.json.Decoder[msgspec.Struct]:
    listing = msgspec.defstruct("Listing", [("items", tuple[struct, ...])], gc=False)
    return msgspec.json.Decoder(listing)


def _decode_slowly(page: bytes, struct: type[KubeObject], kind: str) -> Decoded:
    """Object by object, so that one odd object costs only itself."""
    objects: list[KubeObject] = []
    skipped: list[Skipped] = []
    try:
        items = msgspec.json.decode(page, type=_RawList).items or []
    except msgspec.ValidationError as error:
        return Decoded((), (Skipped(kind, f"not a list of objects: {error}"),))
    for item in items:
        decoded = _decode_item(item, struct, kind)
        objects.extend(decoded.objects)
        skipped.extend(decoded.skipped)
    return Decoded(tuple(objects), tuple(skipped))


def _decode_item(item: msgspec.Raw, struct: type[KubeObject], kind: str) -> Decoded:
    if struct not in (Secret, CustomResource):
        try:
            return Decoded((msgspec.json.decode(item, type=struct),))
        except msgspec.ValidationError:
            pass
    raw: JSON = msgspec.json.decode(item)
    return _decode_raw(raw, struct, kind)


def _decode_raw(raw: JSON, struct: type[KubeObject], kind: str) -> Decoded:
    if not isinstance(raw, dict):
        return Decoded((), (Skipped(kind, "an item is not an object"),))
    if struct is Secret:
        raw = _without_values(raw)
    if struct is CustomResource:
        raw = _with_conditions(raw, kind)
    paths: list[str] = []
    found = coerce(struct, raw, paths.append)
    if not found.metadata.name and not found.metadata.generate_name:
        return Decoded((), (Skipped(kind, "an object has no name"),))
    return Decoded((found,), tuple(_notes(found, paths)))


def _notes(found: KubeObject, paths: list[str]) -> Iterator[Skipped]:
    for path in paths[:_MAX_NOTES]:
        yield Skipped(f"{found.ref} {path}", "has an unexpected type; read as if it were absent")
    if len(paths) > _MAX_NOTES:
        yield Skipped(str(found.ref), f"{len(paths) - _MAX_NOTES} more fields have unexpected types")


def _without_values(raw: dict[str, JSON]) -> dict[str, JSON]:
    """Keep the key names of a Secret and forget the values before anything else sees them."""
    keys = _data_keys(raw)
    kept: dict[str, JSON] = {name: raw[name] for name in ("apiVersion", "kind", "metadata", "type") if name in raw}
    if keys is not None:
        kept["keys"] = list[JSON](keys)
    return kept


def _data_keys(raw: dict[str, JSON]) -> list[str] | None:
    """Key names from the data, else from the field ownership that metadata-only reads still carry."""
    explicit = raw.get("keys")
    if isinstance(explicit, list):
        return [key for key in explicit if isinstance(key, str)]
    direct = [raw[name] for name in ("data", "stringData") if isinstance(raw.get(name), dict)]
    if direct:
        return sorted({key for part in direct if isinstance(part, dict) for key in part})
    if "type" in raw or "data" in raw:
        return []
    return _managed_keys(raw.get("metadata"))


def _managed_keys(metadata: JSON) -> list[str] | None:
    entries = metadata.get("managedFields") if isinstance(metadata, dict) else None
    if not isinstance(entries, list):
        return None
    keys: set[str] = set()
    for entry in entries:
        fields = entry.get("fieldsV1") if isinstance(entry, dict) else None
        for name in _KEYS_MANAGED:
            part = fields.get(name) if isinstance(fields, dict) else None
            if isinstance(part, dict):
                keys.update(key[2:] for key in part if key.startswith("f:"))
    return sorted(keys) if keys else None


def _with_conditions(raw: dict[str, JSON], kind: str) -> dict[str, JSON]:
    status = raw.get("status")
    conditions = status.get("conditions") if isinstance(status, dict) else None
    named = raw | {"kind": _qualified(raw, kind)}
    return named | {"conditions": conditions} if isinstance(conditions, list) else named


def _qualified(raw: dict[str, JSON], kind: str) -> str:
    """The kind, with its group where a built-in kind has the same name (`Service.serving.knative.dev`)."""
    own, version = raw.get("kind"), raw.get("apiVersion")
    name = own if isinstance(own, str) and own else kind
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return f"{name}.{group}" if name in BY_KIND and group else name


def head_of(document: bytes) -> tuple[str, str]:
    """(apiVersion, kind) of a JSON document, empty where it has none; for recognising files."""
    try:
        head = msgspec.json.decode(document, type=_Head)
    except msgspec.MsgspecError:
        return "", ""
    return head.api_version, head.kind
