"""Causes that keep an image from being pulled."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import NODE_TROUBLE, WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_IMAGES = "https://kubernetes.io/docs/concepts/containers/images/"
_SECRETS = "https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/"
_NOT_STARTED = frozenset({Effect.NOT_STARTED, Effect.NOT_READY, Effect.UNREACHABLE})
_GENERAL = (
    "image-pull-failing",
    "replicas-unavailable",
    "rollout-stuck",
    "statefulset-blocked",
    "bad-rollout",
    "service-no-ready-endpoints",
)


CAUSES: tuple[Cause, ...] = (
    Cause(
        id="image-not-found",
        family="images",
        title=Text("The image does not exist", "镜像不存在"),
        proven_by=Text(
            "The registry answers that it has no such repository or tag.", "镜像仓库回答没有这个仓库或标签。"
        ),
        refuted_by=Text(
            "The same reference was pulled on another node, or the registry cannot be reached at all.",
            "同一镜像引用在其他节点拉取成功，或者镜像仓库根本无法访问。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text("Correct name and tag of the image in the pod template.", "更正 Pod 模板中的镜像名称和标签。"),
            Text("Push the missing image or tag to the registry.", "把缺失的镜像或标签推送到镜像仓库。"),
        ),
        links=(f"{_IMAGES}#image-names",),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "container-crashing"),
    ),
    Cause(
        id="image-reference-invalid",
        family="images",
        title=Text("The image reference is malformed", "镜像引用格式错误"),
        proven_by=Text(
            "The kubelet cannot parse the reference (InvalidImageName).",
            "kubelet 无法解析该引用（InvalidImageName）。",
        ),
        refuted_by=Text("The runtime begins to pull the image.", "容器运行时已开始拉取该镜像。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Write the reference as [host[:port]/]path[:tag][@digest], in lower case.",
                "把引用写成 [主机[:端口]/]路径[:标签][@摘要] 的形式，路径用小写。",
            ),
        ),
        links=(f"{_IMAGES}#image-names",),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="image-pull-unauthorized",
        family="images",
        title=Text("The registry refuses access to the image", "镜像仓库拒绝访问该镜像"),
        proven_by=Text('The registry answers 401, 403 or "denied".', "镜像仓库返回 401、403 或 denied。"),
        refuted_by=Text(
            "The registry says that the image does not exist, or the same repository is pulled with the"
            " same credentials.",
            "镜像仓库表明镜像不存在，或使用相同凭据可以拉取同一仓库。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Renew the credentials in the pull secret, and grant them access to the repository.",
                "更新拉取密钥中的凭据，并授予其访问该仓库的权限。",
            ),
            Text(
                "Name a pull secret for that registry in imagePullSecrets of the pod or its ServiceAccount.",
                "在 Pod 或其 ServiceAccount 的 imagePullSecrets 中指定该镜像仓库的拉取密钥。",
            ),
        ),
        links=(_SECRETS,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="image-pull-secret-missing",
        family="images",
        title=Text("A pull secret is missing", "缺少镜像拉取密钥"),
        proven_by=Text(
            "imagePullSecrets names no Secret, or one that is not in the namespace, and the registry refuses"
            " anonymous access; others that pull from there name one.",
            "imagePullSecrets 没有引用 Secret，或引用的 Secret 不在该命名空间中，而镜像仓库拒绝匿名访问；"
            "从该仓库拉取的其他工作负载都引用了 Secret。",
        ),
        refuted_by=Text(
            "The Secret exists in the namespace, or the image is public and pulls.",
            "该 Secret 存在于命名空间中，或镜像是公开的且拉取成功。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Create the Secret of type kubernetes.io/dockerconfigjson in the namespace of the pod.",
                "在 Pod 所在命名空间创建类型为 kubernetes.io/dockerconfigjson 的 Secret。",
            ),
            Text(
                "Correct its name in imagePullSecrets of the pod or its ServiceAccount.",
                "更正 Pod 或其 ServiceAccount 的 imagePullSecrets 中的名称。",
            ),
        ),
        links=(_SECRETS,),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "image-pull-unauthorized"),
    ),
    Cause(
        id="image-registry-dns-failure",
        family="images",
        title=Text("The name of the registry does not resolve", "镜像仓库域名无法解析"),
        proven_by=Text(
            "The runtime reports a failed lookup of the registry host.", "容器运行时报告查询镜像仓库主机名失败。"
        ),
        refuted_by=Text("The registry answers, even if with an error.", "镜像仓库有响应（即使是错误响应）。"),
        culprits=WORKLOADS,
        fixes=(
            Text("Correct the registry host in the image reference.", "更正镜像引用中的镜像仓库主机名。"),
            Text(
                "Repair name resolution on the node (the runtime uses the resolver of the node, not cluster DNS).",
                "修复节点的域名解析（容器运行时使用节点的解析器，而非集群 DNS）。",
            ),
        ),
        links=(_IMAGES,),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "image-registry-unreachable"),
    ),
    Cause(
        id="image-registry-unreachable",
        family="images",
        title=Text("The registry cannot be reached", "镜像仓库无法访问"),
        proven_by=Text(
            "Connections to the registry are refused or time out, or it answers with a server error.",
            "到镜像仓库的连接被拒绝或超时，或其返回服务器错误。",
        ),
        refuted_by=Text(
            "Other images of the same registry are pulled on the same node.",
            "同一节点能够拉取同一镜像仓库的其他镜像。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Check that the node may reach the registry: routes, firewalls, proxy of the runtime.",
                "检查节点能否访问镜像仓库：路由、防火墙、容器运行时代理。",
            ),
            Text("Check whether the registry itself is up.", "检查镜像仓库自身是否正常。"),
        ),
        links=(_IMAGES,),
        effects=_NOT_STARTED,
        explained_by=NODE_TROUBLE,
        refines=_GENERAL,
    ),
    Cause(
        id="image-registry-tls-failure",
        family="images",
        title=Text("TLS to the registry fails", "与镜像仓库的 TLS 连接失败"),
        proven_by=Text(
            "The runtime does not trust the certificate of the registry, or one side does not speak TLS.",
            "容器运行时不信任镜像仓库的证书，或其中一方不使用 TLS。",
        ),
        refuted_by=Text(
            "Other images of the same registry are pulled on the same node.",
            "同一节点能够拉取同一镜像仓库的其他镜像。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Install the authority of the registry in the trust store of the runtime on each node.",
                "在每个节点的容器运行时信任库中安装镜像仓库的 CA。",
            ),
            Text("Renew the certificate of the registry.", "更新镜像仓库的证书。"),
        ),
        links=(_IMAGES,),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "image-registry-unreachable"),
    ),
    Cause(
        id="image-pull-rate-limited",
        family="images",
        title=Text("The registry limits the rate of pulls", "镜像仓库限制拉取频率"),
        proven_by=Text("The registry answers 429 (toomanyrequests).", "镜像仓库返回 429（toomanyrequests）。"),
        refuted_by=Text("Pulls of the same account succeed at the same time.", "同一账号的其他拉取同时成功。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Pull with credentials, or through a mirror or cache of your own.",
                "使用凭据拉取，或通过自有的镜像代理或缓存拉取。",
            ),
        ),
        links=(
            _IMAGES,
            "https://docs.docker.com/docker-hub/usage/",
        ),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "image-pull-unauthorized"),
    ),
    Cause(
        id="image-architecture-mismatch",
        family="images",
        title=Text("The image is not built for the platform of the node", "镜像不支持节点平台"),
        proven_by=Text(
            'The registry has no manifest for the platform, or the program fails with "exec format error".',
            "镜像仓库没有该平台的清单，或程序报 exec format error。",
        ),
        refuted_by=Text(
            "The same image runs on a node of the same architecture.", "同一镜像在相同架构的节点上正常运行。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text("Build and push the image for the architecture of the nodes.", "为节点架构构建并推送镜像。"),
            Text(
                "Restrict the pod to nodes of the right architecture by kubernetes.io/arch.",
                "通过 kubernetes.io/arch 把 Pod 限制到正确架构的节点。",
            ),
        ),
        links=(f"{_IMAGES}#multi-architecture-images-with-image-indexes",),
        effects=_NOT_STARTED,
        refines=(*_GENERAL, "command-not-executable", "application-crash", "container-crashing"),
    ),
    Cause(
        id="image-never-pulled",
        family="images",
        title=Text("The image is absent and may not be pulled", "节点上没有镜像且不允许拉取"),
        proven_by=Text(
            "imagePullPolicy is Never and the node does not have the image (ErrImageNeverPull).",
            "imagePullPolicy 为 Never，而节点上没有该镜像（ErrImageNeverPull）。",
        ),
        refuted_by=Text("The pull policy is IfNotPresent or Always.", "拉取策略是 IfNotPresent 或 Always。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Set imagePullPolicy to IfNotPresent, or load the image on every node.",
                "把 imagePullPolicy 设为 IfNotPresent，或在每个节点预先加载镜像。",
            ),
        ),
        links=(f"{_IMAGES}#image-pull-policy",),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="image-pull-failing",
        family="images",
        title=Text("The image cannot be pulled", "镜像拉取失败"),
        proven_by=Text(
            "The container waits in ErrImagePull or ImagePullBackOff.",
            "容器处于 ErrImagePull 或 ImagePullBackOff 等待状态。",
        ),
        refuted_by=Text("The image is on the node and the container was created.", "镜像已在节点上且容器已创建。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                'Read the event "Failed to pull image" for the answer of the registry.',
                "查看 Failed to pull image 事件中镜像仓库的回答。",
            ),
        ),
        links=(f"{_IMAGES}#imagepullbackoff",),
        effects=_NOT_STARTED,
        explained_by=NODE_TROUBLE,
        refines=("replicas-unavailable", "rollout-stuck", "statefulset-blocked", "service-no-ready-endpoints"),
    ),
)
