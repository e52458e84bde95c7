"""Who else pulls images from the same place, and with which credentials: what a refusal by a registry means.

A registry may answer alike for an image that does not exist and for one that needs credentials (OCI distribution
specification, "Error Codes": DENIED, UNAUTHORIZED and NAME_UNKNOWN). What runs here tells which of them it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice

from midwatch.detectors.images._image_names import closest, repository_of
from midwatch.detectors.images._pull_secrets import secrets_of
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod

_HUB = "docker.io"
_HUB_ALIASES = frozenset({"index.docker.io", "registry-1.docker.io", _HUB})
_PUBLIC = frozenset({f"{_HUB}/library", "registry.k8s.io", "public.ecr.aws", "mcr.microsoft.com", "k8s.gcr.io"})
"""Official images of Docker Hub, and registries that hold public images only."""
_MAX_PLACES = 500


class Access(Enum):
    """What is known of the right to pull from a place."""

    PROVEN = auto()  # others pull from there as this workload does
    LACKS_SECRET = auto()  # others pull from there with credentials, this workload names none
    PUBLIC = auto()  # nobody needs credentials there
    NO_SECRET = auto()  # nobody else pulls from there, and this workload names no credentials
    WITH_SECRET = auto()  # nobody else pulls from there, and this workload names credentials


@dataclass
class _Pulled:
    """How the images of one place are pulled by what runs: with which secrets, or with none."""

    secrets: set[str] = field(default_factory=set[str])
    anonymous: bool = False


def access_to(inventory: Inventory, pod: Pod, image: str) -> Access:
    """What is known of the right of a pod to pull its image."""
    place, own = place_of(image), secrets_of(inventory, pod)
    if any(place == each or place.startswith(f"{each}/") for each in _PUBLIC):
        return Access.PUBLIC
    known = inventory.derive(_pulled)
    others = known.get(place) or known.get(closest(place, islice(known, _MAX_PLACES)))
    if others is None:
        return Access.WITH_SECRET if own else Access.NO_SECRET
    if others.secrets.intersection(own) or not others.secrets:
        return Access.PROVEN
    if own:
        return Access.WITH_SECRET
    return Access.NO_SECRET if others.anonymous else Access.LACKS_SECRET  # those without may run cached images


def place_of(image: str) -> str:
    """Registry and path of an image without its last part: `docker.io/library` of `redis:7`."""
    head, _, rest = repository_of(image).partition("/")
    if not rest:
        return f"{_HUB}/library"
    if "." not in head and ":" not in head and head != "localhost":
        head, rest = _HUB, f"{head}/{rest}"
    head = _HUB if head in _HUB_ALIASES else head
    path = rest.rpartition("/")[0]
    if head == _HUB and not path:
        path = "library"
    return f"{head}/{path}" if path else head


def _pulled(inventory: Inventory) -> dict[str, _Pulled]:
    """How every place is used by containers that run (use with `derive`)."""
    found: dict[str, _Pulled] = defaultdict(_Pulled)
    for pods in inventory.pods_by_workload.values():
        for pod in pods:
            places = {place_of(image) for image in _running(pod)}
            names = secrets_of(inventory, pod) if places else []
            for place in places:
                found[place].secrets.update(names)
                found[place].anonymous |= not names
    return dict(found)


def _running(pod: Pod) -> Iterable[str]:
    images = {each.name: each.image for each in (*pod.spec.init_containers, *pod.spec.containers)}
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        if status.state.running is not None or status.container_id:
            yield images.get(status.name) or status.image
