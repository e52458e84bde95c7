"""Image references: their form, and which known image a mistyped one resembles (distribution/reference)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import ReplicaSet

_COMPONENT = r"[a-z0-9](?:[a-z0-9._-]{0,254}[a-z0-9])?"
_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9.\-]{1,253}(?::[0-9]{1,5})?/)?"
    rf"{_COMPONENT}(?:/{_COMPONENT}){{0,16}}"
    r"(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?"
    r"(?:@[A-Za-z][A-Za-z0-9+._-]{0,31}:[0-9a-fA-F]{32,128})?"
)
_MAX_LENGTH = 512
_MAX_STRETCH = 3
_MIN_LENGTH = 8
_MAX_COMPARED = 2000


def is_malformed(image: str) -> bool:
    """Whether a reference that is there cannot be parsed."""
    return bool(image) and (len(image) > _MAX_LENGTH or _REFERENCE.fullmatch(image) is None)


def repository_of(image: str) -> str:
    """The reference without tag and digest."""
    name = image[:_MAX_LENGTH].partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def known_images(inventory: Inventory) -> tuple[str, ...]:
    """Images that containers of this cluster run, and those of former revisions (use with `derive`)."""
    found: dict[str, None] = {}
    for pod in inventory.all(Pod):
        images = {each.name: each.image for each in (*pod.spec.init_containers, *pod.spec.containers)}
        for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
            if status.state.running is not None or status.container_id:
                found[images.get(status.name) or status.image] = None
    for revision in inventory.all(ReplicaSet):
        if revision.status.ready_replicas > 0:
            found.update(dict.fromkeys(each.image for each in revision.spec.template.spec.containers))
    found.pop("", None)
    return tuple(found)


def closest(image: str, known: Iterable[str]) -> str:
    """A known image that differs from this one in at most three neighbouring letters, empty when there is none."""
    if not _MIN_LENGTH <= len(image) <= _MAX_LENGTH:
        return ""
    candidates = (each for each in islice(known, _MAX_COMPARED) if abs(len(each) - len(image)) <= _MAX_STRETCH)
    return next((each for each in candidates if each != image and _near(image, each)), "")


def _near(one: str, other: str) -> bool:
    """Whether two names differ in one short stretch that has letters (`v1.2` for `v1.3` is no typing error)."""
    start = 0
    shortest = min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    end = 0
    while end < shortest - start and one[-1 - end] == other[-1 - end]:
        end += 1
    mine, theirs = one[start : len(one) - end], other[start : len(other) - end]
    return max(len(mine), len(theirs)) <= _MAX_STRETCH and any(each.isalpha() for each in mine + theirs)
