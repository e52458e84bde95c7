"""controlplane: the components of the control plane: their causes, their pods and where they run."""

from __future__ import annotations

from midwatch.detectors._node_roles import control_plane_nodes
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref

COMPONENTS = {
    "kube-scheduler": "kube-scheduler-unavailable",
    "kube-controller-manager": "kube-controller-manager-unavailable",
    "kube-apiserver": "api-server-unavailable",
    "etcd": "etcd-unavailable",
    "cloud-controller-manager": "cloud-controller-unavailable",
}


def component_of(pod: Pod) -> str:
    """Which component a pod is an instance of; empty for all other pods."""
    labels = pod.metadata.labels
    if pod.namespace != "kube-system" and not pod.namespace.startswith("openshift-"):
        return ""
    for key in ("component", "k8s-app", "app"):
        if labels.get(key) in COMPONENTS:
            return labels[key]
    named = next((each for each in COMPONENTS if pod.name.startswith(f"{each}-")), "")
    return named if any(each.name == named for each in pod.spec.containers) else ""


def component_home(inventory: Inventory, name: str) -> Ref | None:
    """The only node a component can run on, else its only pod; None when that is not known."""
    nodes = control_plane_nodes(inventory)
    if len(nodes) == 1:
        return nodes[0].ref
    pods = [each for each in inventory.pods_by_namespace.get("kube-system", ()) if component_of(each) == name]
    return pods[0].ref if len(pods) == 1 else None
