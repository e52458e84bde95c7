"""What rows of every kind have in common, and how a kind's own columns are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds, labels
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import before, iso
from midwatch.sources.kubectl_text.values import Convert, put, text

Fill: TypeAlias = Callable[[Row, Obj, Reader], None]
"""Writes what a row of one kind says into the object."""


def start(row: Row, kind: kinds.Kind, reader: Reader) -> Obj:
    """The object with what every table prints: name, namespace, age and, with --show-labels, labels."""
    made = frame(kind, row("NAME"), text(row("NAMESPACE")) or reader.namespace)
    created = before(reader.now, row("AGE"))
    if created:
        put(made, "metadata.creationTimestamp", created)
    shown = labels.comma_pairs(row("LABELS"))
    if shown:
        put(made, "metadata.labels", shown)
    return made


def columns(plain: Mapping[str, tuple[str, Convert]], *fills: Fill) -> Fill:
    """A filler of plain columns (header -> path and conversion), followed by the kind's own ones."""

    def fill(row: Row, made: Obj, reader: Reader) -> None:
        for header, (path, convert) in plain.items():
            value = convert(row(header)) if header in row.cells else None
            if value is not None:
                put(made, path, value)
        for own in fills:
            own(row, made, reader)

    return fill


def doomed(made: Obj, reader: Reader) -> None:
    """Mark as being deleted. A table does not say since when, so the mark is the moment of printing."""
    put(made, "metadata.deletionTimestamp", iso(reader.now))


def template_containers(row: Row, made: Obj, _reader: Reader) -> None:
    """`-o wide` lists the names and images of a template's containers."""
    names, images = text(row("CONTAINERS")), text(row("IMAGES"))
    if names is None or images is None:
        return
    parts = list(zip(names.split(","), images.split(","), strict=False))
    if len(parts) == len(names.split(",")) == len(images.split(",")):
        containers: list[JSON] = [{"name": name, "image": image} for name, image in parts]
        put(made, "spec.template.spec.containers", containers)
