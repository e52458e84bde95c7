"""Nodes and their leases (describeNode)."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.describe import scheduling
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.containers import resources
from midwatch.sources.kubectl_text.describe.grids import conditions
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, fields, ignore, scalars
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import boolean, listing, put, text, word

_ADDRESS = re.compile(r" {2}(\S+):\s+(\S+)\s*$")
_LEASE = scalars(
    {
        "HolderIdentity": ("spec.holderIdentity", text),
        "AcquireTime": ("spec.acquireTime", stamp),
        "RenewTime": ("spec.renewTime", stamp),
    }
)
_INFO = scalars(
    {
        "Machine ID": ("status.nodeInfo.machineID", text),
        "System UUID": ("status.nodeInfo.systemUUID", text),
        "Boot ID": ("status.nodeInfo.bootID", text),
        "Kernel Version": ("status.nodeInfo.kernelVersion", text),
        "OS Image": ("status.nodeInfo.osImage", text),
        "Operating System": ("status.nodeInfo.operatingSystem", text),
        "Architecture": ("status.nodeInfo.architecture", text),
        "Container Runtime Version": ("status.nodeInfo.containerRuntimeVersion", text),
        "Kubelet Version": ("status.nodeInfo.kubeletVersion", text),
        "Kube-Proxy Version": ("status.nodeInfo.kubeProxyVersion", text),
    }
)


def _lease(section: Section, obj: Obj, reader: Reader) -> None:
    """A node's heartbeat is an object of its own; `Failed to get lease` proves none."""
    if not section.body:
        return
    made = frame(kinds.of("Lease"), word(obj, "metadata", "name"), "kube-node-lease")
    fields(section, 2, _LEASE, made, reader)
    reader.extra.append(made)


def _addresses(section: Section, obj: Obj, reader: Reader) -> None:
    matches = [_ADDRESS.match(line) for line in section.body]
    section.odd(reader, [place for place, match in enumerate(matches) if match is None])
    found: list[JSON] = [{"type": match[1], "address": match[2]} for match in matches if match]
    put(obj, "status.addresses", found)


def _info(section: Section, obj: Obj, reader: Reader) -> None:
    fields(section, 2, _INFO, obj, reader)


NODE: dict[str, Handler] = {
    **COMMON,
    **scalars(
        {
            "Unschedulable": ("spec.unschedulable", boolean),
            "PodCIDR": ("spec.podCIDR", text),
            "PodCIDRs": ("spec.podCIDRs", listing),
            "ProviderID": ("spec.providerID", text),
        }
    ),
    "Roles": ignore,
    "Taints": scheduling.taints,
    "Lease": _lease,
    "Conditions": conditions(),
    "Addresses": _addresses,
    "Capacity": resources("status.capacity"),
    "Allocatable": resources("status.allocatable"),
    "Node-Local ResourceSlices": ignore,
    "System Info": _info,
    "Non-terminated Pods": ignore,
    "Pods": ignore,
    "Allocated resources": ignore,
    "ExternalID": ignore,
}
