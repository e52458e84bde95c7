"""Pods (describePod) and the pod template inside controllers (DescribePodTemplate)."""

from __future__ import annotations

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe import scheduling
from midwatch.sources.kubectl_text.describe.common import COMMON, annotation_lines, label_lines, phase
from midwatch.sources.kubectl_text.describe.containers import containers, resources
from midwatch.sources.kubectl_text.describe.grids import conditions, grid
from midwatch.sources.kubectl_text.describe.sections import (
    Handler,
    Section,
    fields,
    ignore,
    prose,
    scalar,
    scalars,
)
from midwatch.sources.kubectl_text.describe.volumes import volumes
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import integer, put, text


def _node(section: Section, obj: Obj, _reader: Reader) -> None:
    name, _, address = section.value.partition("/")
    if text(name):
        put(obj, "spec.nodeName", name.strip())
    if text(address):
        put(obj, "status.hostIP", address.strip())


def _addresses(section: Section, obj: Obj, reader: Reader) -> None:
    found: list[JSON] = []
    for place, line in enumerate(section.body):
        key, colon, address = line.strip().partition(":")
        if key == "IP" and colon:
            found.append({"ip": address.strip()})
        elif line.strip():
            section.odd(reader, [place])
    if found:
        put(obj, "status.podIPs", found)


def _gates(section: Section, obj: Obj, _reader: Reader) -> None:
    found: list[JSON] = [{"conditionType": row.get("Type", "")} for row in grid(section.body).rows]
    put(obj, "spec.readinessGates", found)


def _pod_resources(section: Section, obj: Obj, reader: Reader) -> None:
    handlers = {"Limits": resources("spec.resources.limits"), "Requests": resources("spec.resources.requests")}
    fields(section, 2, handlers, obj, reader)


_CONTAINERS: dict[str, Handler] = {
    "Init Containers": containers("initContainers", "initContainerStatuses"),
    "Containers": containers("containers", "containerStatuses"),
    "Volumes": volumes,
    "Node-Selectors": label_lines("spec.nodeSelector"),
    "Tolerations": scheduling.tolerations,
    "Topology Spread Constraints": scheduling.topology_spread,
    "Priority Class Name": scalar("spec.priorityClassName"),
    "Service Account": scalar("spec.serviceAccountName"),
    "SchedulingGroup": ignore,
}
POD: dict[str, Handler] = {
    **COMMON,
    **_CONTAINERS,
    **scalars(
        {
            "Priority": ("spec.priority", integer),
            "Runtime Class Name": ("spec.runtimeClassName", text),
            "Start Time": ("status.startTime", stamp),
            "Termination Grace Period": ("metadata.deletionGracePeriodSeconds", integer),
            "Reason": ("status.reason", text),
            "SeccompProfile": ("spec.securityContext.seccompProfile.type", text),
            "LocalhostProfile": ("spec.securityContext.seccompProfile.localhostProfile", text),
            "IP": ("status.podIP", text),
            "NominatedNodeName": ("status.nominatedNodeName", text),
            "QoS Class": ("status.qosClass", text),
        }
    ),
    "Node": _node,
    "Status": phase(),
    "Message": prose("status.message"),
    "IPs": _addresses,
    "Resources": _pod_resources,
    "Ephemeral Containers": containers("ephemeralContainers", "ephemeralContainerStatuses"),
    "Readiness Gates": _gates,
    "Conditions": conditions(),
}
_TEMPLATE: dict[str, Handler] = {
    **_CONTAINERS,
    "Labels": label_lines("metadata.labels"),
    "Annotations": annotation_lines("metadata.annotations"),
}


def template(path: str = "spec.template") -> Handler:
    """`Pod Template:`, two blanks in."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        made: Obj = {}
        fields(section, 2, _TEMPLATE, made, reader)
        put(obj, path, made)

    return handle
