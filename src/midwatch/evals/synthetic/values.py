"""Small values that every object needs: times, identities, names, metadata."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import TypeAlias, cast

Obj: TypeAlias = "dict[str, object]"
"""One API object, or a part of one, as decoded JSON."""

_SAFE = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand: no vowels, no words


def stamp(at: datetime) -> str:
    """A time as the API writes it: RFC 3339, UTC, whole seconds."""
    return at.isoformat()[:19] + "Z"


def stamp_micro(at: datetime) -> str:
    """A time with microseconds, as leases and newer events carry it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def digest(*parts: str, size: int = 16) -> str:
    """A hexadecimal digest of names, for everything that looks random but must not be."""
    return blake2b("/".join(parts).encode(), digest_size=size).hexdigest()


def uid(*parts: str) -> str:
    """A UID derived from names."""
    text = digest(*parts)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def suffix(length: int, *parts: str) -> str:
    """The random-looking end of a generated name."""
    raw = blake2b("/".join(parts).encode(), digest_size=length).digest()
    return "".join(_SAFE[byte % len(_SAFE)] for byte in raw)


def template_hash(template: Obj) -> str:
    """The `pod-template-hash` of a template."""
    return suffix(10, json.dumps(template, sort_keys=True, default=str))


def meta(
    name: str,
    namespace: str = "",
    *,
    created: datetime,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    owner: Obj | None = None,
    generation: int = 0,
    generate_name: str = "",
    kind: str = "",
) -> Obj:
    """Metadata in the order that people expect to read it."""
    found: Obj = {"name": name}
    if generate_name:
        found["generateName"] = generate_name
    if namespace:
        found["namespace"] = namespace
    found["uid"] = uid(kind, namespace, name)
    found["resourceVersion"] = str(100_000 + zlib.crc32(name.encode()) % 900_000)
    if generation:
        found["generation"] = generation
    found["creationTimestamp"] = stamp(created)
    if labels:
        found["labels"] = labels
    if annotations:
        found["annotations"] = annotations
    if owner is not None:
        found["ownerReferences"] = [owner]
    return found


def resource(
    api_version: str,
    kind: str,
    name: str,
    namespace: str = "",
    *,
    created: datetime,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    owner: Obj | None = None,
    extra: Mapping[str, object] | None = None,
    **body: object,
) -> Obj:
    """Any object: its head, its metadata, and the rest as given (`extra` for what comes as a mapping)."""
    head = meta(name, namespace, created=created, labels=labels, annotations=annotations, owner=owner, kind=kind)
    return {"apiVersion": api_version, "kind": kind, "metadata": head, **body, **(extra or {})}


def owner_of(found: Obj) -> Obj:
    """A controlling owner reference to an object."""
    head = part(found, "metadata")
    return {
        "apiVersion": found["apiVersion"],
        "kind": found["kind"],
        "name": head["name"],
        "uid": head["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def part(found: Obj, *path: str) -> Obj:
    """The object at a path; the path must exist."""
    for name in path:
        found = cast("Obj", found[name])
    return found


def parts(found: Obj, name: str) -> list[Obj]:
    """The list of objects under a name; empty when absent."""
    return cast("list[Obj]", found.get(name) or [])


def text(found: Obj, *path: str) -> str:
    """The text at a path; empty when absent."""
    value = part(found, *path[:-1]).get(path[-1])
    return value if isinstance(value, str) else ""


def name_of(found: Obj) -> str:
    """The name of an object."""
    return text(found, "metadata", "name")


def namespace_of(found: Obj) -> str:
    """The namespace of an object, empty when cluster-scoped."""
    return text(found, "metadata", "namespace")


def labels_of(found: Obj) -> Mapping[str, str]:
    """The labels of an object."""
    return cast("Mapping[str, str]", part(found, "metadata").get("labels") or {})


def created_at(found: Obj) -> datetime:
    """When an object was created."""
    return datetime.fromisoformat(text(found, "metadata", "creationTimestamp"))


def annotations_of(found: Obj) -> Mapping[str, str]:
    """The annotations of an object."""
    return cast("Mapping[str, str]", part(found, "metadata").get("annotations") or {})


def condition(kind: str, status: str, at: datetime, reason: str = "", message: str = "", **more: object) -> Obj:
    """One condition."""
    found: Obj = {"type": kind, "status": status, **more, "lastTransitionTime": stamp(at)}
    if reason:
        found["reason"] = reason
    if message:
        found["message"] = message
    return found
