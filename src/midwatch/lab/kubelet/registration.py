"""A node's life signs: its status and its lease.

Source: kubernetes/pkg/kubelet/kubelet_node_status.go, k8s.io/component-helpers/apimachinery/lease/controller.go.
"""

from __future__ import annotations

from midwatch.lab.core.kinds import LEASE, NAMESPACE, NODE
from midwatch.lab.core.objects import Obj, condition_of, parts, stamp_micro, status, uid_of
from midwatch.lab.core.registry import User
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.node_status import EVENTS, node_status

NAMESPACE_OF_LEASES = "kube-node-lease"
_REPORT = 300.0  # nodeStatusReportFrequency
_DURATION = 40  # nodeLeaseDurationSeconds


class Registration:
    """What one kubelet tells about its node. `pressures` are the conditions that hold now."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.pressures: dict[str, bool] = {}
        self.reported = -_REPORT
        self.boots = 1

    def start(self, *, rebooted: bool = False) -> None:
        """The kubelet has just started."""
        self._event("Normal", "Starting", "Starting kubelet.")
        self.reported = -_REPORT
        if rebooted:
            self.boots += 1
            boot = self.host.identifier("boot", self.boots)[:36]
            self._event("Warning", "Rebooted", f"Node {self.host.name} has been rebooted, boot id: {boot}")
        self._event("Normal", "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods")
        self.report(first=True)

    def report(self, *, first: bool = False) -> None:
        """Write the status when it changed, or when the last report is old."""
        host, node = self.host, self.host.node
        if node is None or not host.running or not host.api_answers:
            return
        wanted = node_status(host, node, self.pressures, self.boots)
        if host.now - self.reported < _REPORT and _same(status(node), wanted):
            return
        for each in parts(wanted, "conditions"):
            self._tell(node, each, first=first)
        self.reported = host.now
        host.env.registry.update_status(NODE, {**node, "status": wanted})

    @property
    def unsaid(self) -> bool:
        """Whether the API does not have what this kubelet would say: nothing at all, or somebody else's doubt."""
        ready = condition_of(self.host.node or {}, "Ready")
        return ready is None or ready.get("status") == "Unknown"

    def _tell(self, node: Obj, condition: Obj, *, first: bool) -> None:
        old = condition_of(node, condition["type"])
        reason = EVENTS.get((condition["type"], condition["status"]))
        if reason is None or (old is not None and old.get("status") == condition["status"] and not first):
            return
        self._event("Normal", reason, f"Node {self.host.name} status is now: {reason}")

    def _event(self, type_: str, reason: str, message: str) -> None:
        self.event(type_, reason, message)

    def event(self, type_: str, reason: str, message: str) -> None:
        """Record an event about the node."""
        host, node = self.host, self.host.node
        if node is not None and host.api_answers:
            host.env.recorder.event(node, type_, reason, message, component="kubelet", host=host.name)

    def renew(self) -> None:
        """Renew the node's lease."""
        host = self.host
        if not host.running or not host.api_answers:
            return
        old = host.env.store.get(LEASE, NAMESPACE_OF_LEASES, host.name)
        if old is not None:
            renewed = {**old["spec"], "renewTime": stamp_micro(host.now)}
            host.env.store.replace(LEASE, {**old, "spec": renewed})
            return
        node = host.node
        if node is None or host.env.store.get(NAMESPACE, "", NAMESPACE_OF_LEASES) is None:
            return
        owner = {"apiVersion": "v1", "kind": "Node", "name": host.name, "uid": uid_of(node)}
        body = {
            "holderIdentity": host.name,
            "leaseDurationSeconds": _DURATION,
            "renewTime": stamp_micro(host.now),
        }
        head = {"name": host.name, "namespace": NAMESPACE_OF_LEASES, "ownerReferences": [owner]}
        user = User(f"system:node:{host.name}", ("system:nodes", "system:authenticated"), system=True)
        host.env.registry.create(LEASE, {"metadata": head, "spec": body}, user=user)


def _same(old: Obj, new: Obj) -> bool:
    """Whether nothing but the heartbeats differs. Source: nodeStatusHasChanged."""
    if {**old, "conditions": None} != {**new, "conditions": None}:
        return False
    before, after = (
        [
            {key: value for key, value in each.items() if key != "lastHeartbeatTime"}
            for each in parts(side, "conditions")
        ]
        for side in (old, new)
    )
    return before == after
