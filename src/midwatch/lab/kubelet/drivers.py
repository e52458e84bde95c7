"""The storage drivers that are registered on a node.

Source: kubernetes/pkg/volume/csi/nodeinfomanager/nodeinfomanager.go.
"""

from __future__ import annotations

from midwatch.lab.core.kinds import CSI_NODE
from midwatch.lab.core.objects import Obj, spec, uid_of
from midwatch.lab.core.registry import User
from midwatch.lab.kubelet.host import Host

_ZONE = "topology.kubernetes.io/zone"


def announce(host: Host) -> None:
    """Keep the node's CSINode object in step with the drivers that the world has."""
    node = host.node
    if node is None or not host.running or not host.api_answers:
        return
    drivers: list[Obj] = [
        {"name": each.name, "nodeID": host.name, "topologyKeys": [each.topology or _ZONE]}
        for each in host.env.world.drivers.values()
    ]
    user = User(f"system:node:{host.name}", ("system:nodes", "system:authenticated"), system=True)
    old = host.env.store.get(CSI_NODE, "", host.name)
    if old is None:
        owner = {"apiVersion": "v1", "kind": "Node", "name": host.name, "uid": uid_of(node)}
        head: Obj = {"name": host.name, "ownerReferences": [owner]}
        host.env.registry.create(CSI_NODE, {"metadata": head, "spec": {"drivers": drivers}}, user=user)
    elif spec(old).get("drivers") != drivers:
        host.env.registry.update(CSI_NODE, {**old, "spec": {"drivers": drivers}}, user=user)
