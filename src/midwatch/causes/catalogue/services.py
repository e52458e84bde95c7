"""Causes in Services, in their endpoints, and in the addresses by which workloads call them."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_SERVICE = "https://kubernetes.io/docs/concepts/services-networking/service/"
_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/"
_UNREACHABLE = frozenset({Effect.UNREACHABLE})
_FAILING_CALLER = frozenset({Effect.ERRORING, Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE})
_BROKEN_PODS = frozenset({
    Effect.NOT_CREATED, Effect.NOT_SCHEDULED, Effect.NOT_STARTED, Effect.CRASHING, Effect.NOT_READY,
    Effect.NODE_DOWN, Effect.NODE_DEGRADED, Effect.VOLUME_UNUSABLE,
})  # fmt: skip
_CALLER_SYMPTOMS = (
    "dependency-unreachable", "dependency-timeout", "db-unreachable", "cache-unreachable", "broker-unreachable",
    "dns-resolution-failure", "application-crash", "container-crashing",
    "readiness-probe-failing", "replicas-unavailable", "rollout-stuck", "error-rate-high",
)  # fmt: skip

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="service-selector-mismatch",
        family="services",
        title=Text("The selector of a Service does not match its pods", "Service 的选择器与 Pod 标签不匹配"),
        proven_by=Text(
            "The Service selects no pod (or pods of another workload) while pods of the workload it is meant for"
            " carry other labels.",
            "Service 没有选中任何 Pod（或选中了别的工作负载），而它本应选择的 Pod 带有其他标签。",
        ),
        refuted_by=Text(
            "The selector matches the pods' labels, or a connection to the Service succeeds.",
            "选择器与 Pod 标签匹配，或者连接该 Service 成功。",
        ),
        culprits=("Service",),
        fixes=(
            Text(
                "Set .spec.selector of the Service to labels that the workload's pod template carries.",
                "把 Service 的 .spec.selector 改为工作负载 Pod 模板所带的标签。",
            ),
        ),
        links=(f"{_SERVICE}#services-in-kubernetes", _DEBUG),
        effects=_UNREACHABLE,
        refines=("service-no-ready-endpoints", "service-unreachable", "endpoints-stale"),
    ),
    Cause(
        id="service-target-port-mismatch",
        family="services",
        title=Text("A Service sends to a port on which nobody listens", "Service 的目标端口没有容器监听"),
        proven_by=Text(
            "targetPort names a port that no selected container has, or a number on which none listens.",
            "targetPort 的名字在所选容器中不存在，或其端口号没有容器监听。",
        ),
        refuted_by=Text(
            "A connection to the Service port succeeds, or a container listens on the port without declaring it.",
            "连接该 Service 端口成功，或者容器虽未声明却在监听该端口。",
        ),
        culprits=("Service",),
        fixes=(
            Text(
                "Set targetPort to the number or the name of the port on which the container listens.",
                "把 targetPort 改为容器实际监听的端口号或端口名。",
            ),
        ),
        links=(f"{_SERVICE}#field-spec-ports", _DEBUG),
        effects=_UNREACHABLE,
        refines=("service-no-ready-endpoints", "service-unreachable", "endpoints-stale"),
    ),
    Cause(
        id="service-protocol-mismatch",
        family="services",
        title=Text("A Service forwards another protocol than the container speaks", "Service 与容器的协议不一致"),
        proven_by=Text(
            "The protocol of the Service port differs from that of the container port behind it.",
            "Service 端口的协议与其后容器端口的协议不同。",
        ),
        refuted_by=Text("A client gets an answer through the Service.", "客户端通过该 Service 得到了响应。"),
        culprits=("Service", "HTTPRoute", "GRPCRoute"),
        fixes=(
            Text(
                "Set the port's protocol (TCP, UDP, SCTP) or appProtocol to what the container speaks.",
                "把端口的 protocol（TCP、UDP、SCTP）或 appProtocol 改为容器所用的协议。",
            ),
        ),
        links=("https://kubernetes.io/docs/reference/networking/service-protocols/",),
        effects=_UNREACHABLE,
        refines=("service-unreachable",),
    ),
    Cause(
        id="service-no-ready-endpoints",
        family="services",
        title=Text("A Service has no ready endpoints", "Service 没有就绪的端点"),
        proven_by=Text(
            "None of the selected pods is ready, or there is none.", "所选的 Pod 都未就绪，或一个也没有。"
        ),
        refuted_by=Text("A selected pod is ready.", "有被选中的 Pod 处于就绪状态。"),
        culprits=("Service",),
        fixes=(
            Text(
                "Find out why the workload behind the Service has no ready pods and repair that.",
                "查明该 Service 背后的工作负载为何没有就绪的 Pod，并加以修复。",
            ),
        ),
        links=(_DEBUG,),
        effects=_UNREACHABLE,
        explained_by=_BROKEN_PODS,
        refines=("service-unreachable",),
    ),
    Cause(
        id="service-unreachable",
        family="services",
        title=Text("A Service does not answer", "Service 无法访问"),
        proven_by=Text(
            "Connections to the Service fail although ready pods stand behind it.",
            "虽然背后有就绪的 Pod，连接该 Service 仍然失败。",
        ),
        refuted_by=Text("A connection to the Service succeeds.", "连接该 Service 成功。"),
        culprits=("Service",),
        fixes=(
            Text(
                "Connect to a pod directly, then to the Service, and compare: process, port, policy, kube-proxy.",
                "先直接连接 Pod，再连接 Service，逐项比较：进程、端口、网络策略、kube-proxy。",
            ),
        ),
        links=(_DEBUG,),
        effects=_UNREACHABLE,
        explained_by=_BROKEN_PODS | {Effect.UNREACHABLE, Effect.CLUSTER_DEGRADED, Effect.SLOW, Effect.ERRORING},
    ),
    Cause(
        id="service-missing",
        family="services",
        title=Text("A Service that others need does not exist", "其他对象需要的 Service 不存在"),
        proven_by=Text(
            "Workloads or routes name a Service that does not exist, while its workload does.",
            "工作负载或路由引用了不存在的 Service，而对应的工作负载存在。",
        ),
        refuted_by=Text(
            "The Service exists in the namespace that the callers mean.", "调用方所指的命名空间里有该 Service。"
        ),
        culprits=("Service",),
        fixes=(
            Text(
                "Create the Service with the selector and ports of its workload, or correct those who name it.",
                "按该工作负载的标签和端口创建 Service，或更正引用它的一方。",
            ),
        ),
        links=(_SERVICE,),
        effects=_UNREACHABLE,
        explained_by=frozenset({Effect.NOT_CREATED}),
        refines=("service-unreachable", "dns-resolution-failure", "service-address-mismatch"),
    ),
    Cause(
        id="external-name-invalid",
        family="services",
        title=Text("An ExternalName Service points nowhere", "ExternalName Service 指向无效的域名"),
        proven_by=Text(
            "externalName is an IP address, no DNS name, or a Service that does not exist.",
            "externalName 是 IP 地址、不是合法域名，或指向不存在的 Service。",
        ),
        refuted_by=Text("The external name resolves from a pod.", "从 Pod 里可以解析该外部域名。"),
        culprits=("Service",),
        fixes=(
            Text(
                "Use a resolvable DNS name; for IP addresses use a Service without selector and an EndpointSlice.",
                "使用可解析的域名；对于 IP 地址，请使用无选择器的 Service 加 EndpointSlice。",
            ),
        ),
        links=(f"{_SERVICE}#externalname", f"{_SERVICE}#services-without-selectors"),
        effects=_UNREACHABLE,
        refines=("service-unreachable", "dns-resolution-failure"),
    ),
    Cause(
        id="load-balancer-pending",
        family="services",
        title=Text("A load balancer is not provided", "负载均衡器一直未就绪"),
        proven_by=Text(
            "A Service of type LoadBalancer gets no address, and the service controller reports a failure or"
            " serves others.",
            "LoadBalancer 类型的 Service 得不到地址，而服务控制器报告失败或已为其他 Service 提供地址。",
        ),
        refuted_by=Text("The Service has a load balancer address.", "该 Service 已有负载均衡器地址。"),
        culprits=("Service",),
        fixes=(
            Text(
                "Read the service controller's events: quota, annotations, subnets, permissions of the provider.",
                "查看服务控制器的事件：云厂商的配额、注解、子网或权限。",
            ),
        ),
        links=(f"{_SERVICE}#loadbalancer",),
        effects=_UNREACHABLE,
    ),
    Cause(
        id="endpoints-stale",
        family="services",
        title=Text("Endpoints of a Service are out of date", "Service 的端点已过时"),
        proven_by=Text(
            "Pods that have been ready for minutes are missing from the endpoints.",
            "已就绪数分钟的 Pod 没有出现在端点中。",
        ),
        refuted_by=Text("The endpoints list the ready pods.", "端点中列出了就绪的 Pod。"),
        culprits=("Service",),
        fixes=(
            Text(
                "Check that kube-controller-manager runs and that nothing else writes the EndpointSlices.",
                "检查 kube-controller-manager 是否运行，以及是否有其他组件在写 EndpointSlice。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/",),
        effects=_UNREACHABLE,
        explained_by=frozenset({Effect.CLUSTER_DEGRADED, Effect.NODE_DOWN}),
        refines=("service-no-ready-endpoints", "service-unreachable"),
    ),
    Cause(
        id="service-address-mismatch",
        family="services",
        title=Text("A workload calls a Service by a wrong name", "工作负载使用了错误的 Service 地址"),
        proven_by=Text(
            "A variable, argument or ConfigMap of the workload names a missing Service or another one.",
            "工作负载的变量、参数或 ConfigMap 引用了不存在的或错误的 Service。",
        ),
        refuted_by=Text(
            "The address resolves to the intended Service, or the workload does not use it.",
            "该地址能解析到预期的 Service，或者工作负载并未使用它。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct the address; from another namespace use <service>.<namespace>.svc.",
                "更正地址；跨命名空间请用 <service>.<namespace>.svc。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",),
        effects=_FAILING_CALLER,
        explained_by=frozenset({Effect.NOT_CREATED}),
        refines=_CALLER_SYMPTOMS,
    ),
    Cause(
        id="service-address-port-mismatch",
        family="services",
        title=Text(
            "A workload calls a Service on a port that it does not expose", "工作负载调用了 Service 未开放的端口"
        ),
        proven_by=Text(
            "A variable, argument or ConfigMap of the workload holds a port that the Service does not have.",
            "工作负载的变量、参数或 ConfigMap 中的端口不在该 Service 的端口之列。",
        ),
        refuted_by=Text("The Service exposes the port.", "该 Service 开放了这个端口。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Use a port that the Service exposes, or add the port to the Service.",
                "使用该 Service 已开放的端口，或在 Service 上增加此端口。",
            ),
        ),
        links=(f"{_SERVICE}#defining-a-service",),
        effects=_FAILING_CALLER,
        refines=_CALLER_SYMPTOMS,
    ),
)
