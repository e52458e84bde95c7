"""Causes that lie with certificates."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_MANAGER = "https://cert-manager.io/docs/troubleshooting/"
_CSR = "https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/"
_PKI = "https://kubernetes.io/docs/setup/best-practices/certificates/"
_SERVER_DOWN = frozenset({Effect.CRASHING, Effect.NOT_READY, Effect.NOT_STARTED, Effect.NODE_DOWN})

CAUSES: tuple[Cause, ...] = (
    Cause(
        "certificate-expired",
        "certificates",
        Text("A certificate has expired", "证书已过期"),
        Text("Its end of validity has passed.", "其有效期已结束。"),
        Text("It is valid.", "证书在有效期内。"),
        ("Certificate", "ConfigMap", "APIService", "CustomResourceDefinition", "Node"),
        (
            Text("Renew it and restart what holds the old one.", "更新证书并重启仍在使用旧证书的程序。"),
            Text("Find out why it was not renewed in time.", "查明为何没有按时续期。"),
        ),
        (_PKI, _MANAGER),
        effects=frozenset({Effect.ERRORING, Effect.UNREACHABLE, Effect.NODE_DOWN}),
        refines=("certificate-not-issued", "certificate-expiring", "tls-untrusted", "kubelet-unavailable"),
    ),
    Cause(
        "certificate-expiring",
        "certificates",
        Text("A certificate is about to expire", "证书即将过期"),
        Text("It should have been renewed and was not.", "已到续期时间但未续期。"),
        Text("It was renewed.", "证书已续期。"),
        ("Certificate",),
        (Text("Read the Certificate's events and its requests.", "查看该 Certificate 的事件及其请求。"),),
        (_MANAGER,),
        explained_by=_SERVER_DOWN,
    ),
    Cause(
        "certificate-not-issued",
        "certificates",
        Text("A certificate cannot be issued", "证书无法签发"),
        Text("Its request, order or challenge fails.", "其请求、订单或质询失败。"),
        Text("The Certificate is Ready.", "该 Certificate 已就绪。"),
        ("Certificate", "CertificateRequest", "Order", "Challenge"),
        (
            Text(
                "Follow Certificate, CertificateRequest, Order, Challenge.",
                "依次检查 Certificate、CertificateRequest、Order、Challenge。",
            ),
            Text("Check the issuer and that challenges can be reached.", "检查签发者以及质询地址是否可达。"),
        ),
        (_MANAGER,),
        effects=frozenset({Effect.NOT_STARTED, Effect.ERRORING}),
        explained_by=_SERVER_DOWN,
        refines=("custom-resource-not-ready",),
    ),
    Cause(
        "issuer-not-ready",
        "certificates",
        Text("An issuer of certificates is not ready", "证书签发者未就绪"),
        Text("The Issuer's condition Ready is False.", "Issuer 的状况 Ready 为 False。"),
        Text("The Issuer is Ready.", "Issuer 已就绪。"),
        ("Issuer", "ClusterIssuer"),
        (Text("Check its account, credentials and the server's address.", "检查其账号、凭据和服务器地址。"),),
        (_MANAGER,),
        effects=frozenset({Effect.NOT_READY}),
        refines=("custom-resource-not-ready",),
    ),
    Cause(
        "csr-pending",
        "certificates",
        Text("A certificate signing request waits for approval", "证书签名请求等待批准"),
        Text("It is neither approved nor denied.", "既未批准也未拒绝。"),
        Text("It was approved.", "已获批准。"),
        ("Node", "CertificateSigningRequest"),
        (
            Text(
                "Check who asks, then `kubectl certificate approve`.",
                "确认请求者后执行 `kubectl certificate approve`。",
            ),
            Text("Run an approver for serving certificates of kubelets.", "为 kubelet 服务证书部署审批组件。"),
        ),
        (_CSR,),
        explained_by=frozenset({Effect.CLUSTER_DEGRADED}),
    ),
    Cause(
        "tls-untrusted",
        "certificates",
        Text("A certificate is not trusted by its clients", "证书不被客户端信任"),
        Text("Connections fail with x509 errors.", "连接返回 x509 错误。"),
        Text("Clients connect.", "客户端能够连接。"),
        ("Deployment", "StatefulSet", "DaemonSet", "Service", "Certificate", "Pod"),
        (
            Text(
                "Give clients the right CA, or the server the right name.",
                "为客户端提供正确的 CA，或为服务端使用正确的名称。",
            ),
        ),
        (_PKI,),
        effects=frozenset({Effect.ERRORING, Effect.UNREACHABLE}),
        refines=("dependency-unreachable",),
    ),
)
