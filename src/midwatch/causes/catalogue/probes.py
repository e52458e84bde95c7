"""Causes in liveness, readiness and startup probes, and in readiness gates."""

from __future__ import annotations

from midwatch.causes.catalogue._liveness import LIVENESS_CAUSES
from midwatch.causes.catalogue._readiness import READINESS_CAUSES
from midwatch.causes.catalogue._shared import ELSEWHERE, SYMPTOMS, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_PROBES = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
_KILLED = frozenset({Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE})
_UNREADY = frozenset({Effect.NOT_READY, Effect.UNREACHABLE})
_SLOWED = frozenset({Effect.SLOW, Effect.NODE_DOWN, Effect.NODE_DEGRADED})


CAUSES: tuple[Cause, ...] = (
    *LIVENESS_CAUSES,
    *READINESS_CAUSES,
    Cause(
        id="startup-probe-too-short",
        family="probes",
        title=Text("The startup probe gives the container too little time", "启动探针给容器的时间过短"),
        proven_by=Text(
            "The container is killed by its startup probe while it still starts.",
            "容器仍在启动时就被启动探针终止。",
        ),
        refuted_by=Text(
            "The startup probe has succeeded with the same image before.", "相同镜像的启动探针曾经成功。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Raise failureThreshold times periodSeconds of the startup probe above the longest start.",
                "增大启动探针的 failureThreshold × periodSeconds，使其超过最长启动时间。",
            ),
        ),
        links=(_PROBES,),
        effects=_KILLED,
        explained_by=_SLOWED,
        refines=("startup-probe-failing", "application-crash", "container-crashing", *SYMPTOMS),
    ),
    Cause(
        id="startup-probe-failing",
        family="probes",
        title=Text("The startup probe fails", "启动探针失败"),
        proven_by=Text(
            "The kubelet reports the startup probe as failed and kills the container.",
            "kubelet 报告启动探针失败并终止容器。",
        ),
        refuted_by=Text("The container has started (.started is true).", "容器已启动（.started 为 true）。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Compare port, protocol and path of the startup probe with what the container serves.",
                "将启动探针的端口、协议和路径与容器实际提供的进行对比。",
            ),
        ),
        links=(_PROBES,),
        effects=_KILLED,
        explained_by=ELSEWHERE,
        refines=("container-crashing", "application-crash", *SYMPTOMS),
    ),
    Cause(
        id="readiness-gate-unmet",
        family="probes",
        title=Text("A readiness gate is not fulfilled", "就绪门控未满足"),
        proven_by=Text(
            "All containers are ready, but the condition of a readiness gate is not True.",
            "所有容器均已就绪，但某个就绪门控的条件不为 True。",
        ),
        refuted_by=Text("The condition is True.", "该条件为 True。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Repair the controller that sets the condition (often a load balancer controller), or remove"
                " the gate.",
                "修复设置该条件的控制器（通常是负载均衡控制器），或移除该门控。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate",),
        effects=_UNREADY,
        refines=SYMPTOMS,
    ),
)
