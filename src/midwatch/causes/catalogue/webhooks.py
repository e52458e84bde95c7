"""Causes that lie with admission webhooks."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DOCS = "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/"
_GOOD = "https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/"
_CULPRITS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "Service")
_BLOCKED = frozenset({Effect.NOT_CREATED, Effect.CLUSTER_DEGRADED})
_SERVER_DOWN = frozenset(
    {
        Effect.NOT_CREATED,
        Effect.NOT_SCHEDULED,
        Effect.NOT_STARTED,
        Effect.CRASHING,
        Effect.NOT_READY,
        Effect.UNREACHABLE,
        Effect.NODE_DOWN,
    }
)
_GENERIC = ("pods-not-created",)
_ANSWERS = Text("Requests pass through the webhook.", "请求能够通过该 Webhook。")
_REMOVE = Text("Delete the configuration if its server is gone for good.", "若其服务端已不再使用，请删除该配置。")


def _cause(
    cause: str, title: Text, proof: Text, fixes: tuple[Text, ...], explained_by: frozenset[Effect]
) -> Cause:
    """A webhook that cannot be called, so that requests are refused."""
    return Cause(
        cause,
        "webhooks",
        title,
        proof,
        _ANSWERS,
        _CULPRITS,
        fixes,
        (_DOCS, _GOOD),
        effects=_BLOCKED,
        explained_by=explained_by,
        refines=_GENERIC,
    )


CAUSES: tuple[Cause, ...] = (
    _cause(
        "webhook-service-missing",
        Text("A webhook points to a Service that does not exist", "Webhook 指向不存在的 Service"),
        Text("The Service of its clientConfig is not there.", "其 clientConfig 中的 Service 不存在。"),
        (Text("Create the Service or correct its name.", "创建该 Service 或修正名称。"), _REMOVE),
        frozenset(),
    ),
    _cause(
        "webhook-unavailable",
        Text("A webhook does not answer", "Webhook 没有响应"),
        Text(
            "Its Service has no ready endpoint or not the port, or connections are refused.",
            "其 Service 没有就绪端点、没有对应端口，或连接被拒绝。",
        ),
        (
            Text("Repair the pods behind the webhook's Service.", "修复该 Webhook 的 Service 后端 Pod。"),
            Text(
                "Exclude its own namespace, so that it can start again.",
                "排除其自身的命名空间，使其能够重新启动。",
            ),
            _REMOVE,
        ),
        _SERVER_DOWN,
    ),
    _cause(
        "webhook-certificate-invalid",
        Text("The API server does not trust the certificate of a webhook", "API 服务器不信任 Webhook 的证书"),
        Text(
            "Calls fail with x509 errors, or its CA bundle is empty, unreadable or expired.",
            "调用返回 x509 错误，或其 CA 证书包为空、不可读或已过期。",
        ),
        (
            Text(
                "Renew the serving certificate and put its CA into caBundle.",
                "更新服务端证书并将其 CA 写入 caBundle。",
            ),
            Text(
                "Check what injects the bundle (cert-manager's cainjector).",
                "检查注入证书包的组件（如 cainjector）。",
            ),
        ),
        frozenset(),
    ),
    _cause(
        "webhook-timeout",
        Text("A webhook answers too late", "Webhook 响应超时"),
        Text("Calls end with a deadline exceeded.", "调用因超过期限而失败。"),
        (
            Text("Give its pods more CPU or replicas.", "为其 Pod 增加 CPU 或副本。"),
            Text(
                "Check network policies and routes from the API server.", "检查从 API 服务器出发的网络策略和路由。"
            ),
        ),
        _SERVER_DOWN | {Effect.SLOW, Effect.NODE_DEGRADED},
    ),
)
