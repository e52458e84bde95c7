"""Causes in ConfigMaps, Secrets and environment variables."""

from __future__ import annotations

from midwatch.causes.catalogue._shared import WORKLOADS
from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_CONFIGMAP = "https://kubernetes.io/docs/concepts/configuration/configmap/"
_SECRETS = "https://kubernetes.io/docs/concepts/configuration/secret/"
_VARIABLES = (
    "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/"
)
_NOT_STARTED = frozenset({Effect.NOT_STARTED, Effect.NOT_READY, Effect.UNREACHABLE})
_CRASHING = frozenset({Effect.CRASHING, Effect.NOT_READY, Effect.UNREACHABLE, Effect.ERRORING})
_GENERAL = (
    "container-create-failed",
    "volume-mount-failed",
    "replicas-unavailable",
    "rollout-stuck",
    "statefulset-blocked",
    "bad-rollout",
    "service-no-ready-endpoints",
)


CAUSES: tuple[Cause, ...] = (
    Cause(
        id="configmap-missing",
        family="configuration",
        title=Text("A ConfigMap does not exist", "ConfigMap 不存在"),
        proven_by=Text(
            "The pod refers to a ConfigMap that is not in its namespace, and it is not optional.",
            "Pod 引用的 ConfigMap 不在其命名空间中，且未标记为可选。",
        ),
        refuted_by=Text(
            "The ConfigMap exists, or the reference is optional.", "该 ConfigMap 存在，或引用标记为可选。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Create the ConfigMap in the namespace of the pod, or correct its name.",
                "在 Pod 的命名空间中创建该 ConfigMap，或更正其名称。",
            ),
            Text(
                "Mark the reference optional if the program can do without.",
                "如果程序不需要它，把引用标记为 optional。",
            ),
        ),
        links=(_CONFIGMAP,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="configmap-key-missing",
        family="configuration",
        title=Text("A ConfigMap lacks a key", "ConfigMap 缺少键"),
        proven_by=Text(
            "The pod refers to a key that the ConfigMap does not have.", "Pod 引用了 ConfigMap 中没有的键。"
        ),
        refuted_by=Text(
            "The key is in the ConfigMap, or the reference is optional.",
            "该键存在于 ConfigMap 中，或引用标记为可选。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Add the key to the ConfigMap, or correct it in the pod template.",
                "在 ConfigMap 中添加该键，或更正 Pod 模板中的键名。",
            ),
        ),
        links=(_CONFIGMAP,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="secret-missing",
        family="configuration",
        title=Text("A Secret does not exist", "Secret 不存在"),
        proven_by=Text(
            "The pod refers to a Secret that is not in its namespace, and it is not optional.",
            "Pod 引用的 Secret 不在其命名空间中，且未标记为可选。",
        ),
        refuted_by=Text("The Secret exists, or the reference is optional.", "该 Secret 存在，或引用标记为可选。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Create the Secret in the namespace of the pod, or correct its name.",
                "在 Pod 的命名空间中创建该 Secret，或更正其名称。",
            ),
            Text(
                "If an operator or external store should create it, repair that.",
                "如果应由 operator 或外部密钥系统创建，请修复它。",
            ),
        ),
        links=(_SECRETS,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="secret-key-missing",
        family="configuration",
        title=Text("A Secret lacks a key", "Secret 缺少键"),
        proven_by=Text("The pod refers to a key that the Secret does not have.", "Pod 引用了 Secret 中没有的键。"),
        refuted_by=Text(
            "The key is in the Secret, or the reference is optional.", "该键存在于 Secret 中，或引用标记为可选。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Add the key to the Secret, or correct it in the pod template.",
                "在 Secret 中添加该键，或更正 Pod 模板中的键名。",
            ),
        ),
        links=(_SECRETS,),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="environment-invalid",
        family="configuration",
        title=Text("An environment variable is not what was meant", "环境变量的值不符合预期"),
        proven_by=Text(
            "A value refers to $(NAME) that is not defined before it, or keys are no valid variable names.",
            "变量值引用了在其之前未定义的 $(NAME)，或键名不能作为变量名。",
        ),
        refuted_by=Text(
            "The variable is defined earlier in the list, or the program does not read it.",
            "该变量在列表中更早处已定义，或程序并不读取它。",
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Define the referenced variable earlier in the list of the same container.",
                "在同一容器的变量列表中，把被引用的变量定义在前面。",
            ),
        ),
        links=(_VARIABLES,),
        effects=_CRASHING,
        refines=("application-crash", "container-crashing"),
    ),
    Cause(
        id="volume-source-missing",
        family="configuration",
        title=Text("What a volume should show is not there", "卷的来源不存在"),
        proven_by=Text(
            "A path of the node that a hostPath volume requires does not exist or has another type.",
            "hostPath 卷要求的节点路径不存在或类型不符。",
        ),
        refuted_by=Text(
            "The path exists with that type on the node of the pod.", "该路径在 Pod 所在节点上存在且类型正确。"
        ),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Create the path on the nodes, set the type to DirectoryOrCreate, or use a PersistentVolumeClaim.",
                "在节点上创建该路径，把类型设为 DirectoryOrCreate，或改用 PersistentVolumeClaim。",
            ),
        ),
        links=("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",),
        effects=_NOT_STARTED,
        refines=_GENERAL,
    ),
    Cause(
        id="configuration-rejected",
        family="configuration",
        title=Text("The program rejects its configuration", "程序拒绝其配置"),
        proven_by=Text(
            "The log says that a variable, option or file is missing or cannot be parsed, and the container ends.",
            "日志表明变量、选项或文件缺失或无法解析，且容器退出。",
        ),
        refuted_by=Text("The container runs on and is ready after the line.", "该日志之后容器仍在运行且就绪。"),
        culprits=WORKLOADS,
        fixes=(
            Text(
                "Correct the named variable, option or file; compare with the last revision that worked.",
                "更正日志中指出的变量、选项或文件；与上一个可用版本对比。",
            ),
        ),
        links=(_CONFIGMAP,),
        effects=_CRASHING,
        refines=("application-crash", "container-crashing", "application-exits", "init-container-failing"),
    ),
)
