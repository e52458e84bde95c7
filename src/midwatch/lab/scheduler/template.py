"""What the scheduler needs to know of a pod's spec, decoded once for all pods that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import msgspec

from midwatch.domain.kube.pods import Toleration
from midwatch.lab.core.objects import Obj, controller_of, labels_of, meta, namespace_of, parts, spec
from midwatch.lab.scheduler.requests import Amounts, pod_requests, scored_requests
from midwatch.lab.scheduler.selection import Selection, selection

HOSTNAME, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
_OWN = ("nodeName", "hostname", "schedulingGates")
_NUMBER = count(1)
_CACHE_MOST = 4096


@dataclass(frozen=True, slots=True)
class Spread:
    """One topology spread constraint; `hard` ones filter, others score."""

    topology: str
    skew: int
    hard: bool
    selection: Selection
    min_domains: int = 1
    honors_affinity: bool = True
    honors_taints: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One term of affinity or anti-affinity between pods; `weight` of preferred ones is negative to keep away."""

    topology: str
    selection: Selection
    weight: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Equal for equal terms."""
        return self.topology, self.selection.key


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A decoded pod spec. `number` names it in caches; `only_nodes` the affinity of DaemonSet pods names."""

    number: int
    requests: Amounts
    scored: tuple[int, int]
    ports: tuple[tuple[str, str, int], ...]
    node_selector: dict[str, str]
    node_affinity: Obj | None
    preferred_nodes: tuple[tuple[int, Obj], ...]
    only_nodes: frozenset[str] | None
    tolerations: tuple[Toleration, ...]
    spread: tuple[Spread, ...]
    default_spread: tuple[Spread, ...]
    affinity: tuple[Term, ...]
    anti_affinity: tuple[Term, ...]
    preferred: tuple[Term, ...]
    claims: tuple[str, ...]
    priority: int
    preempts: bool
    scheduler: str


class Templates:
    """Decodes pod specs, once for pods of the same owner whose specs are equal."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[Obj, Template]] = {}

    def of(self, pod: Obj) -> Template:
        """The template of a pod."""
        owner = controller_of(pod)
        body = {name: value for name, value in spec(pod).items() if name not in _OWN}
        if owner is None:
            return _decode(pod, body, own_group=False)
        key = (namespace_of(pod), owner["uid"], labels_of(pod).get("pod-template-hash", ""))
        known = self._known.get(key)
        if known is not None and known[0] == body:
            return known[1]
        if len(self._known) >= _CACHE_MOST:
            self._known.clear()
        made = _decode(pod, body, own_group=owner["kind"] in _GROUPED)
        self._known[key] = (body, made)
        return made


_GROUPED = frozenset({"ReplicaSet", "StatefulSet", "ReplicationController"})


def _decode(pod: Obj, body: Obj, *, own_group: bool) -> Template:
    namespace = namespace_of(pod)
    affinity: Obj = body.get("affinity") or {}
    node: Obj = affinity.get("nodeAffinity") or {}
    required: Obj | None = node.get("requiredDuringSchedulingIgnoredDuringExecution")
    between, apart = affinity.get("podAffinity"), affinity.get("podAntiAffinity")
    spread = tuple(_spread(each, pod) for each in parts(body, "topologySpreadConstraints"))
    return Template(
        number=next(_NUMBER),
        requests=pod_requests(body),
        scored=scored_requests(body),
        ports=_ports(body),
        node_selector=body.get("nodeSelector") or {},
        node_affinity=required,
        preferred_nodes=_preferred_nodes(node),
        only_nodes=_only_nodes(required),
        tolerations=tuple(msgspec.convert(each, Toleration) for each in parts(body, "tolerations")),
        spread=spread,
        default_spread=_default_spread(pod) if own_group and not spread else (),
        affinity=_required(between, namespace),
        anti_affinity=_required(apart, namespace),
        preferred=(*_preferred(between, namespace, 1), *_preferred(apart, namespace, -1)),
        claims=_claims(pod, body),
        priority=int(body.get("priority") or 0),
        preempts=body.get("preemptionPolicy") != "Never",
        scheduler=body.get("schedulerName") or "default-scheduler",
    )


def _ports(body: Obj) -> tuple[tuple[str, str, int], ...]:
    """Host ports in use: protocol, address and number."""
    every = [*parts(body, "containers"), *parts(body, "initContainers")]
    ports = [port for each in every for port in parts(each, "ports")]
    return tuple(
        (each.get("protocol") or "TCP", each.get("hostIP") or "0.0.0.0", int(each["hostPort"]))  # noqa: S104
        for each in ports
        if each.get("hostPort")
    )


def _only_nodes(required: Obj | None) -> frozenset[str] | None:
    """Node names when every term names nodes (DaemonSet pods): no other node is looked at."""
    names: set[str] = set()
    for term in parts(required or {}, "nodeSelectorTerms"):
        fields = [each for each in parts(term, "matchFields") if each.get("operator") == "In"]
        if not fields:
            return None
        names.update(fields[0].get("values") or ())
    return frozenset(names) or None


def _preferred_nodes(node: Obj) -> tuple[tuple[int, Obj], ...]:
    found = parts(node, "preferredDuringSchedulingIgnoredDuringExecution")
    return tuple((int(each["weight"]), {"nodeSelectorTerms": [each["preference"]]}) for each in found)


def _required(terms: Obj | None, namespace: str) -> tuple[Term, ...]:
    found = parts(terms or {}, "requiredDuringSchedulingIgnoredDuringExecution")
    return tuple(_term(each, namespace) for each in found)


def _preferred(terms: Obj | None, namespace: str, sign: int) -> tuple[Term, ...]:
    found = parts(terms or {}, "preferredDuringSchedulingIgnoredDuringExecution")
    return tuple(_term(each["podAffinityTerm"], namespace, sign * int(each["weight"])) for each in found)


def _term(found: Obj, namespace: str, weight: int = 0) -> Term:
    names = frozenset[str](found.get("namespaces") or ())
    chosen: Obj | None = found.get("namespaceSelector")
    if not names and chosen is None:
        names = frozenset({namespace})
    return Term(found["topologyKey"], selection(names, found.get("labelSelector"), chosen), weight)


def _spread(found: Obj, pod: Obj) -> Spread:
    labels = labels_of(pod)
    keys: list[str] = found.get("matchLabelKeys") or []
    also: Obj = {key: labels[key] for key in keys if key in labels}
    return Spread(
        topology=found["topologyKey"],
        skew=int(found.get("maxSkew") or 1),
        hard=found.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule",
        selection=selection(frozenset({namespace_of(pod)}), found.get("labelSelector"), also=also),
        min_domains=int(found.get("minDomains") or 1),
        honors_affinity=found.get("nodeAffinityPolicy") != "Ignore",
        honors_taints=found.get("nodeTaintsPolicy") == "Honor",
    )


_PER_POD = frozenset(
    {"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-revision-hash"}
)


def _default_spread(pod: Obj) -> tuple[Spread, ...]:
    """How the pods of a set spread by default.

    Source: kubernetes/pkg/scheduler/framework/plugins/podtopologyspread/plugin.go (systemDefaultConstraints).
    """
    labels = {name: value for name, value in labels_of(pod).items() if name not in _PER_POD}
    if not labels:
        return ()
    group = selection(frozenset({namespace_of(pod)}), {"matchLabels": labels})
    return Spread(HOSTNAME, 3, False, group), Spread(ZONE, 5, False, group)


def _claims(pod: Obj, body: Obj) -> tuple[str, ...]:
    """Names of the claims of its volumes, those of generic ephemeral volumes too."""
    found: list[str] = []
    for each in parts(body, "volumes"):
        if each.get("persistentVolumeClaim"):
            found.append(each["persistentVolumeClaim"]["claimName"])
        elif each.get("ephemeral"):
            found.append(f"{meta(pod)['name']}-{each['name']}")
    return tuple(found)
