"""startup: containers and sandboxes that cannot be created, init containers that fail, sidecars not ready.

Sources: pkg/kubelet/kuberuntime (kuberuntime_container.go, kuberuntime_sandbox.go), pkg/kubelet/events/event.go,
kubernetes.io/docs/concepts/workloads/pods/init-containers and .../sidecar-containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from midwatch.detectors._runs import Run, loop, newest_first, of_container, runs, troubled
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.detectors.startup._init_containers import init_containers, sidecars
from midwatch.detectors.startup._ports_in_pod import port_conflicts
from midwatch.detectors.startup._start_errors import SandboxError, StartError, container_error, sandbox_error
from midwatch.detectors.startup._volume_access import volume_permissions
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_WAITING = frozenset({
    "RunContainerError", "CreateContainerError", "CreateContainerConfigError", "StartError", "PreCreateHookError",
    "PreStartHookError", "CrashLoopBackOff", "ContainerCannotRun",
})  # fmt: skip
_CANNOT_RUN = frozenset({"StartError", "ContainerCannotRun"})
_ERROR_EVENTS = frozenset({"Failed"})
_CONFIG_ONLY = ("not found", "couldn't find key", "sync configmap cache", "sync secret cache")
_RUNTIME_WORDS = (
    "runc", "OCI runtime", "exec", "runAsNonRoot", "container process", "rootfs", "mount", "subPath", "mkdir",
)  # fmt: skip
_EXIT_CODES = {
    126: StartError(
        (("command-not-executable", 0.7),),
        Text("its command is not executable (exit code 126)", "其命令不可执行（退出码 126）"),
    ),
    127: StartError(
        (("command-not-found", 0.7),), Text("a command was not found (exit code 127)", "找不到命令（退出码 127）")
    ),
}


@dataclass
class _Failure:
    """Containers of one name that cannot start, for one reason, in the pods of one workload."""

    workload: Ref
    run: Run
    error: StartError
    pods: list[Pod] = field(default_factory=list[Pod])
    facts: list[Fact] = field(default_factory=list[Fact])


def start_failures(inventory: Inventory) -> Iterator[Finding]:
    """Containers the runtime cannot create or start. Source: kuberuntime_container.go (startContainer)."""
    failures: dict[tuple[Ref, str, str], _Failure] = {}
    for pod in inventory.derive(troubled):
        if pod.status.phase == "Succeeded":
            continue
        for run in runs(pod):
            found = _start_error(inventory, pod, run)
            if found is not None:
                error, source = found
                key = (inventory.workload(pod), run.name, error.claims[0][0])
                failure = failures.setdefault(key, _Failure(key[0], run, error))
                failure.pods.append(pod)
                failure.facts.append(source)
    yield from map(_start_finding, failures.values())


def _start_error(inventory: Inventory, pod: Pod, run: Run) -> tuple[StartError, Fact] | None:
    ended = run.ended
    if ended is not None and loop(inventory, run) is Status.ACTIVE:
        if ended.reason in _CANNOT_RUN or (ended.exit_code == 128 and ended.message):
            event = None if ended.message else _error_event(inventory, pod, run)
            source = event_fact(event) if event is not None else _end_fact(pod, run)
            return container_error(event.message if event is not None else ended.message), source
        if ended.exit_code in _EXIT_CODES:
            return _EXIT_CODES[ended.exit_code], _end_fact(pod, run)
    if run.waiting not in _WAITING or run.waiting == "CrashLoopBackOff":
        return None
    return _waiting_error(inventory, pod, run)


def _waiting_error(inventory: Inventory, pod: Pod, run: Run) -> tuple[StartError, Fact] | None:
    message = run.waiting_message
    source = fact(pod, f".status.containerStatuses[{run.name}].state.waiting", f"{run.waiting}: {message}")
    event = None if message else _error_event(inventory, pod, run)
    if event is not None:
        message, source = event.message, event_fact(event)
    if run.waiting == "CreateContainerConfigError" and (
        not message or any(each in message for each in _CONFIG_ONLY)
    ):
        return None  # the configuration family reads these
    return container_error(message), source


def _error_event(inventory: Inventory, pod: Pod, run: Run) -> Event | None:
    events = newest_first([each for each in inventory.events(pod.ref) if each.reason in _ERROR_EVENTS])
    return next(
        (
            each
            for each in events
            if of_container(each, run.name) and any(word in each.message for word in _RUNTIME_WORDS)
        ),
        None,
    )


def _end_fact(pod: Pod, run: Run) -> Fact:
    ended = run.ended
    value = f"{ended.reason} exit code {ended.exit_code} {ended.message}" if ended else ""
    return fact(pod, f".status.containerStatuses[{run.name}].lastState.terminated", value.strip())


def _start_finding(failure: _Failure) -> Finding:
    who, name, words = failure.workload, failure.run.name, failure.error.words
    return Finding(
        rule=f"startup/{failure.error.claims[0][0]}",
        subject=who,
        message=Text(
            f"container {name!r} of {who} cannot start: {words.en}", f"{who} 的容器 {name!r} 无法启动：{words.zh}"
        ),
        severity=Severity.ERROR,
        claims=tuple(Claim(cause, who, strength) for cause, strength in failure.error.claims),
        facts=tuple(failure.facts[:MAX_FACTS]),
        affected=refs(failure.pods),
    )


def post_start_hooks(inventory: Inventory) -> Iterator[Finding]:
    """Hooks after the start that fail and kill the container. Source: kubelet/lifecycle/handlers.go."""
    seen: dict[Ref, list[tuple[Pod, Event | None, Run]]] = {}
    for pod in inventory.derive(troubled):
        if is_finished(pod):
            continue
        event = next((each for each in inventory.events(pod.ref) if each.reason == "FailedPostStartHook"), None)
        for run in runs(pod):
            told = event is not None and of_container(event, run.name) and not run.status.ready
            if run.waiting == "PostStartHookError" or (told and run.container.lifecycle is not None):
                seen.setdefault(inventory.workload(pod), []).append((pod, event, run))
    for who, found in seen.items():
        pod, event, run = found[0]
        source = event_fact(event) if event else fact(pod, ".status.containerStatuses", run.waiting_message)
        yield Finding(
            rule="startup/post-start-hook",
            subject=who,
            message=Text(
                f"the postStart hook of container {run.name!r} of {who} fails, so the container is killed",
                f"{who} 的容器 {run.name!r} 的 postStart 钩子失败，容器因此被终止",
            ),
            severity=Severity.ERROR,
            claims=(Claim("post-start-hook-failed", who, 0.95),),
            facts=(source,),
            affected=refs({each.ref: each for each, _, _ in found}.values()),
        )


@dataclass
class _Blocked:
    """Pods without a sandbox for one reason: of one workload, or all on one node."""

    subject: Ref
    error: SandboxError
    causes: tuple[tuple[str, float], ...]
    pods: list[Pod] = field(default_factory=list[Pod])
    facts: list[Fact] = field(default_factory=list[Fact])


def sandbox_failures(inventory: Inventory) -> Iterator[Finding]:
    """Pods without a sandbox. Source: kuberuntime_sandbox.go (createPodSandbox), event FailedCreatePodSandBox."""
    blocked: dict[tuple[Ref, str], _Blocked] = {}
    for pod in inventory.derive(troubled):
        if is_finished(pod) or _has_sandbox(pod):
            continue
        events = newest_first(
            [e for e in inventory.events(pod.ref) if e.reason.startswith("FailedCreatePodSandBox")]
        )
        if events:
            error = sandbox_error(events[0].message)
            for subject, causes in _blamed(inventory, pod, error):
                group = blocked.setdefault((subject, error.words.en), _Blocked(subject, error, causes))
                group.pods.append(pod)
                group.facts.append(event_fact(events[0]))
    yield from map(_sandbox_finding, blocked.values())


def _has_sandbox(pod: Pod) -> bool:
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    return any(each.state.running is not None or each.container_id for each in statuses)


def _blamed(
    inventory: Inventory, pod: Pod, error: SandboxError
) -> Iterator[tuple[Ref, tuple[tuple[str, float], ...]]]:
    if error.of_workload:
        yield inventory.workload(pod), error.of_workload
    elif error.of_node:
        node = Ref("Node", "", pod.spec.node_name)
        yield (node if pod.spec.node_name else inventory.workload(pod)), error.of_node


def _sandbox_finding(group: _Blocked) -> Finding:
    words, count = group.error.words, len(group.pods)
    return Finding(
        rule="startup/sandbox",
        subject=group.subject,
        message=Text(
            f"{count} pod(s) of {group.subject} have no sandbox: {words.en}",
            f"{group.subject} 的 {count} 个 Pod 没有沙箱：{words.zh}",
        ),
        severity=Severity.ERROR,
        claims=tuple(Claim(cause, group.subject, strength) for cause, strength in group.causes),
        facts=tuple(group.facts[:MAX_FACTS]),
        affected=refs(group.pods),
    )


DETECTORS = (
    start_failures,
    post_start_hooks,
    sandbox_failures,
    init_containers,
    sidecars,
    volume_permissions,
    port_conflicts,
)
