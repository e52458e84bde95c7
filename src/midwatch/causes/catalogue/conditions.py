"""Causes told by conditions of custom resources and by definitions of custom kinds."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_DOCS = "https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/"
_VERSIONS = (
    "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/"
)
_OWNED = frozenset(Effect)
"""A custom resource that is not ready is most often the sum of what it owns."""

_SERVER_DOWN = frozenset(
    {Effect.CRASHING, Effect.NOT_READY, Effect.NOT_STARTED, Effect.NOT_SCHEDULED, Effect.NODE_DOWN}
)
_ANY = ("*",)
_READ = Text("Read its conditions and the log of its controller.", "查看其状况以及其控制器的日志。")

CAUSES: tuple[Cause, ...] = (
    Cause(
        "custom-resource-not-ready",
        "conditions",
        Text("A custom resource is not ready", "自定义资源未就绪"),
        Text("A condition that should be True is not.", "应为 True 的状况不为 True。"),
        Text("All its conditions are well.", "其所有状况均正常。"),
        _ANY,
        (_READ,),
        (_DOCS,),
        effects=frozenset({Effect.NOT_READY}),
        explained_by=_OWNED,
    ),
    Cause(
        "custom-resource-stalled",
        "conditions",
        Text("A custom resource is stuck", "自定义资源停滞"),
        Text(
            "A condition such as Stalled or Degraded is True, or its controller does not observe it.",
            "Stalled、Degraded 等状况为 True，或其控制器未处理它。",
        ),
        Text("The condition is gone.", "该状况已消失。"),
        _ANY,
        (
            Text(
                "Correct what the message names: it will not be tried again by itself.",
                "修正消息所指的问题：它不会自动重试。",
            ),
            _READ,
        ),
        (_DOCS,),
        effects=frozenset({Effect.NOT_READY}),
        explained_by=_OWNED,
        refines=("custom-resource-not-ready",),
    ),
    Cause(
        "crd-not-established",
        "conditions",
        Text("A custom kind is not served", "自定义类型未提供服务"),
        Text("Established or NamesAccepted is False.", "Established 或 NamesAccepted 为 False。"),
        Text("Both are True.", "两者均为 True。"),
        ("CustomResourceDefinition",),
        (Text("Resolve the clash of names with the other definition.", "解决与其他定义的名称冲突。"),),
        (_DOCS,),
        effects=frozenset({Effect.CLUSTER_DEGRADED}),
    ),
    Cause(
        "conversion-webhook-failing",
        "conditions",
        Text("The conversion webhook of a custom kind does not answer", "自定义类型的转换 Webhook 没有响应"),
        Text("Its Service is missing or has no ready endpoint.", "其 Service 不存在或没有就绪端点。"),
        Text("Objects can be read in all served versions.", "对象可以以所有版本读取。"),
        ("CustomResourceDefinition",),
        (Text("Repair the operator that serves the webhook.", "修复提供该 Webhook 的 Operator。"),),
        (_VERSIONS,),
        effects=frozenset({Effect.CLUSTER_DEGRADED}),
        explained_by=_SERVER_DOWN,
    ),
    Cause(
        "helm-release-failed",
        "conditions",
        Text("A Helm release failed", "Helm 发布失败"),
        Text("The HelmRelease's condition Ready is False.", "HelmRelease 的状况 Ready 为 False。"),
        Text("The HelmRelease is Ready.", "HelmRelease 已就绪。"),
        ("HelmRelease",),
        (
            Text(
                "Read the message: values, chart, or a hook that failed.",
                "查看消息：values、chart 或失败的 hook。",
            ),
            Text("Reset its failure count after correcting it.", "修正后重置其失败计数。"),
        ),
        ("https://fluxcd.io/flux/components/helm/helmreleases/",),
        effects=frozenset({Effect.NOT_CREATED, Effect.NOT_READY}),
        explained_by=_SERVER_DOWN | {Effect.NOT_CREATED},
        refines=("custom-resource-not-ready", "custom-resource-stalled"),
    ),
    Cause(
        "gitops-sync-failed",
        "conditions",
        Text("The cluster cannot be brought to the state in Git", "无法将集群同步到 Git 中的状态"),
        Text("A sync, build or fetch by Flux or Argo CD failed.", "Flux 或 Argo CD 的同步、构建或拉取失败。"),
        Text("The last sync succeeded.", "最近一次同步成功。"),
        (
            "Kustomization",
            "Application",
            "GitRepository",
            "OCIRepository",
            "HelmRepository",
            "HelmChart",
            "Bucket",
        ),
        (
            Text("Correct the manifest or path that the message names.", "修正消息所指的清单或路径。"),
            Text("Check the credentials of the repository.", "检查仓库的凭据。"),
        ),
        (
            "https://fluxcd.io/flux/components/kustomize/kustomizations/",
            "https://argo-cd.readthedocs.io/en/stable/",
        ),
        effects=frozenset({Effect.NOT_CREATED, Effect.NOT_READY}),
        explained_by=_SERVER_DOWN,
        refines=("custom-resource-not-ready", "custom-resource-stalled"),
    ),
)
