"""Causes in readiness probes."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import ELSEWHERE, SYMPTOMS, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_PROBES = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
_UNREADY = frozenset({Effect.NOT_READY, Effect.UNREACHABLE})
_SLOWED = frozenset({Effect.SLOW, Effect.NODE_DOWN, Effect.NODE_DEGRADED})
_READINESS_GENERAL = ("readiness-probe-failing", "readiness-probe-too-aggressive", *SYMPTOMS)


READINESS_CAUSES: tuple[Cause, ...] = (
    Cause(
        id="readiness-probe-wrong-port",
        family="probes",
        title=Text("The readiness probe checks the wrong port", "就绪探针检查了错误的端口"),
        proven_by=Text(
            "The probe fails on a port that the container neither declares nor serves, so the pod"
            " receives no traffic.",
            "探针在容器既未声明也未监听的端口上失败，因此Pod 得不到流量。",
        ),
        refuted_by=Text(
            "The port answers, or another probe of the container succeeds on it.",
            "该端口有响应，或容器的其他探针在该端口上成功。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set the port of the readiness probe to the one the container listens on.",
                "把就绪探针的端口改为容器监听的端口。",
            ),
        ),
        links=(_PROBES,),
        effects=_UNREADY,
        refines=_READINESS_GENERAL,
    ),
    Cause(
        id="readiness-probe-wrong-protocol",
        family="probes",
        title=Text("The readiness probe speaks the wrong protocol", "就绪探针使用了错误的协议"),
        proven_by=Text(
            "The server answers the probe in another protocol, or another probe succeeds on the same port"
            " in another one.",
            "服务器以另一种协议回应探针，或另一探针在同一端口以另一种协议成功。",
        ),
        refuted_by=Text(
            "The server answers the probe in its protocol, even if with an error status.",
            "服务器以探针的协议作出回应（即使是错误状态）。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Use the kind of readiness probe that fits the server: httpGet (with its scheme), grpc,"
                " tcpSocket or exec.",
                "使用与服务器相符的就绪探针类型：httpGet（及其 scheme）、grpc、tcpSocket 或 exec。",
            ),
        ),
        links=(_PROBES,),
        effects=_UNREADY,
        refines=_READINESS_GENERAL,
    ),
    Cause(
        id="readiness-probe-wrong-path",
        family="probes",
        title=Text("The readiness probe asks for a path that is not there", "就绪探针访问了不存在的路径"),
        proven_by=Text(
            "The server answers the probe with 404, 405, 401 or 403.", "服务器以 404、405、401 或 403 回应探针。"
        ),
        refuted_by=Text(
            "The server answers the same path with a status from 200 to 399.",
            "服务器对同一路径返回 200 至 399 的状态码。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set the path of the readiness probe to the health endpoint of the program, without"
                " authentication.",
                "把就绪探针的路径改为程序的健康检查端点，且无需认证。",
            ),
        ),
        links=(_PROBES,),
        effects=_UNREADY,
        refines=_READINESS_GENERAL,
    ),
    Cause(
        id="readiness-probe-too-aggressive",
        family="probes",
        title=Text("The readiness probe gives the container too little time", "就绪探针给容器的时间过短"),
        proven_by=Text(
            "The probe gives up before the container can have started, or times out while it answers slowly.",
            "探针在容器来得及启动之前就判定失败，或在其响应较慢时超时。",
        ),
        refuted_by=Text(
            "The container had been ready for long before the probe failed.", "探针失败之前容器早已长期就绪。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Add a startupProbe, or raise initialDelaySeconds, timeoutSeconds and failureThreshold.",
                "添加 startupProbe，或增大 initialDelaySeconds、timeoutSeconds 和 failureThreshold。",
            ),
        ),
        links=(
            _PROBES,
            "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
        ),
        effects=_UNREADY,
        explained_by=_SLOWED,
        refines=("readiness-probe-failing", *SYMPTOMS),
    ),
    Cause(
        id="readiness-probe-failing",
        family="probes",
        title=Text("The readiness probe fails", "就绪探针失败"),
        proven_by=Text(
            "The kubelet reports the probe as failed (Unhealthy).", "kubelet 报告该探针失败（Unhealthy）。"
        ),
        refuted_by=Text("The container is ready and does not restart.", "容器就绪且没有重启。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Find out what the health endpoint depends on; a liveness probe must not depend on other"
                " services.",
                "查明健康检查端点依赖什么；存活探针不应依赖其他服务。",
            ),
        ),
        links=(_PROBES,),
        effects=_UNREADY,
        explained_by=ELSEWHERE,
        refines=("replicas-unavailable", "rollout-stuck", "service-no-ready-endpoints"),
    ),
)
