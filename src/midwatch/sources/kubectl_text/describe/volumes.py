"""Volumes of a pod and the source of a persistent volume (describeVolumes, printXVolumeSource)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, keys_at, split
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import (
    Convert,
    bracketed,
    dig,
    integer,
    listing,
    put,
    text,
    true_only,
)

_NAME = re.compile(r" {2,3}([^\s:][^:]*):\s*$")
_FIRST = re.compile(r"(?: {4}Type:| {2}<unknown>)")
_FIELD = re.compile(r" {4}([A-Za-z][^:]*?)(?:: *| {2,})")
_KNOWN_NOT_KEPT = frozenset(
    {
        "Type",
        "Options",
        "Protection Domain",
        "Storage Pool",
        "Storage Mode",
        "StoragePolicyName",
        "SecretName",
        "SecretNamespace",
    }
)
_ITEM = re.compile(r" {6}(\S+) -> (\S+)\s*$")


class Source(NamedTuple):
    """One type of volume: its field in the API, and its printed fields."""

    field: str
    fields: Mapping[str, tuple[str, Convert]]


def _name_of(value: str) -> Obj | None:
    """A secret reference printed as a Go struct: `&LocalObjectReference{Name:x,}`, `&{x ns}`."""
    match = re.search(r"Name:([^,}\s]+)|&\{(\S+?)[\s}]", value)
    return {"name": match[1] or match[2]} if match else None


def _many(kinds: str) -> dict[str, tuple[str, Convert]]:
    """`Printed=apiField` pairs of plain strings."""
    made: dict[str, tuple[str, Convert]] = {}
    for pair in kinds.split():
        printed, _, field = pair.partition("=")
        made[printed] = (field, text)
    return made


_DISK: dict[str, tuple[str, Convert]] = {
    "FSType": ("fsType", text),
    "Partition": ("partition", integer),
    "ReadOnly": ("readOnly", true_only),
    "SecretRef": ("secretRef", _name_of),
}
SOURCES: Mapping[str, Source] = {
    "HostPath": Source("hostPath", _many("Path=path HostPathType=type")),
    "EmptyDir": Source("emptyDir", _many("Medium=medium SizeLimit=sizeLimit")),
    "PersistentVolumeClaim": Source("persistentVolumeClaim", {**_many("ClaimName=claimName"), **_DISK}),
    "ConfigMap": Source("configMap", {**_many("Name=name"), "Optional": ("optional", true_only)}),
    "Secret": Source("secret", {**_many("SecretName=secretName"), "Optional": ("optional", true_only)}),
    "NFS": Source("nfs", {**_many("Server=server Path=path"), **_DISK}),
    "CSI": Source("csi", {**_many("Driver=driver VolumeHandle=volumeHandle"), **_DISK}),
    "LocalVolume": Source("local", {**_many("Path=path"), **_DISK}),
    "Image": Source("image", _many("Reference=reference PullPolicy=pullPolicy")),
    "GitRepo": Source("gitRepo", _many("Repository=repository Revision=revision")),
    "GCEPersistentDisk": Source("gcePersistentDisk", {**_many("PDName=pdName"), **_DISK}),
    "AWSElasticBlockStore": Source("awsElasticBlockStore", {**_many("VolumeID=volumeID"), **_DISK}),
    "AzureDisk": Source(
        "azureDisk", {**_many("DiskName=diskName DiskURI=diskURI Kind=kind CachingMode=cachingMode"), **_DISK}
    ),
    "AzureFile": Source(
        "azureFile",
        {**_many("SecretName=secretName SecretNamespace=secretNamespace ShareName=shareName"), **_DISK},
    ),
    "CephFS": Source(
        "cephfs",
        {**_many("Path=path User=user SecretFile=secretFile"), **_DISK, "Monitors": ("monitors", bracketed)},
    ),
    "Cinder": Source("cinder", {**_many("VolumeID=volumeID"), **_DISK}),
    "FC": Source("fc", {**_DISK, "TargetWWNs": ("targetWWNs", listing), "LUN": ("lun", integer)}),
    "FlexVolume": Source("flexVolume", {**_many("Driver=driver"), **_DISK}),
    "Flocker": Source("flocker", _many("DatasetName=datasetName DatasetUUID=datasetUUID")),
    "Glusterfs": Source(
        "glusterfs", {**_many("EndpointsName=endpoints EndpointsNamespace=endpointsNamespace Path=path"), **_DISK}
    ),
    "ISCSI": Source(
        "iscsi",
        {
            **_many("TargetPortal=targetPortal IQN=iqn ISCSIInterface=iscsiInterface InitiatorName=initiatorName"),
            **_DISK,
            "Lun": ("lun", integer),
            "Portals": ("portals", bracketed),
            "DiscoveryCHAPAuth": ("chapAuthDiscovery", true_only),
            "SessionCHAPAuth": ("chapAuthSession", true_only),
        },
    ),
    "PhotonPersistentDisk": Source("photonPersistentDisk", {**_many("PdID=pdID"), **_DISK}),
    "PortworxVolume": Source("portworxVolume", _many("VolumeID=volumeID")),
    "Quobyte": Source("quobyte", {**_many("Registry=registry Volume=volume"), **_DISK}),
    "RBD": Source(
        "rbd",
        {
            **_many("RBDImage=image RBDPool=pool RadosUser=user Keyring=keyring"),
            **_DISK,
            "CephMonitors": ("monitors", bracketed),
        },
    ),
    "ScaleIO": Source("scaleIO", {**_many("Gateway=gateway System=system VolumeName=volumeName"), **_DISK}),
    "StorageOS": Source("storageos", {**_many("VolumeName=volumeName VolumeNamespace=volumeNamespace"), **_DISK}),
    "vSphereVolume": Source("vsphereVolume", {**_many("VolumePath=volumePath"), **_DISK}),
}


def volumes(section: Section, obj: Obj, reader: Reader) -> None:
    """`Volumes:` of a pod or a template, to `spec.volumes`."""
    found: list[JSON] = []
    for one in _each(section, reader):
        made: Obj = {"name": one.key}
        source(one, made, reader)
        found.append(made)
    put(obj, "spec.volumes", found)


def _each(section: Section, reader: Reader) -> list[Section]:
    found: list[Section] = []
    for place, line in enumerate(section.body):
        match = _NAME.match(line)
        if match and place + 1 < len(section.body) and _FIRST.match(section.body[place + 1]):
            found.append(Section(match[1], "", -1, [], section.number + 1 + place))
        elif found:
            found[-1].body.append(line)
        elif line.strip():
            section.odd(reader, [place])
    return found


def source(section: Section, target: Obj, reader: Reader) -> None:
    """The lines that describe one volume, added to `target` under the volume type's field."""
    parts = split(section.body, section.number + 1, _FIELD, again=True)
    form = next((part.value.partition(" (")[0].strip() for part in parts if part.key == "Type"), "")
    own = _OWN.get(form)
    known = SOURCES.get(form)
    if own:
        own(Section(form, "", -1, section.body, section.number), target, reader)
    elif known:
        _plain(known, parts, target, reader)
    elif form or section.body != ["  <unknown>"]:
        section.odd(reader)


def _plain(known: Source, parts: list[Section], target: Obj, reader: Reader) -> None:
    made: Obj = {}
    for part in parts:
        path, convert = known.fields.get(part.key, ("", text))
        value = convert(part.value) if path else None
        if value is not None:
            put(made, path, value)
        elif part.key == "VolumeAttributes":
            made["volumeAttributes"] = labels.pairs(part.entries())
        elif not path and part.key not in _KNOWN_NOT_KEPT:
            reader.odd(part.number, f"{part.key}: {part.value}")
    target[known.field] = made


def _projected(section: Section, target: Obj, reader: Reader) -> None:
    """One source after the other; `Optional` belongs to the source above it."""
    found: list[JSON] = []
    for part in split(section.body, section.number + 1, _FIELD, again=True):
        name = part.value.strip()
        if part.key in ("SecretName", "ConfigMapName"):
            found.append({"secret" if part.key == "SecretName" else "configMap": {"name": name}})
        elif part.key == "DownwardAPI":
            found.append({"downwardAPI": {}})
        elif part.key == "TokenExpirationSeconds":
            found.append({"serviceAccountToken": {"expirationSeconds": integer(name)}})
        elif part.key in ("Optional", "ConfigMapOptional", "SecretOptionalName"):
            _mark_optional(found, name)
        elif part.key != "Type":
            reader.odd(part.number, f"{part.key}: {name}")
    target["projected"] = {"sources": found}


def _mark_optional(found: list[JSON], value: str) -> None:
    last = found[-1] if found else None
    for field in ("secret", "configMap"):
        named = dig(last, field)
        if isinstance(named, dict) and true_only(value):
            named["optional"] = True


def _downward(section: Section, target: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    for place, line in enumerate(section.body):
        match = _ITEM.match(line)
        if match:
            from_field = match[1].startswith(("metadata.", "spec.", "status."))
            field: Obj = {"fieldRef": {"fieldPath": match[1]}}
            resource: Obj = {"resourceFieldRef": {"resource": match[1]}}
            found.append({"path": match[2], **(field if from_field else resource)})
        elif not line.strip().startswith(("Type:", "Items:")):
            section.odd(reader, [place])
    target["downwardAPI"] = {"items": found}


_CLAIM = keys_at(
    4,
    (
        "StorageClass",
        "Volume",
        "Labels",
        "Annotations",
        "Capacity",
        "Access Modes",
        "VolumeMode",
        "DataSource",
        "Type",
    ),
)


def _ephemeral(section: Section, target: Obj, _reader: Reader) -> None:
    spec: Obj = {}
    for part in split(section.body, section.number + 1, _CLAIM):
        if part.key == "StorageClass" and text(part.value):
            spec["storageClassName"] = part.value
        elif part.key == "VolumeMode":
            spec["volumeMode"] = part.value
    target["ephemeral"] = {"volumeClaimTemplate": {"spec": spec}}


_OWN: Mapping[str, Handler] = {"Projected": _projected, "DownwardAPI": _downward, "EphemeralVolume": _ephemeral}
