"""What other pods forbid: affinity, anti-affinity and spreading, as the scheduler's plugins count them.

Source: pkg/scheduler/framework/plugins/{interpodaffinity,podtopologyspread}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from midwatch.detectors.common import is_finished
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Namespace, Node
from midwatch.domain.kube.pods import Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint
from midwatch.domain.kube.selectors import matches, node_matches
from midwatch.knowledge.templates import pod_templates


class _Guard(NamedTuple):
    """Pods of one workload, on `nodes`, that tolerate no pod which `term` matches."""

    owner: Pod
    term: PodAffinityTerm
    nodes: frozenset[str]


class Topology(NamedTuple):
    """Per topology key, the domains a pod must be in, must avoid, and those that are too full."""

    needed: tuple[tuple[str, frozenset[str]], ...] = ()
    avoided: tuple[tuple[str, frozenset[str]], ...] = ()
    crowded: tuple[tuple[str, frozenset[str]], ...] = ()

    def conflicts(self, node: Node) -> Iterator[tuple[str, str]]:
        """(cause, topology key) of each rule that a node breaks."""
        labels = node.metadata.labels
        for key, domains in self.needed:
            if labels.get(key) not in domains:
                yield "pod-affinity-unsatisfied", key
        for key, domains in self.avoided:
            if labels.get(key) in domains:
                yield "pod-anti-affinity-conflict", key
        for key, domains in self.crowded:
            if key not in labels or labels[key] in domains:
                yield "topology-spread-unsatisfiable", key


def topology_of(inventory: Inventory, pod: Pod) -> Topology:
    """The rules between a pod and all placed pods."""
    affinity = pod.spec.affinity
    wanted = affinity.pod_affinity.required if affinity and affinity.pod_affinity else ()
    unwanted = _unwanted(pod.spec)
    spread = [each for each in pod.spec.topology_spread_constraints if each.when_unsatisfiable == "DoNotSchedule"]
    needed = [(each.topology_key, _needed(inventory, pod, each)) for each in wanted]
    return Topology(
        tuple((key, domains) for key, domains in needed if domains is not None),
        (
            *((each.topology_key, _domains_of(inventory, pod, each)) for each in unwanted),
            *_guarded(inventory, pod),
        ),
        tuple((each.topology_key, _crowded(inventory, pod, each)) for each in spread),
    )


def _needed(inventory: Inventory, pod: Pod, term: PodAffinityTerm) -> frozenset[str] | None:
    """Domains with a matching pod; None when the pod is the first of its own group and may go anywhere."""
    domains = _domains_of(inventory, pod, term)
    if (
        not domains
        and matches(term.label_selector, pod.metadata.labels)
        and pod.namespace in _spaces(inventory, pod, term)
    ):
        return None
    return domains


def _domains_of(inventory: Inventory, pod: Pod, term: PodAffinityTerm) -> frozenset[str]:
    placed = (
        each.spec.node_name
        for space in _spaces(inventory, pod, term)
        for each in inventory.select(space, term.label_selector)
        if each.spec.node_name and not is_finished(each) and each.ref != pod.ref
    )
    return _domains(inventory, placed, term.topology_key)


def _domains(inventory: Inventory, nodes: Iterator[str] | frozenset[str], key: str) -> frozenset[str]:
    found = (inventory.get(Node, "", name) for name in set(nodes))
    return frozenset(node.metadata.labels[key] for node in found if node and key in node.metadata.labels)


def _spaces(inventory: Inventory, pod: Pod, term: PodAffinityTerm) -> list[str]:
    selector = term.namespace_selector
    selected = [each.name for each in inventory.all(Namespace) if matches(selector, each.metadata.labels)]
    if not term.namespaces and selector is None:
        return [pod.namespace]
    return list(dict.fromkeys([*term.namespaces, *selected]))


def guards(inventory: Inventory) -> tuple[_Guard, ...]:
    """Anti-affinity of placed pods, once per workload (an index: use it with `Inventory.derive`).

    Descriptions of pods leave their affinity out, so it is read from the template as well.
    """
    found: list[_Guard] = []
    templates = inventory.derive(pod_templates)
    for workload, pods in inventory.pods_by_workload.items():
        placed = [each for each in pods if each.spec.node_name and not is_finished(each)]
        terms = _unwanted(placed[-1].spec) if placed else ()
        if placed and not terms and workload in templates:
            terms = _unwanted(templates[workload].spec)
        nodes = frozenset(each.spec.node_name for each in placed) if terms else frozenset[str]()
        found.extend(_Guard(placed[-1], each, nodes) for each in terms)
    return tuple(found)


def _unwanted(spec: PodSpec) -> tuple[PodAffinityTerm, ...]:
    affinity = spec.affinity
    return affinity.pod_anti_affinity.required if affinity and affinity.pod_anti_affinity else ()


def _guarded(inventory: Inventory, pod: Pod) -> Iterator[tuple[str, frozenset[str]]]:
    """Domains of placed pods that refuse this one."""
    for guard in inventory.derive(guards):
        if matches(guard.term.label_selector, pod.metadata.labels) and pod.namespace in _spaces(
            inventory, guard.owner, guard.term
        ):
            yield guard.term.topology_key, _domains(inventory, guard.nodes, guard.term.topology_key)


def _crowded(inventory: Inventory, pod: Pod, rule: TopologySpreadConstraint) -> frozenset[str]:
    """Domains in which one more pod would exceed the allowed skew."""
    key = rule.topology_key
    counts: Counter[str] = Counter(
        {node.metadata.labels[key]: 0 for node in inventory.all(Node) if _counts(pod, node, key)}
    )
    for each in inventory.select(pod.namespace, rule.label_selector):
        node = inventory.get(Node, "", each.spec.node_name)
        if node and not is_finished(each) and node.metadata.labels.get(key) in counts:
            counts[node.metadata.labels[key]] += 1
    own = int(matches(rule.label_selector, pod.metadata.labels))
    lowest = min(counts.values(), default=0)
    return frozenset(domain for domain, count in counts.items() if count + own - lowest > max(rule.max_skew, 1))


def _counts(pod: Pod, node: Node, key: str) -> bool:
    """Whether a node makes a domain: it carries the key and the pod's own node affinity accepts it."""
    affinity = pod.spec.affinity.node_affinity if pod.spec.affinity else None
    labels = node.metadata.labels
    chosen = all(labels.get(name) == value for name, value in pod.spec.node_selector.items())
    return key in labels and chosen and (affinity is None or node_matches(affinity.required, node))
