"""The frame of an object: its kind, its names and its owner."""

from __future__ import annotations

from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.kinds import Kind
from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.values import word


def frame(kind: Kind, name: str = "", namespace: str | None = None) -> Obj:
    """An object with nothing but its identity; the namespace is left out of cluster-scoped kinds."""
    metadata: Obj = {}
    if name:
        metadata["name"] = name
    if namespace and kind.namespaced:
        metadata["namespace"] = namespace
    made: Obj = {"apiVersion": kind.api_version} if kind.api_version else {}
    return {**made, "kind": kind.kind, "metadata": metadata}


def owner(reference: str) -> Obj | None:
    """The controller's owner reference, from `ReplicaSet/web-5f7d8`."""
    kind, slash, name = reference.strip().partition("/")
    if not slash or not name:
        return None
    version = kinds.of(kind).api_version
    made: Obj = {"apiVersion": version} if version else {}
    return {**made, "kind": kind, "name": name, "controller": True}


def title(obj: Obj) -> str:
    """How an object is called in notes: `Pod shop/web-1`."""
    namespace, name = word(obj, "metadata", "namespace"), word(obj, "metadata", "name")
    return f"{word(obj, 'kind')} {namespace}/{name}" if namespace else f"{word(obj, 'kind')} {name}"
