"""rollout: revisions of a workload, what changed between them, and a new one that fails beside a good old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from midwatch.detectors._deficits import is_ready, live_pods
from midwatch.detectors.common import MAX_FACTS, condition, fact, refs
from midwatch.detectors.rollout._waiting import is_failing
from midwatch.domain.finding import Claim, Fact, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.kube.workloads import Deployment, ReplicaSet, StatefulSet
from midwatch.domain.text import Text
from midwatch.knowledge._diff import differences

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_STATEFUL_HASH = "controller-revision-hash"


def revisions(inventory: Inventory, deployment: Deployment) -> list[ReplicaSet]:
    """ReplicaSets of a Deployment, the newest revision first."""
    owned = inventory.children.get(deployment.ref, ())
    return sorted((each for each in owned if isinstance(each, ReplicaSet)), key=_number, reverse=True)


def _number(found: ReplicaSet) -> tuple[int, str]:
    text = found.metadata.annotations.get(_REVISION, "")
    return (int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0), found.name


def plain(template: PodTemplate) -> PodTemplate:
    """A template without the label that every ReplicaSet has its own of."""
    labels = {key: value for key, value in template.metadata.labels.items() if key != _HASH}
    metadata = msgspec.structs.replace(template.metadata, labels=labels, creation_timestamp=None)
    return msgspec.structs.replace(template, metadata=metadata)


def change_facts(found: Sequence[ReplicaSet]) -> list[Fact]:
    """What the newest of some revisions changed."""
    if len(found) < 2:
        return []
    changed = differences(plain(found[1].spec.template), plain(found[0].spec.template), ".spec.template")
    return [fact(found[0], each.partition(": ")[0], each.partition(": ")[2]) for each in changed[:MAX_FACTS]]


def bad_rollout(inventory: Inventory) -> Iterator[Finding]:
    """Pods of the new revision fail while those of the old one are fine: what changed is to blame.

    Source: kubernetes.io/docs/concepts/workloads/controllers/deployment (failed deployment).
    """
    for deployment in inventory.all(Deployment):
        found = revisions(inventory, deployment) if deployment.status.replicas else []
        wanted = [each for each in found if each.spec.replicas is None or each.spec.replicas > 0]
        if len(wanted) < 2 or wanted[0] is not found[0]:
            continue
        new, old = (
            live_pods(inventory, wanted[0].ref),
            [each for rs in wanted[1:] for each in live_pods(inventory, rs.ref)],
        )
        if _is_worse(inventory, new, old):
            yield _finding(deployment, new, len(old), change_facts([wanted[0], wanted[1]]))
    for each in inventory.all(StatefulSet):
        if each.status.update_revision and each.status.update_revision != each.status.current_revision:
            pods = live_pods(inventory, each.ref)
            new = [pod for pod in pods if pod.metadata.labels.get(_STATEFUL_HASH) == each.status.update_revision]
            old = [pod for pod in pods if pod.metadata.labels.get(_STATEFUL_HASH) == each.status.current_revision]
            if _is_worse(inventory, new, old):
                yield _finding(
                    each, new, len(old), [fact(each, ".status.updateRevision", each.status.update_revision)]
                )


def _is_worse(inventory: Inventory, new: Sequence[Pod], old: Sequence[Pod]) -> bool:
    failing = bool(new) and all(is_failing(inventory, each) and _was_considered(each) for each in new)
    return failing and any(is_ready(each) for each in old)


def _was_considered(pod: Pod) -> bool:
    """Whether a scheduler has looked at it: a pod that none has seen says nothing about its revision."""
    placed = condition(pod.status.conditions, "PodScheduled")
    return bool(pod.spec.node_name or pod.status.container_statuses or placed)


def _finding(found: Deployment | StatefulSet, new: Sequence[Pod], old: int, facts: Sequence[Fact]) -> Finding:
    return Finding(
        "rollout/bad-rollout",
        found.ref,
        Text(
            f"The new revision of {found.ref} fails in all its {len(new)} pod(s) while {old} of the old one "
            f"remain",
            f"{found.ref} 的新版本的 {len(new)} 个 Pod 全部失败，旧版本仍有 {old} 个 Pod",
        ),
        Severity.ERROR,
        claims=(Claim("bad-rollout", found.ref, 0.5),),
        facts=tuple(facts),
        affected=refs(new),
    )
