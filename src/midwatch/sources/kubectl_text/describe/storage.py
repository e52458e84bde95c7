"""Persistent volumes, claims and storage classes."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.describe import scheduling
from midwatch.sources.kubectl_text.describe.common import COMMON, phase
from midwatch.sources.kubectl_text.describe.grids import conditions
from midwatch.sources.kubectl_text.describe.sections import (
    Handler,
    Section,
    fields,
    ignore,
    prose,
    scalar,
    scalars,
)
from midwatch.sources.kubectl_text.describe.volumes import source
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import access_modes, boolean, put, text

_TERM = re.compile(r"(?:Term \d+:\s*)?(\S+) in \[(.*)\]")


def _claim_ref(section: Section, obj: Obj, _reader: Reader) -> None:
    namespace, slash, name = section.value.strip().partition("/")
    if slash:
        put(obj, "spec.claimRef", {"kind": "PersistentVolumeClaim", "namespace": namespace, "name": name})


def _source(section: Section, obj: Obj, reader: Reader) -> None:
    made: Obj = {}
    source(section, made, reader)
    for field, value in made.items():
        put(obj, f"spec.{field}", value)


VOLUME: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "StorageClass": ("spec.storageClassName", str),
            "Reclaim Policy": ("spec.persistentVolumeReclaimPolicy", text),
            "Access Modes": ("spec.accessModes", access_modes),
            "VolumeMode": ("spec.volumeMode", text),
            "Capacity": ("spec.capacity.storage", text),
            "Reason": ("status.reason", text),
        }
    ),
    "Status": phase(),
    "Claim": _claim_ref,
    "Node Affinity": scheduling.required_terms,
    "Message": prose("status.message"),
    "Source": _source,
}


def _data_source(section: Section, obj: Obj, reader: Reader) -> None:
    handlers = scalars(
        {
            "APIGroup": ("spec.dataSource.apiGroup", text),
            "Kind": ("spec.dataSource.kind", text),
            "Name": ("spec.dataSource.name", text),
        }
    )
    fields(section, 2, handlers, obj, reader)


CLAIM: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "StorageClass": ("spec.storageClassName", str),
            "Volume": ("spec.volumeName", text),
            "Capacity": ("status.capacity.storage", text),
            "Access Modes": ("status.accessModes", access_modes),
            "VolumeMode": ("spec.volumeMode", text),
        }
    ),
    "Status": phase(),
    "DataSource": _data_source,
    "Used By": ignore,
    "Mounted By": ignore,
    "Conditions": conditions(),
}


def _class_annotations(section: Section, obj: Obj, _reader: Reader) -> None:
    """One line of `key=value,...`, unless a value has line breaks."""
    found = labels.comma_pairs(section.paragraph())
    if found:
        put(obj, "metadata.annotations", found)


def _mount_options(section: Section, obj: Obj, _reader: Reader) -> None:
    found: list[JSON] = [entry for entry in section.entries() if text(entry)]
    if found:
        obj["mountOptions"] = found


def _topologies(section: Section, obj: Obj, reader: Reader) -> None:
    terms: list[JSON] = []
    expressions: list[JSON] = []
    for place, line in enumerate(section.body):
        match = _TERM.fullmatch(line.strip())
        if match is None:
            section.odd(reader, [place])
            continue
        if line.strip().startswith("Term "):
            expressions = []
            terms.append({"matchLabelExpressions": expressions})
        values: list[JSON] = [item.strip() for item in match[2].split(",")]
        expressions.append({"key": match[1], "values": values})
    if terms:
        obj["allowedTopologies"] = terms


STORAGE_CLASS: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "Provisioner": ("provisioner", text),
            "Parameters": ("parameters", labels.comma_pairs),
            "AllowVolumeExpansion": ("allowVolumeExpansion", boolean),
            "ReclaimPolicy": ("reclaimPolicy", text),
            "VolumeBindingMode": ("volumeBindingMode", text),
        }
    ),
    "Annotations": _class_annotations,
    "IsDefaultClass": ignore,
    "MountOptions": _mount_options,
    "AllowedTopologies": _topologies,
}
VOLUME_ATTRIBUTES_CLASS: dict[str, Handler] = {
    **COMMON,
    "Annotations": _class_annotations,
    "DriverName": scalar("driverName"),
    "Parameters": scalar("parameters", labels.comma_pairs),
}
