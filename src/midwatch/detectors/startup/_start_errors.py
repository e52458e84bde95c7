"""What it means when a container or a pod sandbox cannot be started, from the words of runc, containerd and CRI-O.

Sources: opencontainers/runc libcontainer (init_linux.go, standard_init_linux.go, rootfs_linux.go), containerd
internal/cri/server (container_create.go, sandbox_run.go), pkg/kubelet/kuberuntime (kuberuntime_container.go,
security_context.go), containernetworking/cni libcni.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from midwatch.detectors._runs import MAX_TEXT
from midwatch.domain.text import Text


class StartError(NamedTuple):
    """Causes with their strengths (strongest first), and what happened in a few words."""

    claims: tuple[tuple[str, float], ...]
    words: Text


_Rule = tuple[re.Pattern[str], StartError]


def _rule(pattern: str, words: Text, *claims: tuple[str, float]) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), StartError(claims, words)


_OOM = Text("its memory limit is too low to start at all", "其内存限制过低，根本无法启动")
_GENERIC = StartError(
    (("container-create-failed", 0.6),), Text("the runtime refuses to start it", "容器运行时拒绝启动它")
)

# In this order: the first that matches explains the message.
_CONTAINER: tuple[_Rule, ...] = (
    _rule(r"OOM-killed|memory limit too low|minimum memory limit allowed", _OOM, ("oom-killed", 0.97)),
    _rule(
        r"runAsNonRoot and image|runAsNonRoot and image will run as root|breaks non-root policy|run as root",
        Text("it must not run as root, but would", "要求不以 root 运行，但它会以 root 运行"),
        ("run-as-non-root-violated", 0.97),
    ),
    _rule(
        r"exec format error",
        Text("its program is built for another platform", "其程序是为其他平台构建的"),
        ("image-architecture-mismatch", 0.8),
        ("command-not-executable", 0.4),
    ),
    _rule(
        r"executable file not found|no command specified|no such file or directory: unknown$",
        Text("its command does not exist in the image", "镜像中没有它要执行的命令"),
        ("command-not-found", 0.97),
    ),
    _rule(
        r"hostPath type check failed",
        Text("the path of the node it mounts is not there as required", "它要挂载的节点路径不符合要求"),
        ("volume-source-missing", 0.9),
    ),
    _rule(
        r"(?:error mounting (?!\\?\"(?:proc|sysfs|tmpfs|cgroup|devpts|mqueue))|mkdir |chown |chmod ).{0,400}"
        r"(?:permission denied|operation not permitted)",
        Text("it has no rights on what it mounts", "它对所挂载的内容没有权限"),
        ("volume-permission-denied", 0.85),
    ),
    _rule(
        r"error mounting|failed to prepare subPath|not a directory.{0,80}mount|failed to mkdir.{0,200}subpath",
        Text("a volume cannot be mounted at the given path", "卷无法挂载到指定路径"),
        ("container-create-failed", 0.9),
    ),
    _rule(
        r"chdir to cwd",
        Text("its working directory cannot be entered", "无法进入其工作目录"),
        ("container-create-failed", 0.9),
    ),
    _rule(
        r"no matching entries in (?:passwd|group) file|unable to find (?:user|group)",
        Text("its user does not exist in the image", "镜像中没有它要使用的用户"),
        ("container-create-failed", 0.9),
    ),
    _rule(
        r"(?:exec|stat|fork/exec|starting container process).{0,300}no such file or directory",
        Text("its command does not exist in the image", "镜像中没有它要执行的命令"),
        ("command-not-found", 0.95),
    ),
    _rule(
        r"(?:exec|stat|fork/exec|starting container process).{0,300}(?:permission denied|is a directory)",
        Text("its command is not an executable file", "它要执行的命令不是可执行文件"),
        ("command-not-executable", 0.95),
    ),
    _rule(
        r"read-only file system",
        Text("its root file system is read-only where it must be written", "根文件系统只读，但需要写入"),
        ("root-filesystem-read-only", 0.85),
    ),
    _rule(
        r"dial unix .{0,200}\.sock",
        Text("the container runtime does not answer", "容器运行时没有响应"),
        ("container-create-failed", 0.3),
    ),
)


def container_error(message: str) -> StartError:
    """Why a container cannot be created or started."""
    return _first(_CONTAINER, message) or _GENERIC


class SandboxError(NamedTuple):
    """Causes to blame on the workload and on the node, and what happened."""

    of_workload: tuple[tuple[str, float], ...]
    of_node: tuple[tuple[str, float], ...]
    words: Text


class _SandboxRule(NamedTuple):
    pattern: re.Pattern[str]
    error: SandboxError


_SANDBOX: tuple[_SandboxRule, ...] = (
    _SandboxRule(
        re.compile(r"OOM-killed|memory limit too low|minimum memory limit allowed"),
        SandboxError((("oom-killed", 0.97),), (), _OOM),
    ),
    _SandboxRule(
        re.compile(r"dial unix [^ ]{1,200}\.sock|Cannot connect to the Docker daemon|container runtime is down"),
        SandboxError(
            (),
            (("container-runtime-unavailable", 0.9),),
            Text("the container runtime does not answer", "容器运行时没有响应"),
        ),
    ),
    _SandboxRule(
        re.compile(r"no runtime (?:for|handler)|runtime handler .{0,100}not (?:supported|found)|unknown runtime"),
        SandboxError(
            (("runtime-class-missing", 0.9),),
            (),
            Text("the node has no handler for its RuntimeClass", "节点没有其 RuntimeClass 的处理程序"),
        ),
    ),
    _SandboxRule(
        re.compile(r"sandbox image"),
        SandboxError(
            (),
            (("sandbox-create-failed", 0.9),),
            Text("the node cannot pull the sandbox (pause) image", "节点无法拉取沙箱（pause）镜像"),
        ),
    ),
    _SandboxRule(
        re.compile(
            r"\bCNI\b|\bcni\b|networkPlugin|NetworkPlugin|plugin type=|network for sandbox|network for pod"
            r"|failed to assign an IP|no IP addresses available|failed to set up (?:pod|sandbox) network"
            r"|ip pool|IPAM|ipam"
        ),
        SandboxError(
            (),
            (("cni-failing", 0.85), ("sandbox-create-failed", 0.4)),
            Text("the network plugin cannot give it an address", "网络插件无法为其分配网络"),
        ),
    ),
    _SandboxRule(
        re.compile(r"DeadlineExceeded|context deadline exceeded|name .{0,200} is reserved"),
        SandboxError(
            (),
            (("container-runtime-unavailable", 0.5), ("sandbox-create-failed", 0.5)),
            Text("the container runtime takes too long", "容器运行时响应过慢"),
        ),
    ),
)
_SANDBOX_GENERIC = SandboxError(
    (("sandbox-create-failed", 0.5),),
    (("sandbox-create-failed", 0.3),),
    Text("the runtime cannot create it", "容器运行时无法创建它"),
)


def sandbox_error(message: str) -> SandboxError:
    """Why the sandbox of a pod cannot be created, and whether its node or its own spec is to blame."""
    text = message[:MAX_TEXT]
    return next((rule.error for rule in _SANDBOX if rule.pattern.search(text)), _SANDBOX_GENERIC)


def _first(rules: tuple[_Rule, ...], message: str) -> StartError | None:
    text = message[:MAX_TEXT].strip()
    return next((error for pattern, error in rules if pattern.search(text)), None)
