"""Owners of pods and ReplicaSets that only tables told of, by the names that controllers give.

Source: pkg/controller/deployment/sync.go (`<deployment>-<hash>`), pkg/controller/statefulset (`<set>-<ordinal>`),
apiserver/pkg/storage/names/generate.go (five letters that spell no word).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from midwatch.sources.kubectl_text.objects import owner
from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.values import dig, word

_GENERATED = re.compile(r"(?P<base>.{1,253})-[bcdfghjklmnpqrstvwxz2456789]{5}")
_HASHED = re.compile(r"(?P<base>.{1,253})-[bcdfghjklmnpqrstvwxz2456789]{6,10}")
_ORDINAL = re.compile(r"(?P<base>.{1,253})-[0-9]{1,5}")
_RULES = (
    ("Pod", _GENERATED, ("ReplicaSet", "DaemonSet", "Job")),
    ("Pod", _ORDINAL, ("StatefulSet",)),
    ("ReplicaSet", _HASHED, ("Deployment",)),
)


def adopted(objects: Iterable[Obj]) -> Iterator[Obj]:
    """The objects; those whose owner no text names get the one that would have named them so."""
    listed = list(objects)
    known = {(word(each, "kind"), _space(each), word(each, "metadata", "name")) for each in listed}
    for each in listed:
        reference = None if dig(each, "metadata", "ownerReferences") else _owner(each, known)
        metadata = dig(each, "metadata")
        if reference is None or not isinstance(metadata, dict):
            yield each
        else:
            yield {**each, "metadata": {**metadata, "ownerReferences": [owner(reference)]}}


def _space(obj: Obj) -> str:
    return word(obj, "metadata", "namespace")


def _owner(obj: Obj, known: set[tuple[str, str, str]]) -> str | None:
    kind, name = word(obj, "kind"), word(obj, "metadata", "name")
    for owned, pattern, owners in _RULES:
        match = pattern.fullmatch(name) if kind == owned else None
        if match is None:
            continue
        for each in owners:
            if (each, _space(obj), match["base"]) in known:
                return f"{each}/{match['base']}"
    return None
