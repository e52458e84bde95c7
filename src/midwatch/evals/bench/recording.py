"""A generated cluster as files between two processes: its pages, and the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.query import ResourcesQuery
from midwatch.evals.memory import Key, MemorySource
from midwatch.evals.scale import break_something, generate
from midwatch.evals.scale.faults import Broken

HEALTHY = "healthy"
_NOW = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)


class About(msgspec.Struct, frozen=True):
    """What lies in a folder: how large it is, and the answer (no cause when nothing is wrong)."""

    pods: int
    fault: str
    objects: int
    bytes: int
    cause: str = ""
    culprit: str = ""


def make(folder: Path, pods: int, seed: int, fault: str) -> About:
    """Generate a cluster, break it, and write what it answers to each LIST."""
    cluster = generate(pods, seed=seed, now=_NOW)
    found = Broken(cluster) if fault == HEALTHY else break_something(cluster, fault, seed)
    pages = {key: page for key, page in found.cluster.pages().items() if found.cluster.objects[key]}
    for key, page in pages.items():
        _path(folder, key).write_bytes(page)
    size = sum(len(page) for page in pages.values())
    about = About(pods, fault, found.cluster.count(), size, found.cause, str(found.culprit or ""))
    (folder / "about.json").write_bytes(msgspec.json.encode(about))
    return about


def read_about(folder: Path) -> About:
    """What lies in a folder."""
    return msgspec.json.decode((folder / "about.json").read_bytes(), type=About)


def read_pages(folder: Path) -> dict[ResourcesQuery, bytes]:
    """The answer to each LIST of a type that has objects."""
    queries = [each.query() for each in RESOURCE_TYPES if not each.custom]
    paths = {each: _path(folder, (each.group, each.resource)) for each in queries}
    return {each: path.read_bytes() for each, path in paths.items() if path.exists()}


def read_source(folder: Path) -> MemorySource:
    """The cluster as a source in memory."""
    pages = {(each.group, each.resource): page for each, page in read_pages(folder).items()}
    return MemorySource("bench", _NOW, pages)


def _path(folder: Path, key: Key) -> Path:
    group, resource = key
    return folder / f"{resource}.{group or 'core'}.json"
