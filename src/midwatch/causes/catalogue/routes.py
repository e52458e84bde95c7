"""Causes in Ingresses, the Gateway API, configured gateways and service meshes."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_INGRESS = "https://kubernetes.io/docs/concepts/services-networking/ingress/"
_GATEWAY = "https://gateway-api.sigs.k8s.io/reference/spec/"
_ROUTES = ("HTTPRoute", "GRPCRoute")
_OUTSIDE = frozenset({Effect.UNREACHABLE, Effect.ERRORING})
_NOT_CREATED = frozenset({Effect.NOT_CREATED})

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="ingress-backend-missing",
        family="routes",
        title=Text("An Ingress sends to a Service that does not exist", "Ingress 的后端 Service 不存在"),
        proven_by=Text(
            "A backend of the Ingress names no existing Service.", "Ingress 的某个后端引用了不存在的 Service。"
        ),
        refuted_by=Text("The Service exists in the Ingress's namespace.", "Ingress 所在命名空间里有该 Service。"),
        culprits=("Ingress",),
        fixes=(
            Text(
                "Name an existing Service, or create the missing one.",
                "改用已有的 Service，或创建缺失的 Service。",
            ),
        ),
        links=(f"{_INGRESS}#the-ingress-resource",),
        effects=_OUTSIDE,
        explained_by=_NOT_CREATED,
        refines=("error-rate-high",),
    ),
    Cause(
        id="ingress-backend-port-mismatch",
        family="routes",
        title=Text(
            "An Ingress sends to a port that the Service does not have", "Ingress 的后端端口与 Service 不符"
        ),
        proven_by=Text(
            "The backend's port is not among the Service's ports.", "后端端口不在该 Service 的端口之列。"
        ),
        refuted_by=Text("The Service has the port.", "该 Service 有这个端口。"),
        culprits=("Ingress",),
        fixes=(Text("Use a port number or name of the Service.", "使用该 Service 的端口号或端口名。"),),
        links=(f"{_INGRESS}#the-ingress-resource",),
        effects=_OUTSIDE,
        refines=("error-rate-high",),
    ),
    Cause(
        id="ingress-class-missing",
        family="routes",
        title=Text("No controller serves an Ingress", "没有控制器处理该 Ingress"),
        proven_by=Text(
            "Its class does not exist, or it names none and there is no default class.",
            "它的类不存在，或者没有指定类且没有默认类。",
        ),
        refuted_by=Text("The Ingress has an address.", "该 Ingress 已有地址。"),
        culprits=("Ingress",),
        fixes=(
            Text(
                "Set spec.ingressClassName to an existing class, or mark one class as the default.",
                "把 spec.ingressClassName 设为已有的类，或把某个类标记为默认类。",
            ),
        ),
        links=(f"{_INGRESS}#ingress-class", f"{_INGRESS}#default-ingress-class"),
        effects=_OUTSIDE,
        explained_by=_NOT_CREATED,
        refines=("route-not-accepted",),
    ),
    Cause(
        id="ingress-tls-secret-missing",
        family="routes",
        title=Text("The certificate of an Ingress is missing", "Ingress 的证书 Secret 缺失"),
        proven_by=Text(
            "The Secret named in spec.tls does not exist or is no TLS Secret.",
            "spec.tls 引用的 Secret 不存在或不是 TLS 类型。",
        ),
        refuted_by=Text(
            "The Secret exists with tls.crt and tls.key.", "该 Secret 存在且包含 tls.crt 和 tls.key。"
        ),
        culprits=("Ingress",),
        fixes=(
            Text(
                "Create the Secret (kubernetes.io/tls) in the Ingress's namespace, or let cert-manager do so.",
                "在 Ingress 的命名空间创建该 Secret（类型 kubernetes.io/tls），或由 cert-manager 创建。",
            ),
        ),
        links=(f"{_INGRESS}#tls",),
        effects=frozenset({Effect.ERRORING}),
        explained_by=frozenset({Effect.ERRORING}),
    ),
    Cause(
        id="gateway-misroute",
        family="routes",
        title=Text("A gateway sends an application's traffic elsewhere", "网关把应用的流量送到了别处"),
        proven_by=Text(
            "The route for an application names another Service, or a port that its Service does not expose.",
            "该应用的路由指向了另一个 Service，或其 Service 未开放的端口。",
        ),
        refuted_by=Text(
            "Another route reaches the application, or the path is meant for the other Service.",
            "另有路由到达该应用，或该路径本来就是给另一个 Service 的。",
        ),
        culprits=("Deployment", "StatefulSet", "DaemonSet", "Pod", "Service", "Ingress"),
        fixes=(
            Text(
                "Point the route to the application's own Service and port, then reload the gateway.",
                "把路由指向该应用自己的 Service 和端口，然后让网关重新加载。",
            ),
        ),
        links=(_INGRESS, "https://gateway-api.sigs.k8s.io/guides/http-routing/"),
        effects=_OUTSIDE,
        refines=("service-address-mismatch", "service-address-port-mismatch", "traffic-lost", "error-rate-high"),
    ),
    Cause(
        id="gateway-not-programmed",
        family="routes",
        title=Text("A Gateway is not in effect", "Gateway 未生效"),
        proven_by=Text(
            "Its conditions Accepted, Programmed or ResolvedRefs are False.",
            "它的 Accepted、Programmed 或 ResolvedRefs 条件为 False。",
        ),
        refuted_by=Text("All these conditions are True.", "这些条件均为 True。"),
        culprits=("Gateway",),
        fixes=(
            Text(
                "Read the condition's message: address, listener conflict, or certificate reference.",
                "查看条件的消息：地址、监听器冲突或证书引用。",
            ),
        ),
        links=(f"{_GATEWAY}#gateway",),
        effects=_OUTSIDE,
    ),
    Cause(
        id="gateway-class-missing",
        family="routes",
        title=Text("The class of a Gateway does not exist", "Gateway 的类不存在"),
        proven_by=Text(
            "No GatewayClass has the name in spec.gatewayClassName.",
            "没有名为 spec.gatewayClassName 的 GatewayClass。",
        ),
        refuted_by=Text("The GatewayClass exists and is accepted.", "该 GatewayClass 存在且已被接受。"),
        culprits=("Gateway",),
        fixes=(
            Text(
                "Name an existing GatewayClass, or install its controller.",
                "使用已有的 GatewayClass，或安装其控制器。",
            ),
        ),
        links=(f"{_GATEWAY}#gatewayclass",),
        effects=_OUTSIDE,
        refines=("gateway-not-programmed",),
    ),
    Cause(
        id="route-not-accepted",
        family="routes",
        title=Text("A route is not accepted", "路由未被接受"),
        proven_by=Text(
            "Its parent says so, or the parent Gateway or listener does not exist.",
            "其父对象如此说明，或父 Gateway 或监听器不存在。",
        ),
        refuted_by=Text("Every parent has the condition Accepted=True.", "所有父对象的 Accepted 条件均为 True。"),
        culprits=(*_ROUTES, "Ingress"),
        fixes=(
            Text(
                "Correct parentRefs and hostnames, and allow the route's namespace on the listener.",
                "更正 parentRefs 和 hostnames，并在监听器上允许该路由的命名空间。",
            ),
        ),
        links=(f"{_GATEWAY}#routestatus",),
        effects=_OUTSIDE,
        explained_by=_OUTSIDE,
    ),
    Cause(
        id="route-backend-missing",
        family="routes",
        title=Text("A route sends to a backend that does not exist", "路由的后端不存在"),
        proven_by=Text(
            "backendRefs name a Service or a port that does not exist, or ResolvedRefs is False.",
            "backendRefs 引用的 Service 或端口不存在，或 ResolvedRefs 为 False。",
        ),
        refuted_by=Text(
            "Service and port exist and ResolvedRefs is True.", "Service 和端口存在，且 ResolvedRefs 为 True。"
        ),
        culprits=_ROUTES,
        fixes=(Text("Name an existing Service and one of its ports.", "引用已有的 Service 及其端口。"),),
        links=(f"{_GATEWAY}#httpbackendref",),
        effects=_OUTSIDE,
        refines=("route-not-accepted",),
    ),
    Cause(
        id="reference-grant-missing",
        family="routes",
        title=Text("A reference across namespaces is not granted", "跨命名空间引用未获授权"),
        proven_by=Text(
            "No ReferenceGrant in the backend's namespace admits the route.",
            "后端所在命名空间没有允许该路由的 ReferenceGrant。",
        ),
        refuted_by=Text(
            "A ReferenceGrant admits the route's kind and namespace.",
            "有 ReferenceGrant 允许该路由的类型和命名空间。",
        ),
        culprits=(*_ROUTES, "Gateway"),
        fixes=(
            Text(
                "Create a ReferenceGrant in the backend's namespace for the route's kind and namespace.",
                "在后端的命名空间为该路由的类型和命名空间创建 ReferenceGrant。",
            ),
        ),
        links=("https://gateway-api.sigs.k8s.io/api-types/referencegrant/",),
        effects=_OUTSIDE,
        refines=("route-not-accepted", "route-backend-missing"),
    ),
    Cause(
        id="mesh-misroute",
        family="routes",
        title=Text("A mesh route leads to a host or subset that does not exist", "网格路由指向不存在的主机或子集"),
        proven_by=Text(
            "A VirtualService or DestinationRule names no existing Service, or a subset without pods.",
            "VirtualService 或 DestinationRule 引用了不存在的 Service，或没有 Pod 的子集。",
        ),
        refuted_by=Text("Host and subset exist and select ready pods.", "主机和子集存在并选中就绪的 Pod。"),
        culprits=("VirtualService", "DestinationRule"),
        fixes=(
            Text(
                "Correct the destination host, define the subset, or label pods accordingly.",
                "更正目标主机、定义子集，或为 Pod 加上相应标签。",
            ),
        ),
        links=("https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",),
        effects=_OUTSIDE,
        refines=("error-rate-high", "service-unreachable"),
    ),
)
