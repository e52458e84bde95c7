"""Causes that end containers and pods which should run."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import ELSEWHERE, NODE_TROUBLE, SYMPTOMS, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_LIFECYCLE = "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts"
_RESOURCES = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"
_EVICTION = "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"
_CRASHING = frozenset({Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE, Effect.ERRORING})


CAUSES: tuple[Cause, ...] = (
    Cause(
        id="oom-killed",
        family="crashes",
        title=Text("A container needs more memory than its limit", "容器所需内存超过其限制"),
        proven_by=Text(
            "The container ended with reason OOMKilled, or could not start within its memory limit.",
            "容器以 OOMKilled 结束，或在其内存限制内无法启动。",
        ),
        refuted_by=Text(
            "It ended with its own exit code, or has no memory limit.", "容器以自身的退出码结束，或没有内存限制。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Raise resources.limits.memory above the measured peak.",
                "把 resources.limits.memory 提高到实测峰值之上。",
            ),
            Text(
                "Bound the heap or the caches of the program below the limit, and look for a leak.",
                "把程序的堆或缓存限制在该值之下，并排查内存泄漏。",
            ),
        ),
        links=(
            f"{_RESOURCES}#how-pods-with-resource-limits-are-run",
            "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/",
        ),
        effects=_CRASHING,
        refines=(
            "container-crashing",
            "application-crash",
            "container-create-failed",
            "sandbox-create-failed",
            "memory-saturated",
            "liveness-probe-failing",
            "readiness-probe-failing",
            *SYMPTOMS,
        ),
    ),
    Cause(
        id="application-crash",
        family="crashes",
        title=Text("The program ends with an error", "程序以错误退出"),
        proven_by=Text(
            "The container ends with an exit code of its own other than 0.", "容器以自身的非 0 退出码结束。"
        ),
        refuted_by=Text(
            "The kubelet killed it (probe, memory, eviction), or it could not start.",
            "容器是被 kubelet 终止的（探针、内存、驱逐），或根本无法启动。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text("Read the log of the previous run for the last error.", "查看上一次运行日志中的最后一个错误。"),
            Text("Roll back to the last revision that worked.", "回滚到上一个可用版本。"),
        ),
        links=(_LIFECYCLE,),
        effects=_CRASHING,
        explained_by=ELSEWHERE,
        refines=("container-crashing", "replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
    Cause(
        id="application-exits",
        family="crashes",
        title=Text("The program ends though it should keep running", "程序正常退出，但本应持续运行"),
        proven_by=Text(
            "The container ends with exit code 0 under restartPolicy Always, again and again.",
            "在 restartPolicy 为 Always 时容器反复以退出码 0 结束。",
        ),
        refuted_by=Text("The kubelet killed it because of a probe.", "容器是因探针失败被 kubelet 终止的。"),
        culprits=WORKLOADS,
        fixes=(
            Text("Start the program in the foreground.", "以前台方式启动程序。"),
            Text("Use a Job if the work is meant to end.", "如果任务本应结束，请使用 Job。"),
        ),
        links=(_LIFECYCLE,),
        effects=_CRASHING,
        refines=("container-crashing", *SYMPTOMS),
    ),
    Cause(
        id="segmentation-fault",
        family="crashes",
        title=Text("The program accesses memory it must not", "程序访问了非法内存"),
        proven_by=Text("The container ends with exit code 139 (SIGSEGV).", "容器以退出码 139（SIGSEGV）结束。"),
        refuted_by=Text("It ends with another exit code.", "容器以其他退出码结束。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Roll back the image; check native libraries against the base image and the CPU of the node.",
                "回滚镜像；检查本地库与基础镜像、节点 CPU 是否兼容。",
            ),
        ),
        links=(_LIFECYCLE,),
        effects=_CRASHING,
        refines=("application-crash", "container-crashing", *SYMPTOMS),
    ),
    Cause(
        id="pod-evicted",
        family="crashes",
        title=Text("Pods were evicted", "Pod 被驱逐"),
        proven_by=Text("The pod failed with reason Evicted.", "Pod 以 Evicted 原因失败。"),
        refuted_by=Text("Its replacement is ready.", "替代的 Pod 已就绪。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set requests that match the real use, so that the scheduler leaves room on the nodes.",
                "设置与实际用量相符的 requests，使调度器在节点上留出余量。",
            ),
        ),
        links=(_EVICTION,),
        effects=_CRASHING,
        explained_by=NODE_TROUBLE,
        refines=("replicas-unavailable", "service-no-ready-endpoints"),
    ),
    Cause(
        id="ephemeral-storage-exhausted",
        family="crashes",
        title=Text("A pod used more local storage than it may", "Pod 的本地临时存储用量超限"),
        proven_by=Text(
            "The kubelet evicted the pod for its own use of ephemeral storage or an emptyDir.",
            "kubelet 因 Pod 自身的临时存储或 emptyDir 用量而将其驱逐。",
        ),
        refuted_by=Text("The eviction names the pressure of the node.", "驱逐原因是节点压力。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Raise the ephemeral-storage limit or the sizeLimit, or write less: rotate logs, clean caches.",
                "提高 ephemeral-storage 限制或 sizeLimit，或减少写入：轮转日志、清理缓存。",
            ),
        ),
        links=(
            "https://kubernetes.io/docs/concepts/storage/ephemeral-storage/",
            _EVICTION,
        ),
        effects=_CRASHING,
        refines=("pod-evicted", "container-crashing", "replicas-unavailable", "service-no-ready-endpoints"),
    ),
    Cause(
        id="container-crashing",
        family="crashes",
        title=Text("A container keeps restarting", "容器不断重启"),
        proven_by=Text(
            "The container waits in CrashLoopBackOff or restarts again and again.",
            "容器处于 CrashLoopBackOff 或反复重启。",
        ),
        refuted_by=Text(
            "It runs for longer than half an hour since its last end.", "自上次结束以来已持续运行超过半小时。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Read exit code, events and the log of the previous run.", "查看退出码、事件和上一次运行的日志。"
            ),
        ),
        links=(_LIFECYCLE,),
        effects=_CRASHING,
        explained_by=ELSEWHERE,
        refines=("replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
)
