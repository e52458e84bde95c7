"""nodes: which nodes run the control plane."""

from __future__ import annotations

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node

_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_ROLES = ("master", "control-plane", "controlplane")


def runs_control_plane(node: Node) -> bool:
    """Whether a node is labelled as one of the control plane (kubeadm, older installers)."""
    labels = node.metadata.labels
    return any(each in labels for each in _LABELS) or labels.get("kubernetes.io/role") in _ROLES


def control_plane_nodes(inventory: Inventory) -> list[Node]:
    """Nodes of the control plane; none where the provider hides it."""
    return [each for each in inventory.all(Node) if runs_control_plane(each)]
