"""Causes between a program and what it calls, as the logs of clients tell them."""

from __future__ import annotations

from midwatch.causes.catalogue._databases import DATABASE_CAUSES
from midwatch.causes.catalogue._shared import WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/"
_FAILING = frozenset({Effect.ERRORING, Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE})
_ELSEWHERE = frozenset({
    Effect.UNREACHABLE, Effect.ERRORING, Effect.SLOW, Effect.CRASHING, Effect.NOT_READY, Effect.NOT_STARTED,
    Effect.NOT_SCHEDULED, Effect.NOT_CREATED, Effect.NODE_DOWN, Effect.NODE_DEGRADED, Effect.VOLUME_UNUSABLE,
    Effect.CLUSTER_DEGRADED,
})  # fmt: skip


CAUSES: tuple[Cause, ...] = (
    *DATABASE_CAUSES,
    Cause(
        id="dependency-unreachable",
        family="dependencies",
        title=Text("A service it calls cannot be reached", "无法访问其调用的服务"),
        proven_by=Text(
            "The log says that connections to another service are refused or fail.",
            "日志表明到另一服务的连接被拒绝或失败。",
        ),
        refuted_by=Text("Connections to that service succeed.", "到该服务的连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Repair the service that is called; check its pods, its Service and network policies.",
                "修复被调用的服务；检查其 Pod、Service 和网络策略。",
            ),
        ),
        links=(_DEBUG,),
        effects=_FAILING,
        explained_by=_ELSEWHERE,
        refines=("application-crash", "container-crashing", "error-rate-high"),
    ),
    Cause(
        id="dependency-timeout",
        family="dependencies",
        title=Text("A service it calls answers too late", "其调用的服务响应过慢"),
        proven_by=Text("The log says that calls to another service time out.", "日志表明对另一服务的调用超时。"),
        refuted_by=Text("Calls to that service end in time.", "对该服务的调用按时完成。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Find out why the called service is slow: load, CPU limits, network, its own dependencies.",
                "查明被调用服务变慢的原因：负载、CPU 限制、网络或其自身依赖。",
            ),
        ),
        links=(_DEBUG,),
        effects=frozenset({Effect.SLOW, Effect.ERRORING}),
        explained_by=_ELSEWHERE,
        refines=("error-rate-high", "latency-high"),
    ),
    Cause(
        id="db-unreachable",
        family="dependencies",
        title=Text("A database cannot be reached", "无法连接数据库"),
        proven_by=Text("The log says that connections to the database fail.", "日志表明到数据库的连接失败。"),
        refuted_by=Text("Connections to the database succeed.", "到数据库的连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Check the pods and the Service of the database, then host and port that the client uses.",
                "检查数据库的 Pod 和 Service，再检查客户端使用的主机和端口。",
            ),
        ),
        links=(_DEBUG,),
        effects=_FAILING,
        explained_by=_ELSEWHERE,
        refines=("dependency-unreachable", "application-crash", "container-crashing", "error-rate-high"),
    ),
    Cause(
        id="cache-unreachable",
        family="dependencies",
        title=Text("A cache cannot be reached", "无法连接缓存"),
        proven_by=Text("The log says that connections to the cache fail.", "日志表明到缓存的连接失败。"),
        refuted_by=Text("Connections to the cache succeed.", "到缓存的连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Check the pods and the Service of the cache, then host and port that the client uses.",
                "检查缓存的 Pod 和 Service，再检查客户端使用的主机和端口。",
            ),
        ),
        links=(_DEBUG,),
        effects=_FAILING,
        explained_by=_ELSEWHERE,
        refines=("dependency-unreachable", "application-crash", "container-crashing", "error-rate-high"),
    ),
    Cause(
        id="broker-unreachable",
        family="dependencies",
        title=Text("A message broker cannot be reached", "无法连接消息代理"),
        proven_by=Text("The log says that connections to the broker fail.", "日志表明到消息代理的连接失败。"),
        refuted_by=Text("Connections to the broker succeed.", "到消息代理的连接成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Check the pods and the Service of the broker, and the addresses it advertises to clients.",
                "检查消息代理的 Pod 和 Service，以及它向客户端通告的地址。",
            ),
        ),
        links=(_DEBUG,),
        effects=_FAILING,
        explained_by=_ELSEWHERE,
        refines=("dependency-unreachable", "application-crash", "container-crashing", "error-rate-high"),
    ),
)
