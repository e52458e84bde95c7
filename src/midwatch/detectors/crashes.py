"""crashes: containers that end though they should run, and why as far as the kubelet knows; evicted pods.

Sources: pkg/kubelet/kuberuntime, pkg/kubelet/eviction/helpers.go (messages), pkg/kubelet/oom,
kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle#container-restarts and
.../concepts/scheduling-eviction/node-pressure-eviction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from midwatch.detectors._evictions import evicted_pods
from midwatch.detectors._runs import Run, loop, newest_first, of_container, runs, severity_of, troubled
from midwatch.detectors.common import MAX_FACTS, condition, event_fact, fact, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.containers import StateTerminated
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import Job
from midwatch.domain.quantity import parse_quantity
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_MIB = 1024.0 * 1024.0
_TINY_MEMORY, _SMALL_MEMORY = 16 * _MIB, 64 * _MIB
_SIGKILL, _SIGTERM, _SIGSEGV, _SIGABRT, _SIGILL = 137, 143, 139, 134, 132
_EXPLAINED_ELSEWHERE = frozenset({126, 127})
_NOT_STARTED = frozenset({"StartError", "ContainerCannotRun", "ContainerStatusUnknown"})
_NOT_RUNNING = frozenset({"ContainerCreating", "CrashLoopBackOff", "RunContainerError", "CreateContainerError"})
_OOM_EVENTS = frozenset({"OOMKilling", "SystemOOM"})


@dataclass
class _Crash:
    """Containers of one name that end in the same way, in the pods of one workload."""

    workload: Ref
    run: Run
    how: str
    status: Status
    killed: bool
    pods: list[Pod] = field(default_factory=list[Pod])
    facts: list[Fact] = field(default_factory=list[Fact])
    starved: Ref | None = None


def crashing_containers(inventory: Inventory) -> Iterator[Finding]:
    """Containers that ended, by exit code and reason, restart loops seen between two restarts included."""
    crashes: dict[tuple[Ref, str, str], _Crash] = {}
    for pod in inventory.derive(troubled):
        if pod.status.phase == "Succeeded" or pod.status.reason == "Evicted":
            continue
        for run in runs(pod):
            status = _status(inventory, pod, run)
            if status is not None:
                _collect(inventory, pod, run, status, crashes)
    for crash in crashes.values():
        crash.starved = _starved(inventory, crash)
        yield _finding(crash)


def _starved(inventory: Inventory, crash: _Crash) -> Ref | None:
    """The node whose lack of memory made the kernel kill them, if all of them ran on such nodes."""
    nodes = sorted({each.spec.node_name for each in crash.pods})
    short = [each for each in nodes if crash.how == "oom-killed" and _is_short_of_memory(inventory, each)]
    return Ref("Node", "", short[0]) if len(short) == len(nodes) > 0 else None


def _is_short_of_memory(inventory: Inventory, name: str) -> bool:
    node = inventory.get(Node, "", name)
    pressure = condition(node.status.conditions, "MemoryPressure") if node is not None else None
    told = any(each.reason == "SystemOOM" for each in inventory.events(Ref("Node", "", name)))
    return told and pressure is not None and pressure.status == "True"


def _status(inventory: Inventory, pod: Pod, run: Run) -> Status | None:
    ended = run.ended
    if ended is not None and (ended.reason in _NOT_STARTED or ended.exit_code in _EXPLAINED_ELSEWHERE):
        return None
    if ended is not None and ended.exit_code == 0 and _may_end(pod, run):
        return None
    if _is_past(inventory, pod):
        return None
    return loop(inventory, run)


def _may_end(pod: Pod, run: Run) -> bool:
    """Whether the container is meant to end with success."""
    return (run.init and not run.sidecar) or pod.spec.restart_policy in ("OnFailure", "Never")


def _is_past(inventory: Inventory, pod: Pod) -> bool:
    """Whether a failed attempt does not matter: its Job, or a later run of its CronJob, succeeded."""
    owner = inventory.owner(pod) if pod.status.phase == "Failed" else None
    job = inventory.find(owner) if owner is not None else None
    if not isinstance(job, Job):
        return False
    above = inventory.owner(job)
    runs_after = [each for each in inventory.children.get(above, ()) if isinstance(each, Job)] if above else []
    return _succeeded(job) or any(_succeeded(each) and _started_after(each, job) for each in runs_after)


def _succeeded(job: Job) -> bool:
    return any(
        each.type in ("Complete", "SuccessCriteriaMet") and each.status == "True" for each in job.status.conditions
    )


def _started_after(later: Job, earlier: Job) -> bool:
    one, other = later.metadata.creation_timestamp, earlier.metadata.creation_timestamp
    return one is not None and other is not None and one > other


def _collect(
    inventory: Inventory, pod: Pod, run: Run, status: Status, crashes: dict[tuple[Ref, str, str], _Crash]
) -> None:
    who = inventory.workload(pod)
    killed = _probe_kill(inventory, pod, run)
    how = _how(run.ended)
    crash = crashes.setdefault((who, run.name, how), _Crash(who, run, how, status, killed is not None))
    crash.pods.append(pod)
    crash.killed = crash.killed or killed is not None
    if status is Status.ACTIVE:
        crash.status = status
    if len(crash.facts) < MAX_FACTS:
        crash.facts.append(_fact(pod, run))
        crash.facts.extend([killed] if killed is not None else [])


def _probe_kill(inventory: Inventory, pod: Pod, run: Run) -> Fact | None:
    """The event by which the kubelet says that it kills the container because of a probe."""
    for event in newest_first(list(inventory.events(pod.ref))):
        named = event.reason == "Killing" and run.name in event.message and of_container(event, run.name)
        if named and ("failed liveness probe" in event.message or "failed startup probe" in event.message):
            return event_fact(event)
    return None


def _how(ended: StateTerminated | None) -> str:
    if ended is None or not _is_told(ended):
        return "unknown"
    if ended.reason == "OOMKilled":
        return "oom-killed"
    return str(ended.exit_code)


def _is_told(ended: StateTerminated) -> bool:
    """Whether the exit code is known: a table shows only that and when a container ended."""
    return bool(ended.exit_code or ended.reason or ended.started_at)


def _fact(pod: Pod, run: Run) -> Fact:
    ended = run.ended
    part = "initContainerStatuses" if run.init else "containerStatuses"
    restarts = f"{run.status.restart_count} restarts"
    if ended is None or not _is_told(ended):
        return fact(pod, f".status.{part}[{run.name}].state", f"{run.waiting or 'not running'}, {restarts}")
    value = f"{ended.reason or 'ended'}, exit code {ended.exit_code}, {restarts} {ended.message}".rstrip()
    return fact(pod, f".status.{part}[{run.name}].lastState.terminated", value, ended.finished_at)


def _finding(crash: _Crash) -> Finding:
    words = _words(crash)
    who, name = crash.workload, crash.run.name
    past = Text("", "") if crash.status is Status.ACTIVE else Text(" (it stays up since)", "（此后保持运行）")
    claims = tuple(
        Claim(cause, who, strength, refutes) for cause, strength, refutes in _claims(crash) if strength > 0
    )
    if crash.starved is not None:
        claims += (Claim("node-memory-pressure", crash.starved, 0.6),)
    return Finding(
        rule=f"crashes/{claims[0].cause if claims else 'container-crashing'}",
        subject=who,
        message=Text(
            f"container {name!r} of {who} {words.en}{past.en}", f"{who} 的容器 {name!r} {words.zh}{past.zh}"
        ),
        severity=severity_of(crash.status),
        status=crash.status,
        claims=claims,
        facts=tuple(crash.facts[: MAX_FACTS + 1]),
        affected=refs({each.ref: each for each in crash.pods}.values()),
        since=_since(crash),
    )


def _since(crash: _Crash) -> datetime | None:
    """When the pods stopped being ready; the last end of a container that ended often is not the first symptom."""
    ready = [condition(pod.status.conditions, "Ready") for pod in crash.pods]
    times = [each.last_transition_time for each in ready if each is not None and each.status == "False"]
    known = [each for each in times if each is not None]
    if known:
        return min(known)
    return crash.run.ended.finished_at if crash.run.ended and crash.run.status.restart_count <= 1 else None


def _claims(crash: _Crash) -> Iterator[tuple[str, float, bool]]:
    """(cause, strength, refutes) of a way to end; what it says first is the strongest."""
    ended = crash.run.ended
    if crash.how == "oom-killed":
        yield from (("oom-killed", 0.3 if crash.starved else 0.97, False), ("container-crashing", 0.2, False))
    elif ended is None or crash.how == "unknown":
        yield from (("container-crashing", 0.2, False), ("application-crash", 0.2, False))
    elif crash.killed:
        yield from (("container-crashing", 0.2, False), ("application-crash", 0.6, True))
    else:
        yield from _by_exit_code(crash, ended)


def _by_exit_code(crash: _Crash, ended: StateTerminated) -> Iterator[tuple[str, float, bool]]:
    match ended.exit_code:
        case 0:
            yield from (("application-exits", 0.7, False), ("container-crashing", 0.2, False))
        case 137:
            yield from (("container-crashing", 0.3, False), ("oom-killed", _oom_suspicion(crash.run), False))
            yield "liveness-probe-failing", 0.3 if crash.run.container.liveness_probe else 0.0, False
        case 143:
            yield "container-crashing", 0.3, False
            yield "liveness-probe-failing", 0.3 if crash.run.container.liveness_probe else 0.0, False
        case 139:
            yield from (("segmentation-fault", 0.85, False), ("container-crashing", 0.2, False))
        case 255 if ended.reason == "Unknown":  # the runtime lost it, as when its node restarts
            yield "container-crashing", 0.3, False
        case 132:
            yield from (("application-crash", 0.4, False), ("image-architecture-mismatch", 0.3, False))
        case _:
            looping = crash.run.waiting == "CrashLoopBackOff"
            yield from (("application-crash", 0.5 if looping else 0.4, False), ("container-crashing", 0.2, False))


def _oom_suspicion(run: Run) -> float:
    """A runtime that cannot tell an OOM kill reports `Error`: likelier the tighter the limit."""
    limit = memory_limit(run)
    if limit is None:
        return 0.0
    return 0.6 if limit <= _TINY_MEMORY else 0.45 if limit <= _SMALL_MEMORY else 0.25


def memory_limit(run: Run) -> float | None:
    """Its memory limit in bytes, None without one."""
    return parse_quantity(run.container.resources.limits.get("memory"))


def _words(crash: _Crash) -> Text:
    ended = crash.run.ended
    if crash.starved is not None:
        return Text(f"is killed because {crash.starved} runs out of memory", f"因 {crash.starved} 内存耗尽被杀死")
    if crash.how == "oom-killed":
        limit = crash.run.container.resources.limits.get("memory", "")
        at = Text(f" at its limit of {limit}", f"（限制 {limit}）") if limit else Text("", "")
        return Text(f"is killed for using too much memory{at.en}", f"因内存用量超限被杀死{at.zh}")
    if ended is None or crash.how == "unknown":
        return Text("keeps restarting", "不断重启")
    if crash.killed:
        return Text("is killed by the kubelet because its probe fails", "因探针失败被 kubelet 终止")
    if ended.exit_code == 0:
        return Text("ends with success though it should keep running", "正常退出，但它本应持续运行")
    name = {
        _SIGKILL: "SIGKILL", _SIGTERM: "SIGTERM", _SIGSEGV: "SIGSEGV", _SIGABRT: "SIGABRT", _SIGILL: "SIGILL",
    }.get(ended.exit_code)  # fmt: skip
    signal = f" ({name})" if name else ""
    return Text(f"ends with exit code {ended.exit_code}{signal}", f"以退出码 {ended.exit_code}{signal} 结束")


def tiny_memory_limits(inventory: Inventory) -> Iterator[Finding]:
    """Containers that do not run and may use almost no memory: runc itself needs about 6 MiB to start one."""
    for who, template in inventory.derive(pod_templates).items():
        for container in template.spec.containers:
            limit = parse_quantity(container.resources.limits.get("memory"))
            if limit is None or not 0 < limit <= _TINY_MEMORY:
                continue
            failing = [pod for pod in inventory.pods_by_workload.get(who, ()) if _is_down(pod, container.name)]
            if failing:
                shown = container.resources.limits["memory"]
                path = f".spec.template.spec.containers[{container.name}]"
                yield Finding(
                    rule="crashes/tiny-memory-limit",
                    subject=who,
                    message=Text(
                        f"container {container.name!r} of {who} does not run and may use only {shown} of memory",
                        f"{who} 的容器 {container.name!r} 未能运行，而其内存限制仅为 {shown}",
                    ),
                    severity=Severity.ERROR,
                    claims=(Claim("oom-killed", who, 0.75),),
                    facts=(Fact(who, f"{path}.resources.limits.memory", f"{shown}"),),
                    affected=refs(failing),
                )


def _is_down(pod: Pod, name: str) -> bool:
    """Whether a scheduled pod's container is neither ready nor waiting for something before its start."""
    for run in runs(pod):
        if run.name == name and run.status.name:
            waiting = run.waiting in _NOT_RUNNING
            ended = run.ended
            by_itself = ended is not None and ended.exit_code not in (0, _SIGKILL)
            return not run.status.ready and (waiting or ended is not None) and not by_itself
    return False


def node_out_of_memory(inventory: Inventory) -> Iterator[Finding]:
    """The kernel kills processes for lack of memory on a node. Source: pkg/kubelet/oom, node-problem-detector."""
    for node in inventory.all(Node):
        events = [each for each in inventory.events(node.ref) if each.reason in _OOM_EVENTS]
        if not events:
            continue
        newest = newest_first(events)[0]
        whole = newest.reason == "SystemOOM"
        yield Finding(
            rule="crashes/node-out-of-memory",
            subject=node.ref,
            message=Text(
                f"the kernel killed processes for lack of memory on {node.ref}",
                f"内核因内存不足在 {node.ref} 上杀死了进程",
            ),
            severity=Severity.WARNING,
            claims=(Claim("node-memory-pressure", node.ref, 0.6 if whole else 0.3),),
            facts=(event_fact(newest),),
        )


DETECTORS = (crashing_containers, tiny_memory_limits, node_out_of_memory, evicted_pods)
