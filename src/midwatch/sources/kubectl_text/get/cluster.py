"""Nodes, namespaces, quotas, storage, configuration, access and scaling."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.get.rows import columns, doomed
from midwatch.sources.kubectl_text.get.tables import Row
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import access_modes, boolean, integer, listing, port, put, text

_QUOTA = re.compile(r"([^\s,:]+): ([^\s,/]+)/([^\s,]+)")
_DEFAULT = " (default)"


def _conditions(row: Row, made: Obj, _reader: Reader) -> None:
    """`NotReady,SchedulingDisabled`. NotReady is printed for a Ready condition that is False or Unknown."""
    words = row("STATUS").split(",")
    status = {"Ready": "True", "NotReady": "False", "Unknown": "Unknown"}.get(words[0])
    if status:
        put(made, "status.conditions", [{"type": "Ready", "status": status}])
    put(made, "spec.unschedulable", "SchedulingDisabled" in words)


def _roles(row: Row, made: Obj, _reader: Reader) -> None:
    """Roles stand for labels; those are only inferred where no LABELS column shows them."""
    if row("LABELS"):
        return
    roles: Obj = {f"node-role.kubernetes.io/{role}": "" for role in listing(row("ROLES")) or []}
    if roles:
        put(made, "metadata.labels", roles)


def _node_addresses(row: Row, made: Obj, _reader: Reader) -> None:
    shown: list[JSON] = []
    for header, kind in (("INTERNAL-IP", "InternalIP"), ("EXTERNAL-IP", "ExternalIP")):
        address = text(row(header))
        if address:
            shown.append({"type": kind, "address": address})
    if shown:
        put(made, "status.addresses", shown)


def _phase(row: Row, made: Obj, reader: Reader) -> None:
    phase = text(row("STATUS"))
    if phase == "Terminating":
        doomed(made, reader)
    elif phase:
        put(made, "status.phase", phase)


def _claim(row: Row, made: Obj, _reader: Reader) -> None:
    namespace, slash, name = row("CLAIM").partition("/")
    if slash:
        put(made, "spec.claimRef", {"kind": "PersistentVolumeClaim", "namespace": namespace, "name": name})


def _default_class(row: Row, made: Obj, _reader: Reader) -> None:
    if row("NAME").endswith(_DEFAULT):
        put(made, "metadata.name", row("NAME").removesuffix(_DEFAULT))
        put(made, "metadata.annotations", {"storageclass.kubernetes.io/is-default-class": "true"})


def _secret(row: Row, made: Obj, _reader: Reader) -> None:
    """A type without data would say that the secret is empty, so it is told only of one that is."""
    if row("DATA") == "0" and text(row("TYPE")):
        made["type"] = row("TYPE")
        made["data"] = {}


def _quota(row: Row, made: Obj, _reader: Reader) -> None:
    shown = _QUOTA.findall(f"{row('REQUEST')}, {row('LIMIT')}")
    if shown:
        hard: Obj = {name: limit for name, _, limit in shown}
        used: Obj = {name: amount for name, amount, _ in shown}
        put(made, "spec.hard", hard)
        put(made, "status.hard", dict(hard))
        put(made, "status.used", used)


def _binding(row: Row, made: Obj, _reader: Reader) -> None:
    kind, slash, name = row("ROLE").partition("/")
    if slash:
        made["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
    subjects: list[JSON] = []
    for header, subject in (("USERS", "User"), ("GROUPS", "Group")):
        subjects += [{"kind": subject, "name": item} for item in listing(row(header)) or []]
    for item in listing(row("SERVICEACCOUNTS")) or []:
        namespace, _, account = str(item).partition("/")
        subjects.append({"kind": "ServiceAccount", "namespace": namespace, "name": account})
    if "SERVICEACCOUNTS" in row.cells:
        made["subjects"] = subjects


def _scales(row: Row, made: Obj, _reader: Reader) -> None:
    kind, slash, name = row("REFERENCE").partition("/")
    if slash:
        target = frame(kinds.of(kind))
        target.pop("metadata")
        put(made, "spec.scaleTargetRef", {**target, "name": name})


node = columns(
    {
        "VERSION": ("status.nodeInfo.kubeletVersion", text),
        "OS-IMAGE": ("status.nodeInfo.osImage", text),
        "KERNEL-VERSION": ("status.nodeInfo.kernelVersion", text),
        "CONTAINER-RUNTIME": ("status.nodeInfo.containerRuntimeVersion", text),
    },
    _conditions,
    _roles,
    _node_addresses,
)
namespace = columns({}, _phase)
volume = columns(
    {
        "CAPACITY": ("spec.capacity.storage", text),
        "ACCESS MODES": ("spec.accessModes", access_modes),
        "RECLAIM POLICY": ("spec.persistentVolumeReclaimPolicy", text),
        "STORAGECLASS": ("spec.storageClassName", str),
        "VOLUMEATTRIBUTESCLASS": ("spec.volumeAttributesClassName", text),
        "REASON": ("status.reason", text),
        "VOLUMEMODE": ("spec.volumeMode", text),
    },
    _phase,
    _claim,
)
claim = columns(
    {
        "VOLUME": ("spec.volumeName", text),
        "CAPACITY": ("status.capacity.storage", text),
        "ACCESS MODES": ("status.accessModes", access_modes),
        "STORAGECLASS": ("spec.storageClassName", str),
        "VOLUMEATTRIBUTESCLASS": ("spec.volumeAttributesClassName", text),
        "VOLUMEMODE": ("spec.volumeMode", text),
    },
    _phase,
)
storage_class = columns(
    {
        "PROVISIONER": ("provisioner", text),
        "RECLAIMPOLICY": ("reclaimPolicy", text),
        "VOLUMEBINDINGMODE": ("volumeBindingMode", text),
        "ALLOWVOLUMEEXPANSION": ("allowVolumeExpansion", boolean),
    },
    _default_class,
)
secret = columns({}, _secret)
quota = columns({}, _quota)
binding = columns({}, _binding)
autoscaler = columns(
    {
        "MINPODS": ("spec.minReplicas", integer),
        "MAXPODS": ("spec.maxReplicas", integer),
        "REPLICAS": ("status.currentReplicas", integer),
    },
    _scales,
)


def _limit(cell: str) -> int | str | None:
    return None if cell == "N/A" else port(cell)


disruption_budget = columns(
    {
        "MIN AVAILABLE": ("spec.minAvailable", _limit),
        "MAX UNAVAILABLE": ("spec.maxUnavailable", _limit),
        "ALLOWED DISRUPTIONS": ("status.disruptionsAllowed", integer),
    }
)
priority_class = columns(
    {
        "VALUE": ("value", integer),
        "GLOBAL-DEFAULT": ("globalDefault", boolean),
        "PREEMPTIONPOLICY": ("preemptionPolicy", text),
    }
)
lease = columns({"HOLDER": ("spec.holderIdentity", text)})


def created(row: Row, made: Obj, _reader: Reader) -> None:
    """Roles, limit ranges and definitions print the moment of creation instead of the age."""
    moment = text(row("CREATED AT"))
    if moment:
        put(made, "metadata.creationTimestamp", moment)
