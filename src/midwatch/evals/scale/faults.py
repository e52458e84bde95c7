"""Break a synthetic cluster in one known way, for benchmarks and for measuring answers at scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from midwatch.domain.resource import Ref
from midwatch.evals.scale.cluster import Cluster
from midwatch.evals.scale.outage import node_down
from midwatch.evals.scale.reconcile import changed, pods_of
from midwatch.evals.synthetic.containers import crash_looping, ended, env_config, waiting
from midwatch.evals.synthetic.events import back_off, event, pod_created, probe_failed, scaled, scheduled
from midwatch.evals.synthetic.pods import Life, Place, admitted, pod_status
from midwatch.evals.synthetic.pods import long_name as long_name_of
from midwatch.evals.synthetic.values import Obj, created_at, labels_of, name_of, namespace_of, part, parts, text
from midwatch.evals.synthetic.workloads import Revision, deployment

_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken cluster, and the answer. No cause when the fault is only noise."""

    cluster: Cluster
    cause: str = ""
    culprit: Ref | None = None


def break_something(cluster: Cluster, fault: str, seed: int = 0) -> Broken:
    """A copy of a cluster with a fault of `FAULTS`; the cluster itself stays as it is."""
    if fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}: choose one of {', '.join(FAULTS)}")
    return FAULTS[fault](cluster, Random(seed))


def _crash(cluster: Cluster, random: Random) -> Broken:
    """A rollout 12 minutes ago reads a key that its ConfigMap does not have."""
    top = _app(cluster, random)
    name, space, at = name_of(top), namespace_of(top), cluster.now - timedelta(minutes=12)
    message = f"couldn't find key EXPORT_BUCKET in ConfigMap {space}/{name}-config"
    wrong = env_config("EXPORT_BUCKET", f"{name}-config", "EXPORT_BUCKET")
    template = part(top, "spec", "template")
    containers = [
        each | {"env": [*parts(each, "env"), wrong]} for each in parts(part(template, "spec"), "containers")
    ]
    template = template | {"spec": part(template, "spec") | {"containers": containers}}
    replicas = int(str(part(top, "spec")["replicas"]))
    pods = pods_of(cluster, space, name)
    gone = pods[: replicas // 4]
    run = waiting("CreateContainerConfigError", message)
    lives = tuple(
        Life(at, _place(each), _fresh_address(each, index), (run,), ready_at=at)
        for index, each in enumerate(pods[: replicas // 4 + -(-replicas // 4)])
    )
    made = deployment(name, space, [Revision(template, at, lives)], replicas=replicas, created=at, admit=admitted)
    new = made.replica_sets[0]
    events = [scaled(top, name_of(new), 0, len(lives), at)]
    for each in made.pods:
        events += [pod_created(new, each, at), scheduled(each, at), _failed(each, name, message, cluster)]
    top = _rolled(top, template, made.deployment, len(lives))
    old = _shrunk(cluster, top, replicas - replicas // 4)
    after = changed(cluster, [top, *old, _second(new, top), *made.pods, *events], gone)
    return Broken(after, "configmap-key-missing", Ref("Deployment", space, name))


def _failed(pod: Obj, container: str, message: str, cluster: Cluster) -> Obj:
    first, last = cluster.now - timedelta(minutes=11, seconds=50), cluster.now - timedelta(seconds=9)
    return event(
        pod, "Failed", f"Error: {message}", first=first, last=last, count=55, warning=True, container=container
    )


def _rolled(top: Obj, template: Obj, made: Obj, updated: int) -> Obj:
    """The Deployment with its new template, given up on after its deadline."""
    notes = part(top, "metadata", "annotations")
    revision = str(1 + int(str(notes[_REVISION])))
    notes = notes | {_REVISION: revision}
    head = part(top, "metadata") | {"generation": int(revision), "annotations": notes}
    head["managedFields"] = part(made, "metadata")["managedFields"]
    reason, old = "ProgressDeadlineExceeded", parts(part(top, "status"), "conditions")
    new = [each for each in parts(part(made, "status"), "conditions") if each["type"] == "Progressing"]
    message = str(new[0]["message"]).replace("has successfully progressed", "has timed out progressing")
    progress = new[0] | {"status": "False", "reason": reason, "message": message}
    conditions = [progress if each["type"] == "Progressing" else each for each in old]
    status = part(top, "status") | {"observedGeneration": int(revision), "updatedReplicas": updated}
    return top | {
        "metadata": head,
        "spec": part(top, "spec") | {"template": template},
        "status": status | {"conditions": conditions},
    }


def _shrunk(cluster: Cluster, top: Obj, replicas: int) -> list[Obj]:
    """The ReplicaSet that was current, with the replicas that the rolling update leaves it."""
    current = [each for each in _replica_sets(cluster, top) if part(each, "spec")["replicas"]]
    return [each | {"spec": part(each, "spec") | {"replicas": replicas}} for each in current]


def _second(new: Obj, top: Obj) -> Obj:
    notes = part(new, "metadata", "annotations")
    notes = notes | {_REVISION: part(top, "metadata", "annotations")[_REVISION]}
    head = part(new, "metadata") | {"annotations": notes}
    return new | {"metadata": head}


def _replica_sets(cluster: Cluster, top: Obj) -> list[Obj]:
    mine = part(top, "metadata")["uid"]
    return [
        each
        for each in cluster.all("ReplicaSet")
        if any(owner["uid"] == mine for owner in parts(part(each, "metadata"), "ownerReferences"))
    ]


def _app(cluster: Cluster, random: Random) -> Obj:
    """An application's Deployment with at least three replicas."""
    chosen = [
        each
        for each in cluster.all("Deployment")
        if "app.kubernetes.io/part-of" in labels_of(each) and int(str(part(each, "spec")["replicas"])) >= 3
    ]
    return random.choice(chosen)


def _place(pod: Obj) -> Place:
    return Place(text(pod, "spec", "nodeName"), text(pod, "status", "hostIP"))


def _fresh_address(pod: Obj, index: int) -> str:
    """An address that no other pod of the same node has."""
    return f"{text(pod, 'status', 'podIP').rpartition('.')[0]}.{254 - index}"


def _oom(cluster: Cluster, random: Random) -> Broken:
    """Every pod of an application runs out of memory again and again since 40 minutes."""
    top = _app(cluster, random)
    name, space = name_of(top), namespace_of(top)
    pods: list[Obj] = []
    events: list[Obj] = []
    first = cluster.now - timedelta(minutes=40)
    for index, each in enumerate(pods_of(cluster, space, name)):
        last = cluster.now - timedelta(seconds=40 + 11 * (index % 9))
        killed = ended(137, last, lasted=timedelta(seconds=95), reason="OOMKilled")
        run = crash_looping(name, 8 + index % 3, killed)
        created = created_at(each)
        life = Life(created, _place(each), text(each, "status", "podIP"), (run,), ready_at=last)
        status = pod_status(part(each, "spec"), life, long_name_of(each))
        pods.append(each | {"status": status})
        events.append(back_off(each, name, first=first, last=cluster.now - timedelta(seconds=20), count=120))
    return Broken(changed(cluster, [*pods, *events]), "oom-killed", Ref("Deployment", space, name))


def _selector(cluster: Cluster, random: Random) -> Broken:
    """The selector of a Service no longer matches the labels of its pods."""
    top = _app(cluster, random)
    name, space = name_of(top), namespace_of(top)
    found = cluster.get("Service", space, name)
    wrong = found | {"spec": part(found, "spec") | {"selector": {"app": name, "track": "stable"}}}
    return Broken(changed(cluster, [wrong]), "service-selector-mismatch", Ref("Service", space, name))


def _node_down(cluster: Cluster, random: Random) -> Broken:
    """The kubelet of a worker stopped four minutes ago."""
    workers = [each for each in cluster.all("Node") if "taints" not in part(each, "spec")]
    chosen = random.choice(workers)
    return Broken(node_down(cluster, chosen), "kubelet-unavailable", Ref("Node", "", name_of(chosen)))


def _noise(cluster: Cluster, random: Random) -> Broken:
    """500 more old, harmless warnings about pods that run well."""
    running = [each for each in cluster.all("Pod") if parts(part(each, "status"), "containerStatuses")]
    events: list[Obj] = []
    for index in range(500):
        each = random.choice(running)
        container = str(parts(part(each, "spec"), "containers")[0]["name"])
        last = cluster.now - timedelta(minutes=random.randint(45, 600), seconds=index % 60)
        message = f"HTTP probe failed with statuscode: {random.choice((500, 502, 503))}"
        events.append(
            probe_failed(each, container, message, first=last - timedelta(seconds=10), last=last, count=2)
        )
    return Broken(changed(cluster, events))


FAULTS: Mapping[str, Callable[[Cluster, Random], Broken]] = {
    "crash": _crash,
    "oom": _oom,
    "selector": _selector,
    "node-down": _node_down,
    "noise": _noise,
}
