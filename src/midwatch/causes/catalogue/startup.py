"""Causes that keep containers and sandboxes from starting."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import ELSEWHERE, NODE_TROUBLE, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_PODS = "https://kubernetes.io/docs/concepts/workloads/pods/"
_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/"
_SECURITY = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"
_NOT_STARTED = frozenset({Effect.NOT_STARTED, Effect.NOT_READY, Effect.UNREACHABLE})
_CRASHING = frozenset({Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE})
_GENERAL = (
    "container-create-failed",
    "application-crash",
    "container-crashing",
    "replicas-unavailable",
    "rollout-stuck",
    "statefulset-blocked",
    "bad-rollout",
    "service-no-ready-endpoints",
)


CAUSES: tuple[Cause, ...] = (
    Cause(
        id="command-not-found",
        family="startup",
        title=Text("The command does not exist in the image", "镜像中没有要执行的命令"),
        proven_by=Text(
            'The runtime reports "executable file not found", or the container ends with exit code 127.',
            "容器运行时报告 executable file not found，或容器以退出码 127 结束。",
        ),
        refuted_by=Text(
            "The container has run its command before with the same image and spec.",
            "同一镜像和配置的容器曾成功执行该命令。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct command and args of the container, or use an image that has the program.",
                "更正容器的 command 和 args，或使用包含该程序的镜像。",
            ),
        ),
        links=("https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/",),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="command-not-executable",
        family="startup",
        title=Text("The command cannot be executed", "命令不可执行"),
        proven_by=Text(
            'The runtime reports "permission denied" or "is a directory" for the command, or exit code 126.',
            "容器运行时对该命令报告 permission denied 或 is a directory，或退出码为 126。",
        ),
        refuted_by=Text(
            "The container has run its command before with the same image and user.",
            "同一镜像和用户的容器曾成功执行该命令。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Make the file executable in the image (for scripts in a ConfigMap: defaultMode 0755).",
                "在镜像中赋予该文件可执行权限（ConfigMap 中的脚本：defaultMode 0755）。",
            ),
            Text("Correct command, and the user the container runs as.", "更正 command 以及容器的运行用户。"),
        ),
        links=(_DEBUG,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="container-create-failed",
        family="startup",
        title=Text("The runtime cannot create the container", "容器运行时无法创建容器"),
        proven_by=Text(
            "The container waits in CreateContainerError or RunContainerError.",
            "容器处于 CreateContainerError 或 RunContainerError 等待状态。",
        ),
        refuted_by=Text("The container was started.", "容器已经启动。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Read the message: mounts, working directory and user of the container are what usually is wrong.",
                "查看错误消息：通常是容器的挂载、工作目录或用户有误。",
            ),
        ),
        links=(_DEBUG,),
        effects=_NOT_STARTED,
        explained_by=frozenset({Effect.NODE_DOWN, Effect.NODE_DEGRADED, Effect.VOLUME_UNUSABLE}),
        refines=("replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
    Cause(
        id="init-container-failing",
        family="startup",
        title=Text("An init container does not finish", "初始化容器未能完成"),
        proven_by=Text(
            "An init container ends with an error or runs on, so that the pod does not start.",
            "初始化容器以错误结束或一直运行，导致 Pod 无法启动。",
        ),
        refuted_by=Text("All init containers completed.", "所有初始化容器均已完成。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Read the log of the init container: it usually waits for, or cannot reach, something else.",
                "查看初始化容器的日志：它通常在等待或无法访问其他组件。",
            ),
        ),
        links=(f"{_PODS}init-containers/",),
        effects=_NOT_STARTED,
        explained_by=ELSEWHERE,
        refines=(
            "container-crashing",
            "application-crash",
            "replicas-unavailable",
            "rollout-stuck",
            "service-no-ready-endpoints",
        ),
    ),
    Cause(
        id="volume-permission-denied",
        family="startup",
        title=Text("A container may not use its volume", "容器无权使用其卷"),
        proven_by=Text(
            'The program or the mount is refused with "permission denied" on a path of a volume.',
            "程序或挂载操作在卷的路径上因 permission denied 被拒绝。",
        ),
        refuted_by=Text(
            "The container writes to the volume, or runs as root.", "容器能写入该卷，或以 root 运行。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set fsGroup of the pod to the group that may write (not applied to hostPath volumes).",
                "把 Pod 的 fsGroup 设为可写的组（对 hostPath 卷不生效）。",
            ),
            Text(
                "For hostPath, change the owner of the directory on the node, or use a PersistentVolumeClaim.",
                "对 hostPath，在节点上修改目录属主，或改用 PersistentVolumeClaim。",
            ),
            Text("Let runAsUser match the owner of the files.", "让 runAsUser 与文件属主一致。"),
        ),
        links=(
            _SECURITY,
            "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
        ),
        effects=frozenset({Effect.CRASHING, Effect.NOT_STARTED, Effect.NOT_READY, Effect.UNREACHABLE}),
        refines=(*_GENERAL, "volume-mount-failed", "readiness-probe-failing", "liveness-probe-failing"),
    ),
    Cause(
        id="run-as-non-root-violated",
        family="startup",
        title=Text("The container would run as root though it must not", "容器会以 root 运行，但策略不允许"),
        proven_by=Text(
            "runAsNonRoot is set and the image or runAsUser says root (or a user by name).",
            "设置了 runAsNonRoot，而镜像或 runAsUser 指定了 root（或用名字表示的用户）。",
        ),
        refuted_by=Text("runAsUser is a number other than 0.", "runAsUser 是非 0 的数字。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set runAsUser to a number other than 0, or USER in the image.",
                "把 runAsUser 设为非 0 的数字，或在镜像中设置 USER。",
            ),
        ),
        links=(_SECURITY,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="root-filesystem-read-only",
        family="startup",
        title=Text("The program writes to a read-only file system", "程序向只读文件系统写入"),
        proven_by=Text(
            'readOnlyRootFilesystem is set and the log says "Read-only file system".',
            "设置了 readOnlyRootFilesystem，且日志显示 Read-only file system。",
        ),
        refuted_by=Text("The path lies on a writable volume.", "该路径位于可写卷上。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Mount an emptyDir where the program writes (/tmp, caches, run files).",
                "在程序写入的位置（/tmp、缓存、运行文件）挂载 emptyDir。",
            ),
        ),
        links=(_SECURITY,),
        effects=_CRASHING,
        refines=_GENERAL,
    ),
    Cause(
        id="port-conflict",
        family="startup",
        title=Text("Two listeners want the same port", "两个监听者争用同一端口"),
        proven_by=Text(
            'Two containers of the pod listen on one port, or the log says "address already in use".',
            "Pod 的两个容器监听同一端口，或日志显示 address already in use。",
        ),
        refuted_by=Text("Both containers are ready.", "两个容器都已就绪。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Give one of the containers another port, with its Service, probes and configuration.",
                "为其中一个容器换一个端口，并同步修改其 Service、探针和配置。",
            ),
        ),
        links=(f"{_PODS}#pod-networking",),
        effects=_CRASHING,
        refines=(
            *_GENERAL,
            "application-exits",
            "sidecar-not-ready",
            "liveness-probe-failing",
            "readiness-probe-failing",
        ),
    ),
    Cause(
        id="post-start-hook-failed",
        family="startup",
        title=Text("The postStart hook fails", "postStart 钩子失败"),
        proven_by=Text(
            "The kubelet kills the container because its postStart hook failed (FailedPostStartHook).",
            "kubelet 因 postStart 钩子失败而终止容器（FailedPostStartHook）。",
        ),
        refuted_by=Text("The container is ready.", "容器已就绪。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct the hook, or do its work in an init container.",
                "更正该钩子，或把其工作放到初始化容器中。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",),
        effects=_CRASHING,
        refines=_GENERAL,
    ),
    Cause(
        id="sidecar-not-ready",
        family="startup",
        title=Text("A sidecar is not ready", "边车容器未就绪"),
        proven_by=Text(
            "A sidecar is not ready while the pod waits for it, or while the application is ready.",
            "边车容器未就绪，Pod 在等待它，或应用容器已就绪。",
        ),
        refuted_by=Text("The sidecar is ready.", "边车容器已就绪。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Read the log of the sidecar; check what it needs (certificates, its control plane).",
                "查看边车容器的日志，检查其依赖（证书、控制面）。",
            ),
        ),
        links=(f"{_PODS}sidecar-containers/",),
        effects=_NOT_STARTED,
        explained_by=ELSEWHERE,
        refines=("replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
    Cause(
        id="sandbox-create-failed",
        family="startup",
        title=Text("The sandbox of the pod cannot be created", "无法创建 Pod 沙箱"),
        proven_by=Text("The kubelet reports FailedCreatePodSandBox.", "kubelet 报告 FailedCreatePodSandBox。"),
        refuted_by=Text("The pod has an address and containers.", "Pod 已有地址和容器。"),
        culprits=(*WORKLOADS, "Node"),
        fixes=(
            Text(
                "Read the event: the network plugin, the runtime or the sandbox image of the node is what fails.",
                "查看事件：失败的是节点的网络插件、容器运行时或沙箱镜像。",
            ),
        ),
        links=(_DEBUG,),
        effects=frozenset({Effect.NOT_STARTED, Effect.NOT_READY, Effect.UNREACHABLE, Effect.NODE_DEGRADED}),
        explained_by=NODE_TROUBLE,
        refines=("replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
)
