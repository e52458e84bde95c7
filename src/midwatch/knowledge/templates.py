"""The pod template of every workload, whether its pods exist or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import LabelSelector, ObjectMeta
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.kube.workloads import CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref

_WITH_TEMPLATE = (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job)


def pod_templates(inventory: Inventory) -> Mapping[Ref, PodTemplate]:
    """Template by top workload; read from a pod where the workload tells nothing (use with `derive`)."""
    found = dict(_declared(inventory))
    for ref, pods in inventory.pods_by_workload.items():
        declared = found.get(ref)
        if declared is None or not declared.spec.containers:
            found[ref] = _of_pod(pods[0], declared)
    return found


def _declared(inventory: Inventory) -> Iterator[tuple[Ref, PodTemplate]]:
    for struct in _WITH_TEMPLATE:
        for each in inventory.all(struct):
            if inventory.owner(each) is None:
                yield each.ref, _labelled(each.spec.template, each.spec.selector)
    for each in inventory.all(CronJob):
        yield each.ref, each.spec.job_template.spec.template


def _labelled(template: PodTemplate, selector: LabelSelector | None) -> PodTemplate:
    """The template; where its labels are not known, those that the workload must select."""
    if template.metadata.labels or selector is None or not selector.match_labels:
        return template
    return PodTemplate(metadata=ObjectMeta(labels=selector.match_labels), spec=template.spec)


def _of_pod(pod: Pod, declared: PodTemplate | None) -> PodTemplate:
    known = pod.metadata if pod.metadata.labels or declared is None else declared.metadata
    return PodTemplate(metadata=known, spec=pod.spec)
