"""Init containers that fail or never end, and sidecars that are not ready.

Sources: kubernetes.io/docs/concepts/workloads/pods/init-containers and .../sidecar-containers.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._runs import Run, age, loop, runs, severity_of, troubled
from midwatch.detectors.common import MAX_FACTS, fact, is_finished, refs, shorten
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATIENCE = 10 * 60.0


def init_containers(inventory: Inventory) -> Iterator[Finding]:
    """Init containers that fail or do not end, so that the pod never starts."""
    groups: dict[tuple[Ref, str], list[tuple[Pod, Run]]] = {}
    for pod in inventory.derive(troubled):
        if pod.status.phase == "Succeeded" or not pod.status.init_container_statuses:
            continue
        run = next((each for each in runs(pod) if _blocks(inventory, pod, each)), None)
        if run is not None:
            groups.setdefault((inventory.workload(pod), run.name), []).append((pod, run))
    for (who, _), found in groups.items():
        yield _init_finding(inventory, who, found)


def _blocks(inventory: Inventory, pod: Pod, run: Run) -> bool:
    if not run.init or not run.status.name:
        return False
    ended = run.ended
    if run.sidecar:
        return run.status.started is False and (ended is not None or _old(inventory, pod))
    if run.status.state.running is not None:
        started = age(inventory, run.status.state.running.started_at)
        return started is not None and started > _PATIENCE
    return ended is not None and ended.exit_code != 0


def _old(inventory: Inventory, pod: Pod) -> bool:
    return (age(inventory, pod.metadata.creation_timestamp) or 0.0) > _PATIENCE / 2


def _init_finding(inventory: Inventory, who: Ref, found: list[tuple[Pod, Run]]) -> Finding:
    pod, run = found[0]
    ended = run.ended
    if run.sidecar:
        cause, strength = "sidecar-not-ready", 0.75
        text = Text("does not become ready, so no other container starts", "一直未就绪，其他容器因此无法启动")
    elif run.status.state.running is not None:
        cause, strength = "init-container-failing", 0.4
        text = Text("has been running for more than ten minutes", "已运行超过十分钟仍未结束")
    else:
        cause, strength = "init-container-failing", 0.6
        code = ended.exit_code if ended else 0
        text = Text(f"ends with exit code {code}", f"以退出码 {code} 结束")
    status = loop(inventory, run) or Status.ACTIVE
    return Finding(
        rule=f"startup/{cause}",
        subject=who,
        message=Text(
            f"init container {run.name!r} of {who} {text.en}", f"{who} 的初始化容器 {run.name!r} {text.zh}"
        ),
        severity=severity_of(status),
        status=status,
        claims=(Claim(cause, who, strength),),
        facts=(_init_fact(pod, run),),
        affected=refs(each for each, _ in found),
    )


def _init_fact(pod: Pod, run: Run) -> Fact:
    path = f".status.initContainerStatuses[{run.name}]"
    ended = run.ended
    if ended is not None:
        return fact(
            pod, f"{path}.lastState", f"{ended.reason} exit code {ended.exit_code} {ended.message}".strip()
        )
    return fact(pod, f"{path}.state", shorten(f"{run.waiting or 'running'} {run.waiting_message}"))


def sidecars(inventory: Inventory) -> Iterator[Finding]:
    """Pods whose application runs while a declared sidecar is not ready."""
    groups: dict[tuple[Ref, str], list[Pod]] = {}
    for pod in inventory.derive(troubled):
        if is_finished(pod) or not pod.status.init_container_statuses:
            continue
        for run in runs(pod):
            if run.sidecar and run.status.started and not run.status.ready and _apps_ready(pod):
                groups.setdefault((inventory.workload(pod), run.name), []).append(pod)
    for (who, name), pods in groups.items():
        yield Finding(
            rule="startup/sidecar",
            subject=who,
            message=Text(
                f"sidecar {name!r} of {who} is not ready while the application is",
                f"{who} 的应用容器已就绪，但边车容器 {name!r} 未就绪",
            ),
            severity=Severity.ERROR,
            claims=(Claim("sidecar-not-ready", who, 0.75),),
            facts=tuple(
                fact(pod, f".status.initContainerStatuses[{name}].ready", False) for pod in pods[:MAX_FACTS]
            ),
            affected=refs(pods),
        )


def _apps_ready(pod: Pod) -> bool:
    statuses = pod.status.container_statuses
    return bool(statuses) and all(each.ready for each in statuses)
