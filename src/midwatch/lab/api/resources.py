"""What is served at which path: stored kinds as they are, and second versions that are views of a stored one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from midwatch.lab.api.conversions import hpa_inward, hpa_outward
from midwatch.lab.api.events import event_inward, event_outward
from midwatch.lab.core.kinds import EVENT, HPA, Kind, Kinds
from midwatch.lab.core.objects import Obj


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as it is served, the kind it is stored as, and how to turn one into the other."""

    kind: Kind
    stored: Kind
    outward: Callable[[Obj], Obj] | None = None
    inward: Callable[[Obj], Obj] | None = None

    def shown(self, obj: Obj) -> Obj:
        """A stored object as it is served."""
        return self.outward(obj) if self.outward else obj

    def taken(self, obj: Obj) -> Obj:
        """A sent object as it is stored."""
        return self.inward(obj) if self.inward else obj


_EVENTS = Kind("events.k8s.io", "v1", "Event", "events", True, ("ev",))
_HPA_V1 = Kind("autoscaling", "v1", HPA.kind, HPA.plural, True, HPA.short, HPA.categories, HPA.subresources)

VIEWS = (
    Resource(_EVENTS, EVENT, event_outward, event_inward),
    Resource(_HPA_V1, HPA, hpa_outward, hpa_inward),
)


def _version(kind: Kind, stored: Kind) -> Resource:
    """Another version of a custom type: without a conversion only `apiVersion` differs."""
    return Resource(
        kind,
        stored,
        lambda found: {**found, "apiVersion": kind.api_version},
        lambda found: {**found, "apiVersion": stored.api_version},
    )


def served(kinds: Kinds) -> Iterator[Resource]:
    """All resources."""
    for each in kinds:
        yield Resource(each, each)
        yield from (_version(other, each) for other in each.others)
    yield from VIEWS


def find(kinds: Kinds, group: str, version: str, plural: str) -> Resource | None:
    """The resource of a path; None when it is not served."""
    known = kinds.by_resource(group, plural)
    if known is not None and known.version == version:
        return Resource(known, known)
    other = next((each for each in known.others if each.version == version), None) if known is not None else None
    if known is not None and other is not None:
        return _version(other, known)
    wanted = (group, version, plural)
    return next((each for each in VIEWS if (each.kind.group, each.kind.version, each.kind.plural) == wanted), None)
