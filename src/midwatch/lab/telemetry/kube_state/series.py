"""What the families of kube-state-metrics share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.objects import Obj, name_of, namespace_of, seconds

JOB = "kube-state-metrics"


class Sample(NamedTuple):
    """One series of one object."""

    name: str
    labels: Labels
    value: float


class About:
    """Makes samples about one object: its namespace, its name (as the label that the kind has) and the job."""

    def __init__(self, found: Mapping[str, Any], label: str) -> None:
        self._base = {label: name_of(found), "namespace": namespace_of(found), "job": JOB}

    def sample(self, name: str, value: float | None, /, **more: str) -> Iterator[Sample]:
        """One sample; none when there is no value."""
        if value is not None:
            yield Sample(name, labels(**{**self._base, **more}), float(value))

    def each(self, name: str, values: Mapping[str, float | None]) -> Iterator[Sample]:
        """Samples of several families that begin alike."""
        for end, value in values.items():
            yield from self.sample(f"{name}_{end}", value)


def one_of(
    about: About, name: str, label: str, states: Iterable[str], actual: str, **more: str
) -> Iterator[Sample]:
    """A state as several series, of which one is 1."""
    for each in states:
        yield from about.sample(name, float(each == actual), **{label: each}, **more)


def conditions(about: About, name: str, found: Sequence[Obj]) -> Iterator[Sample]:
    """Conditions: each with the statuses true, false and unknown."""
    for each in found:
        actual = str(each.get("status")).lower()
        yield from one_of(about, name, "status", ("true", "false", "unknown"), actual, condition=str(each["type"]))


def amounts(about: About, name: str, found: Mapping[str, Any], **more: str) -> Iterator[Sample]:
    """Resource quantities in cores, bytes or numbers."""
    for resource, text in found.items():
        unit = {"cpu": "core", "memory": "byte", "ephemeral-storage": "byte"}.get(resource, "integer")
        value = parse_quantity(str(text))
        label = resource.replace("-", "_").replace(".", "_").replace("/", "_")
        yield from about.sample(name, None if value is None else float(value), resource=label, unit=unit, **more)


def moment(text: str | None) -> float | None:
    """An API time as a value."""
    return seconds(text) if text else None
