"""Causes that lie with rights: roles, bindings and service account tokens."""

from __future__ import annotations

from midwatch.domain.cause import Cause, Effect
from midwatch.domain.text import Text

_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "ServiceAccount")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")

CAUSES: tuple[Cause, ...] = (
    Cause(
        "rbac-denied",
        "rbac",
        Text("The workload lacks a right at the API", "工作负载缺少 API 权限"),
        Text(
            "The API server refused a request of its service account, and no role allows it.",
            "API 服务器拒绝了其 ServiceAccount 的请求，且没有角色允许该请求。",
        ),
        Text("A role that is bound to the account allows the request.", "已绑定的角色允许该请求。"),
        _WORKLOADS,
        (
            Text(
                "Add the missing rule to a role and bind it to the account.",
                "在角色中添加缺少的规则并绑定到该账号。",
            ),
            Text(
                "Check that the pods use the intended service account.",
                "检查 Pod 是否使用了预期的 ServiceAccount。",
            ),
        ),
        (_RBAC,),
        effects=frozenset({Effect.ERRORING, Effect.CRASHING, Effect.NOT_READY}),
        refines=("application-crash", "container-crashing"),
    ),
    Cause(
        "role-missing",
        "rbac",
        Text("A binding grants a role that does not exist", "绑定引用了不存在的角色"),
        Text("The role of the binding is not there.", "绑定所引用的角色不存在。"),
        Text("The role exists.", "该角色存在。"),
        _BINDINGS,
        (
            Text("Create the role, or bind an existing one.", "创建该角色，或改为绑定已有角色。"),
            Text(
                "A binding's role cannot change: delete it and make it anew.", "绑定的角色不可修改：需删除后重建。"
            ),
        ),
        (_RBAC,),
        effects=frozenset({Effect.ERRORING}),
        refines=("rbac-denied",),
    ),
    Cause(
        "binding-subject-missing",
        "rbac",
        Text("A binding names a service account that does not exist", "绑定引用了不存在的 ServiceAccount"),
        Text("The account of the binding is not there.", "绑定中的账号不存在。"),
        Text("The account exists.", "该账号存在。"),
        _BINDINGS,
        (Text("Correct the subject's name and namespace.", "修正主体的名称和命名空间。"),),
        (_RBAC,),
    ),
    Cause(
        "service-account-token-missing",
        "rbac",
        Text("The pods need a service account token but mount none", "Pod 需要 ServiceAccount 令牌但未挂载"),
        Text(
            "A container ended for want of its token, and automountServiceAccountToken is false.",
            "容器因缺少令牌而退出，且 automountServiceAccountToken 为 false。",
        ),
        Text("The token is mounted, or nothing asks for it.", "令牌已挂载，或没有程序需要它。"),
        _WORKLOADS,
        (
            Text(
                "Set automountServiceAccountToken to true for these pods.",
                "为这些 Pod 将 automountServiceAccountToken 设为 true。",
            ),
        ),
        ("https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",),
        effects=frozenset({Effect.CRASHING}),
        refines=("application-crash", "container-crashing"),
    ),
)
