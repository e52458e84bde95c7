"""Pods without a node."""

from __future__ import annotations

from cases.builders.world import BORN, CONTROL_PLANE_TAINT, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.storage import bound_pair
from midwatch.evals.synthetic.values import Obj, part, parts

_UNHELPFUL = "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
_NO_VICTIMS = (
    "preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, "
    "3 No preemption victims found for incoming pod."
)


def _none(why: str, *, victims: bool = False) -> str:
    return f"0/4 nodes are available: {CONTROL_PLANE_TAINT}, {why}. {_NO_VICTIMS if victims else _UNHELPFUL}"


def _relabelled(w: World, index: int, **labels: str) -> Obj:
    node = w.base("Node", "", w.worker(index).name)
    head = part(node, "metadata")
    own = part(head, "labels") | {key.replace("__", "/"): value for key, value in labels.items()}
    return node | {"metadata": head | {"labels": own}}


def node_selector(w: World) -> Ref:
    """A typing error in the label: `ssd` instead of `sdd`."""
    w.add(_relabelled(w, 1, disk="ssd"))
    wanted = "sdd" if w.broken else "ssd"
    message = _none("3 node(s) didn't match Pod's node affinity/selector")
    made = w.app(
        "tile-cache",
        "maps",
        8811,
        unschedulable=message if w.broken else "",
        spec={"nodeSelector": {"disk": wanted}},
        place=w.worker(1),
    )
    w.app("tile-web", "maps", 8812)
    return of("Deployment", made)


def node_affinity(w: World) -> Ref:
    zones = ["zone-d"] if w.broken else ["zone-b", "zone-c"]
    term = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": zones}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}
    message = _none("3 node(s) didn't match Pod's node affinity/selector")
    made = w.app(
        "ballot",
        "voting",
        6001,
        unschedulable=message if w.broken else "",
        spec={"affinity": affinity},
        replicas=1,
    )
    return of("Deployment", made)


def taint(w: World) -> Ref:
    """All workers were reserved; the workload does not tolerate it."""
    for index in range(3):
        node = w.base("Node", "", w.worker(index).name)
        reserved: Obj = {"key": "dedicated", "value": "ml", "effect": "NoSchedule"}
        w.add(node | {"spec": part(node, "spec") | {"taints": [reserved]}})
    tolerations = [
        {"key": "dedicated", "operator": "Equal", "value": "batch" if w.broken else "ml", "effect": "NoSchedule"}
    ]
    message = _none("3 node(s) had untolerated taint {dedicated: ml}")
    made = w.app(
        "trainer", "ml", 8901, unschedulable=message if w.broken else "", spec={"tolerations": tolerations}
    )
    return of("Deployment", made)


def cpu(w: World) -> Ref:
    size = "24" if w.broken else "4"
    message = _none("3 Insufficient cpu", victims=True)
    made = w.app(
        "solver",
        "optimise",
        7801,
        replicas=1,
        unschedulable=message if w.broken else "",
        requests={"cpu": size, "memory": "2Gi"},
    )
    return of("Deployment", made)


def memory(w: World) -> Ref:
    """Requests in the wrong unit: 100Gi instead of 10Gi."""
    size = "100Gi" if w.broken else "10Gi"
    message = _none("3 Insufficient memory", victims=True)
    made = w.app(
        "graph-store",
        "social",
        7687,
        replicas=1,
        unschedulable=message if w.broken else "",
        requests={"cpu": "1", "memory": size},
        limits={"memory": size},
    )
    w.app("feed", "social", 7688)
    return of("Deployment", made)


def anti_affinity(w: World) -> Ref:
    """A fourth replica of a set that must not share nodes, on three workers."""
    spread: Obj = {"labelSelector": {"matchLabels": {"tier": "quorum"}}, "topologyKey": "kubernetes.io/hostname"}
    spec: Obj = {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [spread]}}}
    w.space("coord")
    message = _none("3 node(s) didn't match pod anti-affinity rules", victims=True)
    w.app("quorum", "coord", 2379, replicas=3, spec=spec, labels={"tier": "quorum"})
    late = w.app(
        "quorum-observer",
        "coord",
        2380,
        replicas=1,
        unschedulable=message if w.broken else "",
        spec=spec if w.broken else None,
        labels={"tier": "quorum" if w.broken else "observer"},
    )
    return of("Deployment", late)


def cordoned(w: World) -> Ref:
    """All workers were cordoned for maintenance and forgotten."""
    for index in range(3):
        node = w.base("Node", "", w.worker(index).name)
        mark: Obj = {
            "key": "node.kubernetes.io/unschedulable",
            "effect": "NoSchedule",
            "timeAdded": "2026-02-10T07:00:00Z",
        }
        if w.broken:
            w.add(node | {"spec": part(node, "spec") | {"unschedulable": True, "taints": [mark]}})
    message = _none("3 node(s) were unschedulable")
    w.app("menu", "restaurant", 3301, unschedulable=message if w.broken else "")
    w.app("kitchen", "restaurant", 3302)
    return Ref("Deployment", "restaurant", "menu")


def gpu(w: World) -> Ref:
    limits = {"nvidia.com/gpu": "1"} if w.broken else {"memory": "4Gi"}
    message = _none("3 Insufficient nvidia.com/gpu", victims=True)
    made = w.app(
        "transcriber",
        "speech",
        8700,
        replicas=1,
        unschedulable=message if w.broken else "",
        limits=limits,
        requests=dict(limits),
    )
    return of("Deployment", made)


def host_port(w: World) -> Ref:
    """Four replicas want the same port of three hosts."""
    ports = [{"name": "http", "containerPort": 9876, "hostPort": 9876, "protocol": "TCP"}]
    w.space("edge")
    if not w.broken:
        return of("Deployment", w.app("relay", "edge", 9876, replicas=3, fields={"ports": ports}))
    message = _none("3 node(s) didn't have free ports for the requested pod ports", victims=True)
    w.app("relay", "edge", 9876, replicas=3, fields={"ports": ports})
    made = w.app("relay-canary", "edge", 9876, replicas=1, fields={"ports": ports}, unschedulable=message)
    return of("Deployment", made)


def volume_zone(w: World) -> Ref:
    """The disk lies in one zone, the node selector names another."""
    home, away = w.worker(0), w.worker(1)
    zone = away.zone if w.broken else home.zone
    w.space("archive")
    w.add(*bound_pair("vault-data", "archive", "40Gi", home, created=BORN)[: 2 if w.broken else 3])
    volume: Obj = {"name": "data", "persistentVolumeClaim": {"claimName": "vault-data"}}
    message = _none(
        "1 node(s) had volume node affinity conflict, 2 node(s) didn't match Pod's node affinity/selector"
    )
    made = w.app(
        "vault",
        "archive",
        8840,
        replicas=1,
        unschedulable=message if w.broken else "",
        place=home,
        spec={"nodeSelector": {"topology.kubernetes.io/zone": zone}, "volumes": [volume]},
        fields={"volumeMounts": [{"name": "data", "mountPath": "/vault"}]},
    )
    return of("Deployment", made)


def gated(w: World) -> Ref:
    spec = {"schedulingGates": [{"name": "example.com/approved-budget"}]} if w.broken else {}
    made = w.app(
        "bulk-export",
        "exports",
        8860,
        replicas=1,
        unschedulable="Scheduling is blocked due to non-empty scheduling gates" if w.broken else "",
        spec=spec,
    )
    for each in made.pods if w.broken else ():
        parts(part(each, "status"), "conditions")[0]["reason"] = "SchedulingGated"
    w.events = [each for each in w.events if each["reason"] != "FailedScheduling"]
    return of("Deployment", made)


def scheduler_name(w: World) -> Ref:
    """Nobody schedules for `volcano` here; so nobody says anything either."""
    name = "volcano" if w.broken else "default-scheduler"
    made = w.app(
        "simulation",
        "physics",
        8870,
        replicas=1,
        unschedulable="-" if w.broken else "",
        spec={"schedulerName": name},
    )
    for each in made.pods if w.broken else ():
        del part(each, "status")["conditions"]
    w.events = [each for each in w.events if each["reason"] != "FailedScheduling"]
    return of("Deployment", made)


CASES = (
    CaseSpec("node-selector-mismatch", "node-selector-mismatch", "A node label is misspelt", node_selector),
    CaseSpec("node-affinity-mismatch", "node-affinity-mismatch", "No node lies in the wanted zone", node_affinity),
    CaseSpec("taint-not-tolerated", "taint-not-tolerated", "The toleration names the wrong value", taint),
    CaseSpec("cpu-insufficient", "cpu-insufficient", "A pod asks for more CPU than any node has", cpu),
    CaseSpec("memory-insufficient", "memory-insufficient", "A pod asks for more memory than any node has", memory),
    CaseSpec(
        "pod-anti-affinity-conflict",
        "pod-anti-affinity-conflict",
        "Every worker holds a pod that must be apart",
        anti_affinity,
    ),
    CaseSpec("node-cordoned", "node-cordoned", "All workers are cordoned", cordoned),
    CaseSpec("extended-resource-insufficient", "extended-resource-insufficient", "No node has a GPU", gpu),
    CaseSpec("host-port-conflict", "host-port-conflict", "The host port is taken on every worker", host_port),
    CaseSpec(
        "volume-node-affinity-conflict",
        "volume-node-affinity-conflict",
        "Disk and selector name two zones",
        volume_zone,
    ),
    CaseSpec("scheduling-gated", "scheduling-gated", "Nobody removed a scheduling gate", gated),
    CaseSpec("scheduler-unknown", "scheduler-unknown", "No scheduler of that name runs", scheduler_name),
)
