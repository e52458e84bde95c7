"""Who takes part in a connection: a pod, a node, or somebody outside, with what networks look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from midwatch.domain.resource import Ref
from midwatch.lab.core.kinds import JOB, POD, REPLICA_SET
from midwatch.lab.core.objects import Obj, controller_of, labels_of, spec, uid_of
from midwatch.lab.core.runtime import Process
from midwatch.lab.core.store import Change, Store


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a connection. `refs` are its pod, and the workloads above it, nearest first.

    `view` is equal for parties that the network treats alike, their node and their name aside.
    """

    namespace: str
    labels: dict[str, str]
    node: str
    ip: str
    host_network: bool = False
    outside: bool = False
    dns_policy: str = "ClusterFirst"
    dns_config: Obj = field(default_factory=dict[str, object])
    aliases: tuple[tuple[str, str], ...] = ()
    ports: tuple[tuple[str, int, str], ...] = ()
    refs: tuple[Ref, ...] = ()
    claims: tuple[str, ...] = ()
    view: tuple[object, ...] = ()

    @property
    def workload(self) -> Ref | None:
        """The workload at the top: a Deployment, StatefulSet, DaemonSet, CronJob ... or the bare pod."""
        return self.refs[-1] if self.refs else None


OUTSIDE = Party("", {}, "", "198.51.100.7", outside=True, dns_policy="Default", view=("outside",))
"""Somebody on the internet."""


def insider(namespace: str, name: str) -> Party:
    """A synthetic user in a namespace, without a pod."""
    labels = {"app": name}
    return Party(namespace, labels, "", "10.244.255.250", view=("synthetic", namespace, name))


class Parties:
    """Pods as parties, remembered by UID for as long as nothing of them changes that a network looks at."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Party] = {}
        self.version = 0
        store.watch(self._follow, POD)

    def of(self, process: Process) -> Party:
        """The pod that a process runs in."""
        known = self._known.get(process.pod_uid)
        if known is None:
            pod = self._store.get(POD, process.namespace, process.pod)
            known = self._known[process.pod_uid] = _party(self._store, process, pod)
        return known

    def _follow(self, change: Change) -> None:
        if change.type == "ADDED":
            return
        old = change.old or {}
        if change.type == "DELETED" or labels_of(old) != labels_of(change.new):
            self._known.pop(uid_of(change.new), None)
            self.version += 1


def _party(store: Store, process: Process, pod: Obj | None) -> Party:
    body = spec(pod or {})
    labels = labels_of(pod) if pod is not None else process.labels
    aliases: list[Obj] = body.get("hostAliases") or []
    hosts = tuple((name, each["ip"]) for each in aliases for name in each.get("hostnames") or ())
    policy = body.get("dnsPolicy") or "ClusterFirst"
    config: Obj = body.get("dnsConfig") or {}
    view = (
        process.namespace,
        frozenset(labels.items()),
        process.host_network,
        policy,
        repr(config) if config else "",
        hosts,
    )
    return Party(
        process.namespace,
        labels,
        process.node,
        process.ip,
        process.host_network,
        dns_policy=policy,
        dns_config=config,
        aliases=hosts,
        ports=_ports(body),
        refs=_refs(store, process, pod),
        claims=_claims(body, process),
        view=view,
    )


def _ports(body: Obj) -> tuple[tuple[str, int, str], ...]:
    """Named container ports, sidecars among the init containers included."""
    containers: list[Obj] = [*(body.get("containers") or ()), *(body.get("initContainers") or ())]
    ports: list[Obj] = [port for each in containers for port in each.get("ports") or ()]
    return tuple(
        (each["name"], each["containerPort"], each.get("protocol") or "TCP") for each in ports if each.get("name")
    )


def _refs(store: Store, process: Process, pod: Obj | None) -> tuple[Ref, ...]:
    found = [Ref("Pod", process.namespace, process.pod)]
    owner = controller_of(pod) if pod is not None else None
    while owner is not None and len(found) < 4:
        found.append(Ref(owner["kind"], process.namespace, owner["name"]))
        kind = {"ReplicaSet": REPLICA_SET, "Job": JOB}.get(owner["kind"])
        above = store.get(kind, process.namespace, owner["name"]) if kind is not None else None
        owner = controller_of(above) if above is not None else None
    return tuple(found)


def _claims(body: Obj, process: Process) -> tuple[str, ...]:
    """The claims that its pod mounts."""
    volumes: list[Obj] = body.get("volumes") or []
    claims: list[Obj] = [each["persistentVolumeClaim"] for each in volumes if each.get("persistentVolumeClaim")]
    found: list[str] = [each["claimName"] for each in claims]
    found += [f"{process.pod}-{each['name']}" for each in volumes if each.get("ephemeral")]
    return tuple(found)
