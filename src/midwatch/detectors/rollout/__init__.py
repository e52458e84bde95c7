"""rollout: workloads that do not reach the state they want, and what about their own spec keeps them from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from midwatch.detectors._ages import older_than
from midwatch.detectors._deficits import Deficit, deficits, is_ready, live_pods
from midwatch.detectors.common import condition, fact, is_finished, refs
from midwatch.detectors.rollout._revisions import bad_rollout, change_facts, plain, revisions
from midwatch.detectors.rollout._waiting import PATIENCE, is_failing
from midwatch.detectors.rollout._zero_replicas import zero_replicas
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import KubeObject, LabelSelector
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.kube.selectors import matches
from midwatch.domain.kube.workloads import DaemonSet, Deployment, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_UNCREATED = 60


class _Progress(NamedTuple):
    """How many pods a workload wants and how many of them serve."""

    found: KubeObject
    wanted: int
    have: int
    stuck: Fact | None = None


def unavailable(inventory: Inventory) -> Iterator[Finding]:
    """Fewer pods serve than wanted, for longer than starting takes: a symptom whose cause others must tell.

    Source: pkg/controller/deployment/util (ProgressDeadlineExceeded), status of apps/v1.
    """
    lacking = {found.workload for found in inventory.derive(deficits) if _is_late(inventory, found)}
    for each in _progress(inventory):
        pods = [pod for pod in inventory.pods_by_workload.get(each.found.ref, ()) if not is_finished(pod)]
        failing = [pod for pod in pods if is_failing(inventory, pod)]
        if failing or each.stuck or each.found.ref in lacking:
            yield _unavailable(inventory, each, failing, uncreated=each.found.ref in lacking)


def _is_late(inventory: Inventory, found: Deficit) -> bool:
    created = found.owner.metadata.creation_timestamp
    return not found.waiting and older_than(inventory, created, _UNCREATED, unknown=False)


def _progress(inventory: Inventory) -> Iterator[_Progress]:
    for each in inventory.all(Deployment):
        yield from _if_short(each, each.spec.replicas, each.status.available_replicas, each.status.ready_replicas)
    for each in inventory.all(StatefulSet):
        yield from _if_short(each, each.spec.replicas, each.status.available_replicas, each.status.ready_replicas)
    for each in inventory.all(ReplicaSet):
        if not each.metadata.owner_references:
            status = each.status
            yield from _if_short(each, each.spec.replicas, status.available_replicas, status.ready_replicas)
    for each in inventory.all(DaemonSet):
        status = each.status
        yield from _if_short(each, status.desired_number_scheduled, status.number_available, status.number_ready)


def _if_short(found: KubeObject, wanted: int | None, available: int, ready: int) -> Iterator[_Progress]:
    """Tables tell only how many are ready; where both numbers are known they hardly differ for long."""
    count, have = 1 if wanted is None else wanted, max(available, ready)
    stuck = _deadline(found) if isinstance(found, Deployment) else None
    if count > 0 and (have < count or stuck) and found.metadata.deletion_timestamp is None:
        yield _Progress(found, count, have, stuck)


def _deadline(deployment: Deployment) -> Fact | None:
    found = condition(deployment.status.conditions, "Progressing")
    if found is None or found.status != "False" or found.reason != "ProgressDeadlineExceeded":
        return None
    return fact(
        deployment, ".status.conditions[Progressing]", found.message or found.reason, found.last_transition_time
    )


def _unavailable(inventory: Inventory, each: _Progress, failing: Sequence[Pod], *, uncreated: bool) -> Finding:
    ref = each.found.ref
    causes = ["replicas-unavailable"] if each.have < each.wanted else []
    causes += ["rollout-stuck"] * bool(each.stuck) + ["pods-not-created"] * uncreated
    changed = change_facts(revisions(inventory, each.found)) if isinstance(each.found, Deployment) else []
    serving = fact(each.found, ".status.readyReplicas", f"{each.have} of {each.wanted}")
    return Finding(
        f"rollout/{causes[-1]}",
        ref,
        Text(
            f"{each.have} of {each.wanted} pods of {ref} are available",
            f"{ref} 有 {each.have}/{each.wanted} 个 Pod 可用",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        tuple(Claim(cause, ref, 0.2) for cause in causes),
        (serving, *((each.stuck,) if each.stuck else ()), *changed),
        refs(failing) or (ref,),
    )


def paused(inventory: Inventory) -> Iterator[Finding]:
    """A Deployment is paused with changes that were never rolled out. Source: docs: pausing a rollout."""
    for each in inventory.all(Deployment):
        if each.spec.paused and _has_pending_changes(inventory, each):
            yield Finding(
                "rollout/rollout-paused",
                each.ref,
                Text(
                    f"{each.ref} is paused, so its latest template is not rolled out",
                    f"{each.ref} 已暂停，其最新模板未被发布",
                ),
                Severity.WARNING,
                claims=(Claim("rollout-paused", each.ref, 0.9),),
                facts=(
                    fact(each, ".spec.paused", "true"),
                    fact(
                        each, ".status.updatedReplicas", f"{each.status.updated_replicas} of {each.spec.replicas}"
                    ),
                ),
                affected=(each.ref,),
            )


def _has_pending_changes(inventory: Inventory, deployment: Deployment) -> bool:
    found = revisions(inventory, deployment)
    if found and found[0].spec.template.spec.containers and deployment.spec.template.spec.containers:
        return all(plain(each.spec.template) != plain(deployment.spec.template) for each in found)
    wanted = 1 if deployment.spec.replicas is None else deployment.spec.replicas
    return deployment.status.updated_replicas < wanted


def statefulset_blocked(inventory: Inventory) -> Iterator[Finding]:
    """The next ordinal waits for a lower one that is not ready. Source: docs: StatefulSet, OrderedReady."""
    for found in inventory.derive(deficits):
        if not found.waiting or not isinstance(found.owner, StatefulSet):
            continue
        pods = sorted(live_pods(inventory, found.owner.ref), key=lambda pod: (len(pod.name), pod.name))
        broken = next((pod for pod in pods if not is_ready(pod)), None)
        if broken is not None and is_failing(inventory, broken):
            yield Finding(
                "rollout/statefulset-blocked",
                found.owner.ref,
                Text(
                    f"{found.owner.ref} stops at {found.have} of {found.wanted} pods until {broken.name} is ready",
                    f"{found.owner.ref} 停在 {found.have}/{found.wanted} 个 Pod，直到 {broken.name} 就绪",
                ),
                Severity.ERROR,
                claims=(Claim("statefulset-blocked", found.workload, 0.4),),
                facts=(fact(broken, ".status.phase", broken.status.phase),),
                affected=(broken.ref,),
            )


def misscheduled(inventory: Inventory) -> Iterator[Finding]:
    """Pods of a DaemonSet run on nodes that no longer want them. Source: numberMisscheduled of apps/v1."""
    for each in inventory.all(DaemonSet):
        count = each.status.number_misscheduled
        if count > 0 and older_than(inventory, each.metadata.creation_timestamp, PATIENCE, unknown=True):
            yield Finding(
                "rollout/daemonset-misscheduled",
                each.ref,
                Text(
                    f"{count} pod(s) of {each.ref} run on nodes they are not meant for",
                    f"{each.ref} 有 {count} 个 Pod 运行在不应运行的节点上",
                ),
                Severity.INFO,
                Status.LATENT,
                (Claim("daemonset-misscheduled", each.ref, 0.2),),
                (fact(each, ".status.numberMisscheduled", count),),
            )


def selector_mismatch(inventory: Inventory) -> Iterator[Finding]:
    """A workload does not select the pods of its own template. Source: apps/v1 validation."""
    for struct in (Deployment, StatefulSet, DaemonSet, ReplicaSet):
        for each in inventory.all(struct):
            if _is_mismatch(each.spec.selector, each.spec.template) and not each.metadata.owner_references:
                yield _mismatch(each.ref, each, bool(inventory.pods_by_workload.get(each.ref)))


def _is_mismatch(selector: LabelSelector, template: PodTemplate) -> bool:
    labels = template.metadata.labels
    return bool(labels and (selector.match_labels or selector.match_expressions)) and not matches(selector, labels)


def _mismatch(ref: Ref, found: Deployment | StatefulSet | DaemonSet | ReplicaSet, runs: bool) -> Finding:
    return Finding(
        "rollout/selector-template-mismatch",
        ref,
        Text(
            f"The selector of {ref} does not match the labels of its own pod template",
            f"{ref} 的选择器与其 Pod 模板的标签不匹配",
        ),
        Severity.WARNING if runs else Severity.ERROR,
        Status.LATENT if runs else Status.ACTIVE,
        (Claim("selector-template-mismatch", ref, 0.5 if runs else 0.75),),
        (
            fact(found, ".spec.selector.matchLabels", dict(found.spec.selector.match_labels)),
            fact(found, ".spec.template.metadata.labels", dict(found.spec.template.metadata.labels)),
        ),
    )


DETECTORS = (
    zero_replicas,
    bad_rollout,
    paused,
    statefulset_blocked,
    misscheduled,
    selector_mismatch,
    unavailable,
)
