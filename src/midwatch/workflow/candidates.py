"""The queries that could move an open hypothesis: logs of its pods, and what is recorded of nodes and traffic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from midwatch.domain.decision import Candidate
from midwatch.domain.hypothesis import Hypothesis
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import ClusterRoleBinding, RoleBinding
from midwatch.domain.kube.containers import ContainerStatus
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.query import ComponentsQuery, ConnectivityQuery, LogsQuery, Query, SignalsQuery, TracesQuery
from midwatch.domain.resource import Ref
from midwatch.protocols.source import Source
from midwatch.workflow.state import Survey

_HYPOTHESES = 30
_PODS_EACH = 2
_QUIET_WORKLOADS = 60
_API_USERS = 6
_RECORDED: tuple[Query, ...] = (TracesQuery(), ComponentsQuery(), ConnectivityQuery(), SignalsQuery())
_CHEAP = 0.25
"""One request that tells of all objects at once."""


def candidates(survey: Survey, hypotheses: Sequence[Hypothesis], source: Source) -> Iterator[Candidate]:
    """Each query once, with all hypotheses it could move."""
    everything = tuple(range(len(hypotheses)))
    for query in _RECORDED:
        if source.answers(query):
            yield Candidate(query, everything, _CHEAP)
    moved: dict[LogsQuery, list[int]] = defaultdict(list)
    for index, hypothesis in enumerate(hypotheses[:_HYPOTHESES]):
        for query in _logs_about(survey.inventory, hypothesis):
            moved[query].append(index)
    for query, indexes in moved.items():
        yield Candidate(query, tuple(indexes))
    for query in _quiet_logs(survey):
        if query not in moved:
            yield Candidate(query, ())


def _logs_about(inventory: Inventory, hypothesis: Hypothesis) -> Iterator[LogsQuery]:
    """Logs of the pods of the culprit, else of the pods its findings name."""
    pods = _pods_of(inventory, hypothesis.culprit) or [
        pod
        for each in hypothesis.supporting
        for ref in (each.subject, *each.affected)
        if (pod := _pod(inventory, ref))
    ]
    worst = sorted(pods, key=lambda pod: (-_trouble(pod), pod.name))
    for pod in worst[:_PODS_EACH]:
        yield from _logs_of(pod)


def _pods_of(inventory: Inventory, ref: Ref) -> Sequence[Pod]:
    pod = _pod(inventory, ref)
    if pod is not None:
        return [pod]
    service = inventory.find(ref)
    if isinstance(service, Service):
        return inventory.select_labels(service.namespace, service.spec.selector)
    return inventory.pods_by_workload.get(ref, ())


def _pod(inventory: Inventory, ref: Ref) -> Pod | None:
    found = inventory.find(ref)
    return found if isinstance(found, Pod) else None


def _trouble(pod: Pod) -> int:
    statuses = pod.status.container_statuses
    return sum(each.restart_count for each in statuses) + 100 * sum(not each.ready for each in statuses)


def _logs_of(pod: Pod) -> Iterator[LogsQuery]:
    """The run before the last restart tells why it ended; the current one why it is not ready."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    for status in statuses:
        if status.restart_count > 0:
            yield LogsQuery(pod.namespace, pod.name, status.name, previous=True)
        if (_has_run(status) and status.state.terminated is None) or _failed(status):
            yield LogsQuery(pod.namespace, pod.name, status.name)


def _has_run(status: ContainerStatus) -> bool:
    return status.state.running is not None or status.restart_count > 0


def _failed(status: ContainerStatus) -> bool:
    ended = status.state.terminated
    return ended is not None and ended.exit_code != 0


def _quiet_logs(survey: Survey) -> Iterator[LogsQuery]:
    """One pod of each workload that most depends on, for faults that objects do not show.

    Before them a few that were given rights to the API: nobody but they themselves tells what it refuses them.
    """
    inventory = survey.inventory
    workloads = [each for each in inventory.pods_by_workload if each.namespace != "kube-system"]
    weight = {each: len(survey.graph.dependants(each, hops=2)) for each in workloads[: 20 * _QUIET_WORKLOADS]}
    ranked = sorted(weight, key=lambda each: (-weight[each], each))
    entitled = [each for each in ranked if _is_entitled(inventory, inventory.pods_by_workload[each][0])]
    for ref in dict.fromkeys([*entitled[:_API_USERS], *ranked[:_QUIET_WORKLOADS]]):
        yield from _first_running(inventory.pods_by_workload[ref])


def _is_entitled(inventory: Inventory, pod: Pod) -> bool:
    return (pod.namespace, pod.spec.service_account_name) in inventory.derive(_entitled)


def _entitled(inventory: Inventory) -> frozenset[tuple[str, str]]:
    """Namespace and name of the ServiceAccounts that a binding gives rights (use with `derive`)."""
    bindings = (*inventory.all(RoleBinding), *inventory.all(ClusterRoleBinding))
    return frozenset(
        (subject.namespace or each.namespace, subject.name)
        for each in bindings
        for subject in each.subjects
        if subject.kind == "ServiceAccount"
    )


def _first_running(pods: Iterable[Pod]) -> Iterator[LogsQuery]:
    for pod in pods:
        running = [each for each in pod.status.container_statuses if each.state.running is not None]
        if running and pod.spec.containers:
            main = next((each for each in running if each.name == pod.spec.containers[0].name), running[0])
            yield LogsQuery(pod.namespace, pod.name, main.name)
            return
