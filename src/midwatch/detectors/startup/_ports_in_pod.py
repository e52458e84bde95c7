"""Two containers of one pod that listen on the same port: they share one network, so the second cannot bind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from midwatch.detectors._listeners import Listener, listeners
from midwatch.detectors._runs import loop, runs
from midwatch.detectors.common import MAX_FACTS, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates


def port_conflicts(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/workloads/pods (containers of a pod share the network namespace)."""
    for who, template in inventory.derive(pod_templates).items():
        pods = inventory.pods_by_workload.get(who, [])
        specs = (pods[0].spec, template.spec) if pods else (template.spec,)
        for spec in specs:
            found = list(_conflicts(spec)) if len(spec.containers) + len(spec.init_containers) > 1 else []
            for one, other in found:
                yield _finding(inventory, who, pods, one, other)
            if found:
                break


def _conflicts(spec: PodSpec) -> Iterator[tuple[Listener, Listener]]:
    by_port: dict[tuple[int, str], dict[str, Listener]] = defaultdict(dict)
    running = [each for each in spec.init_containers if each.restart_policy == "Always"]
    for container in (*running, *spec.containers):
        for each in listeners(container):
            by_port[each.port, each.protocol].setdefault(each.container, each)
    for holders in by_port.values():
        if len(holders) > 1 and any(each.declared for each in holders.values()):
            one, other, *_ = sorted(holders.values(), key=lambda each: not each.declared)
            yield one, other


def _finding(inventory: Inventory, who: Ref, pods: list[Pod], one: Listener, other: Listener) -> Finding:
    names = {one.container, other.container}
    failing = [pod for pod in pods if not is_finished(pod) and _suffers(inventory, pod, names)]
    return Finding(
        rule="startup/port-conflict",
        subject=who,
        message=Text(
            f"containers {one.container!r} and {other.container!r} of {who} both listen on port {one.port}",
            f"{who} 的容器 {one.container!r} 与 {other.container!r} 都监听端口 {one.port}",
        ),
        severity=Severity.ERROR if failing else Severity.INFO,
        status=Status.ACTIVE if failing else Status.LATENT,
        claims=(Claim("port-conflict", who, _strength(bool(failing), other.declared)),),
        facts=(_fact(who, one), _fact(who, other))[:MAX_FACTS],
        affected=refs(failing),
    )


def _strength(failing: bool, declared: bool) -> float:
    if not failing:
        return 0.4 if declared else 0.2
    return 0.9 if declared else 0.8


def _suffers(inventory: Inventory, pod: Pod, names: set[str]) -> bool:
    for run in runs(pod):
        if run.name in names and (run.status.name and not run.status.ready):
            return True
        if run.name in names and loop(inventory, run) is Status.ACTIVE:
            return True
    return False


def _fact(who: Ref, found: Listener) -> Fact:
    return Fact(who, f".spec.template.spec.containers[{found.container}].{found.where}", str(found.port))
