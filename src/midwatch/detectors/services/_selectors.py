"""Services whose selector matches no pod, or pods of workloads that it was not meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from midwatch.detectors._backing import (
    Backing,
    ailing,
    backings,
    backings_by_pod,
    is_ready,
    selected_workloads,
    selector_of,
    serving_containers,
    templates_by_namespace,
)
from midwatch.detectors.common import MAX_FACTS, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.kube.workloads import CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.callers import callers
from midwatch.knowledge.names import alike, subject_of
from midwatch.knowledge.templates import pod_templates

_NEAR = 0.5
_SMALL = 100
_FINITE = (Job.KIND, CronJob.KIND)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A workload that a Service may have been meant for, and how well it fits (0 to 1.5)."""

    workload: Ref
    template: PodTemplate
    score: float


def selects_nothing(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes."""
    for backing in inventory.derive(backings).values():
        service = backing.service
        if backing.pods or not selector_of(service) or service.metadata.deletion_timestamp is not None:
            continue
        if not inventory.knows(Pod, service.namespace) or (backing.recorded and backing.recorded.ready):
            continue
        unlabelled = service.namespace in inventory.derive(_unlabelled)
        if backing.recorded is not None or not unlabelled:
            yield from _about_nothing(inventory, service, unlabelled)


def _unlabelled(inventory: Inventory) -> frozenset[str]:
    """Namespaces in which the labels of some pod are not known (no controller makes a pod without labels)."""
    return frozenset(each.namespace for each in inventory.all(Pod) if not each.metadata.labels)


def _about_nothing(inventory: Inventory, service: Service, unlabelled: bool) -> Iterator[Finding]:
    meant = selected_workloads(inventory, service)
    if meant:
        yield from () if unlabelled else _no_pods(inventory, service, meant)
        return
    candidates = (_candidate(service, ref, template) for ref, template in _resembling(inventory, service))
    best = max(candidates, key=lambda each: (each.score, each.workload.kind != "Pod", each.workload), default=None)
    if best is not None and best.score >= _NEAR:
        yield _mismatch(inventory, service, best)
    else:
        yield _orphan(inventory, service)


def _resembling(inventory: Inventory, service: Service) -> Iterable[tuple[Ref, PodTemplate]]:
    """Workloads that carry a selected value or the Service's name; in small namespaces all of them."""
    everything = inventory.derive(templates_by_namespace).get(service.namespace, [])
    if len(everything) <= _SMALL:
        return everything
    index = inventory.derive(_by_resemblance)
    keys = (*service.spec.selector.values(), subject_of(service.name))
    return {ref: template for key in keys for ref, template in index.get((service.namespace, key), [])}.items()


def _by_resemblance(inventory: Inventory) -> Mapping[tuple[str, str], list[tuple[Ref, PodTemplate]]]:
    index: dict[tuple[str, str], list[tuple[Ref, PodTemplate]]] = defaultdict(list)
    for ref, template in inventory.derive(pod_templates).items():
        for key in {*template.metadata.labels.values(), subject_of(ref.name)}:
            index[ref.namespace, key].append((ref, template))
    return index


def _no_pods(inventory: Inventory, service: Service, meant: list[Ref]) -> Iterator[Finding]:
    """The selector is right but the workload has no pods; that is the workload's trouble, not the selector's."""
    workload = meant[0]
    if workload.kind in _FINITE:
        return
    used, wanted = bool(inventory.derive(callers).get(service.ref)), _wanted(inventory, workload)
    yield Finding(
        "services/selected-workload-without-pods",
        service.ref,
        Text(
            f"{service.ref} has no endpoints: {workload}, whose pods it selects, has no pods",
            f"{service.ref} 没有端点：它所选择的 {workload} 没有任何 Pod",
        ),
        Severity.ERROR if used and wanted else Severity.WARNING,
        Status.ACTIVE if used or wanted else Status.LATENT,
        (Claim("service-no-ready-endpoints", service.ref, 0.4),),
        (fact(service, ".spec.selector", _pairs(service.spec.selector)),),
        (workload,),
    )


def _wanted(inventory: Inventory, workload: Ref) -> bool:
    """Whether a workload is meant to have pods."""
    found = inventory.find(workload)
    if isinstance(found, Deployment | StatefulSet | ReplicaSet):
        return found.spec.replicas != 0
    return isinstance(found, DaemonSet) and found.status.desired_number_scheduled > 0


def _mismatch(inventory: Inventory, service: Service, best: _Candidate) -> Finding:
    pods = [each for each in inventory.pods_by_workload.get(best.workload, []) if not is_finished(each)]
    used = bool(inventory.derive(callers).get(service.ref))
    refines = any(best.template.metadata.labels.get(key) == value for key, value in service.spec.selector.items())
    elsewhere = (refines or best.score < 1) and _served_by_another(inventory, pods)
    strength = _mismatch_strength(best, any(map(is_ready, pods)), used, elsewhere)
    labels = best.template.metadata.labels
    wrong = {key: value for key, value in service.spec.selector.items() if labels.get(key) != value}
    return Finding(
        "services/selector-matches-nothing",
        service.ref,
        Text(
            f"{service.ref} selects {_pairs(wrong)}, but the pods of {best.workload} carry {_pairs(labels)}:"
            " it selects no pod and has no endpoints",
            f"{service.ref} 选择 {_pairs(wrong)}，但 {best.workload} 的 Pod 标签是 {_pairs(labels)}："
            "没有选中任何 Pod，因而没有端点",
        ),
        Severity.ERROR if strength >= 0.6 else Severity.WARNING,
        Status.ACTIVE if strength >= 0.6 else Status.LATENT,
        (Claim("service-selector-mismatch", service.ref, strength),),
        (
            fact(service, ".spec.selector", _pairs(service.spec.selector)),
            Fact(best.workload, ".spec.template.metadata.labels", _pairs(labels)),
        ),
        (best.workload, *refs(pods[:MAX_FACTS])),
    )


def _mismatch_strength(best: _Candidate, running: bool, used: bool, elsewhere: bool) -> float:
    """Pods that another Service serves well need not be meant; a selector for a role may wait for it."""
    if elsewhere and not used:
        return 0.4
    if elsewhere:
        return 0.65
    strength = 0.95 if best.score >= 1 else 0.85
    return strength if running or used else 0.7


def _served_by_another(inventory: Inventory, pods: list[Pod]) -> bool:
    """Whether some other Service selects these pods."""
    return bool(pods) and pods[0].ref in inventory.derive(backings_by_pod)


def _candidate(service: Service, workload: Ref, template: PodTemplate) -> _Candidate:
    labels = template.metadata.labels
    if workload.kind in _FINITE or not labels:
        return _Candidate(workload, template, 0.0)
    values = set(labels.values())
    selector = service.spec.selector
    fits = sum(_fit(key, value, labels, values) for key, value in selector.items()) / max(1, len(selector))
    return _Candidate(workload, template, fits + _name_bonus(service.name, workload.name))


def _fit(key: str, value: str, labels: Mapping[str, str], values: set[str]) -> float:
    """How well one wanted pair fits labels: exactly, by the value under another key, or nearly."""
    have = labels.get(key)
    if have == value:
        return 1.0
    if value in values:
        return 0.75
    return 0.7 if have is not None and alike(value, have) else 0.0


def _name_bonus(service: str, workload: str) -> float:
    if service == workload or subject_of(service) == subject_of(workload) != "":
        return 0.5
    return 0.25 if alike(service, workload) else 0.0


def _orphan(inventory: Inventory, service: Service) -> Finding:
    """Nothing resembles what the Service selects: unused leftovers are advice, used ones an outage."""
    users = inventory.derive(callers).get(service.ref, ())
    hurts = any(each in inventory.derive(ailing) for each in users)
    status = Status.ACTIVE if hurts else Status.LATENT
    return Finding(
        "services/selects-no-workload",
        service.ref,
        Text(
            f"{service.ref} selects {_pairs(service.spec.selector)}, which no pod and no workload carries",
            f"{service.ref} 选择 {_pairs(service.spec.selector)}，没有任何 Pod 或工作负载带有这些标签",
        ),
        (Severity.ERROR if hurts else Severity.WARNING) if users else Severity.INFO,
        status,
        (
            Claim("service-selector-mismatch", service.ref, 0.5 if hurts else 0.3),
            Claim("service-no-ready-endpoints", service.ref, 0.5 if hurts else 0.4),
        ),
        (fact(service, ".spec.selector", _pairs(service.spec.selector)),),
        users[:MAX_FACTS],
    )


def selects_strangers(inventory: Inventory) -> Iterator[Finding]:
    """Pods of two workloads behind one Service of which one does not listen there. Source: as above."""
    for backing in inventory.derive(backings).values():
        if len(backing.samples) > 1 and len(backing.service.spec.ports) == 1:
            yield from _strangers(inventory, backing)


def _strangers(inventory: Inventory, backing: Backing) -> Iterator[Finding]:
    groups: dict[Ref, Pod] = {}
    for pod in filter(is_ready, backing.samples):
        groups.setdefault(inventory.workload(pod), pod)
    if len(groups) < 2:
        return
    target = backing.service.spec.ports[0].target_port
    listening = {ref: _listens(pod, target) for ref, pod in groups.items()}
    strangers = [ref for ref, listens in listening.items() if listens is False and ref.kind not in _FINITE]
    if not target or not strangers or True not in listening.values():
        return
    service = backing.service
    names = ", ".join(map(str, strangers[:MAX_FACTS]))
    yield Finding(
        "services/selects-strangers",
        service.ref,
        Text(
            f"{service.ref} also selects pods of {names}, which do not listen on its target port {target}:"
            " part of the requests fails",
            f"{service.ref} 还选中了 {names} 的 Pod，它们不监听目标端口 {target}：部分请求会失败",
        ),
        Severity.WARNING,
        Status.ACTIVE,
        (Claim("service-selector-mismatch", service.ref, 0.7),),
        (fact(service, ".spec.selector", _pairs(service.spec.selector)),),
        tuple(strangers),
    )


def _listens(pod: Pod, target: int | str) -> bool | None:
    """Whether a pod declares a port; None when it declares none at all."""
    ports = [each for container in serving_containers(pod.spec) for each in container.ports]
    return any(target in (each.container_port, each.name) for each in ports) if ports else None


def _pairs(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())[:8]) or "(none)"
