"""A synthetic cluster: its objects, as LIST answers or as a folder of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from midwatch.domain.kube.kinds import BY_KIND, RESOURCE_TYPES, ResourceType
from midwatch.evals.synthetic.values import Obj, name_of, namespace_of, part

Key = tuple[str, str]
"""API group (empty for core) and plural name of a resource type."""


@dataclass(frozen=True)
class Cluster:
    """All objects by resource type, as seen at `now`. Treat the objects as frozen: they share their parts."""

    objects: Mapping[Key, list[Obj]]
    now: datetime

    def all(self, kind: str) -> list[Obj]:
        """All objects of a built-in kind."""
        return self.objects[_key(BY_KIND[kind])]

    def get(self, kind: str, namespace: str, name: str) -> Obj:
        """One object; it must exist."""
        return next(each for each in self.all(kind) if (namespace_of(each), name_of(each)) == (namespace, name))

    def count(self) -> int:
        """How many objects there are."""
        return sum(len(found) for found in self.objects.values())

    def pages(self) -> dict[Key, bytes]:
        """The answer to the LIST of each resource type; Secrets as metadata only."""
        return {_key(each): _page(each, self.objects[_key(each)]) for each in RESOURCE_TYPES if not each.custom}

    def write(self, directory: Path) -> None:
        """One file `<resource>.json` per resource type that has objects, as `kubectl get -o json` prints it."""
        directory.mkdir(parents=True, exist_ok=True)
        for (_, resource), found in self.objects.items():
            items = [_without_type(each) for each in found] if resource == "secrets" else found
            listing: Obj = {"apiVersion": "v1", "kind": "List", "items": items}
            if found:
                (directory / f"{resource}.json").write_bytes(msgspec.json.encode(listing))


def cluster_of(objects: Iterable[Obj], now: datetime) -> Cluster:
    """Sort objects into a cluster."""
    found: dict[Key, list[Obj]] = {_key(each): [] for each in RESOURCE_TYPES if not each.custom}
    by_kind = {each.kind: found[_key(each)] for each in RESOURCE_TYPES if not each.custom}
    for each in objects:
        by_kind[str(each["kind"])].append(each)
    return Cluster(found, now)


def _key(found: ResourceType) -> Key:
    return found.group, found.resource


def _page(found: ResourceType, objects: Iterable[Obj]) -> bytes:
    group = f"{found.group}/{found.version}" if found.group else found.version
    listing: Obj = {"kind": f"{found.kind}List", "apiVersion": group, "metadata": {"resourceVersion": "1000000"}}
    if found.kind == "Secret":
        listing |= {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
        listing["items"] = [{"metadata": part(each, "metadata")} for each in objects]
    else:
        listing["items"] = [_without_head(each) for each in objects]
    return msgspec.json.encode(listing)


def _without_head(found: Obj) -> Obj:
    """Items of a typed LIST carry neither kind nor version."""
    return {key: value for key, value in found.items() if key not in ("kind", "apiVersion")}


def _without_type(found: Obj) -> Obj:
    """A Secret with a type and no data would say that it has no keys, which is not known here."""
    return {key: value for key, value in found.items() if key != "type"}
