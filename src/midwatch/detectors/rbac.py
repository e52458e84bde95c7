"""rbac: whether service accounts have the rights that their workloads use, and whether bindings hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from midwatch.detectors._ages import newest, older_than
from midwatch.detectors._rules import Attempt, may, parse_forbidden
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject
from midwatch.domain.kube.cluster import Event, Namespace, ServiceAccount
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_LATELY = 1800
_MAX_ATTEMPTS = 100
"""Distinct refused attempts that are checked against all bindings."""

_Binding = RoleBinding | ClusterRoleBinding


def missing_roles(inventory: Inventory) -> Iterator[Finding]:
    """Bindings to roles that do not exist. Source: kubernetes.io/docs/reference/access-authn-authz/rbac."""
    users = _pods_by_account(inventory)
    for binding in _bindings(inventory):
        if _role_is_missing(inventory, binding):
            yield _missing_role(binding, [pod for each in _accounts(binding) for pod in users.get(each, ())])


def _bindings(inventory: Inventory) -> Iterator[_Binding]:
    yield from inventory.all(RoleBinding)
    yield from inventory.all(ClusterRoleBinding)


def _role_is_missing(inventory: Inventory, binding: _Binding) -> bool:
    ref = binding.role_ref
    if not ref.name:
        return False
    if ref.kind == "ClusterRole":
        return inventory.knows(ClusterRole) and inventory.get(ClusterRole, "", ref.name) is None
    known = ref.kind == "Role" and inventory.knows(Role, binding.namespace)
    return known and inventory.get(Role, binding.namespace, ref.name) is None


def _missing_role(binding: _Binding, pods: list[Pod]) -> Finding:
    ref = binding.role_ref
    return Finding(
        "rbac/role-missing",
        binding.ref,
        Text(
            f"{binding.ref} grants {ref.kind} {ref.name}, which does not exist: it gives no rights at all",
            f"{binding.ref} 引用的 {ref.kind} {ref.name} 不存在,因此未授予任何权限",
        ),
        Severity.WARNING if pods else Severity.INFO,
        Status.LATENT,
        claims=(Claim("role-missing", binding.ref, 0.5 if pods else 0.2),),
        facts=(fact(binding, ".roleRef.name", ref.name),),
        affected=refs(pods),
    )


def _accounts(binding: _Binding) -> Iterator[tuple[str, str]]:
    for each in binding.subjects:
        if each.kind == "ServiceAccount" and each.name:
            yield each.namespace or binding.namespace, each.name


def _pods_by_account(inventory: Inventory) -> Mapping[tuple[str, str], list[Pod]]:
    index: dict[tuple[str, str], list[Pod]] = defaultdict(list)
    for pod in inventory.all(Pod):
        if not is_finished(pod):
            index[pod.namespace, pod.spec.service_account_name or "default"].append(pod)
    return index


def missing_subjects(inventory: Inventory) -> Iterator[Finding]:
    """Bindings whose service account does not exist although its namespace does; not those of the system."""
    for binding in _bindings(inventory):
        if binding.name.startswith("system:") or "kubernetes.io/bootstrapping" in binding.metadata.labels:
            continue
        absent = [each for each in binding.subjects if _is_absent(inventory, binding, each)]
        if absent:
            yield _missing_subject(binding, absent)


def _is_absent(inventory: Inventory, binding: _Binding, subject: Subject) -> bool:
    namespace = subject.namespace or binding.namespace
    if subject.kind != "ServiceAccount" or not subject.name or not namespace:
        return False
    if not inventory.knows(ServiceAccount, namespace) or inventory.get(ServiceAccount, namespace, subject.name):
        return False
    return not inventory.knows(Namespace) or inventory.get(Namespace, "", namespace) is not None


def _missing_subject(binding: _Binding, absent: list[Subject]) -> Finding:
    names = ", ".join(f"{each.namespace or binding.namespace}/{each.name}" for each in absent[:3])
    return Finding(
        "rbac/subject-missing",
        binding.ref,
        Text(
            f"{binding.ref} gives {binding.role_ref.name} to service accounts that do not exist: {names}",
            f"{binding.ref} 将 {binding.role_ref.name} 授予不存在的 ServiceAccount:{names}",
        ),
        Severity.WARNING,
        Status.LATENT,
        claims=(Claim("binding-subject-missing", binding.ref, 0.3),),
        facts=(fact(binding, ".subjects", names),),
    )


def denied(inventory: Inventory) -> Iterator[Finding]:
    """Requests that the API server refused to a service account, as events quote it; checked against the roles."""
    groups: dict[Attempt, list[Event]] = defaultdict(list)
    for event in inventory.all(Event):
        if event.type != "Normal" and "system:serviceaccount:" in event.message:
            attempt = parse_forbidden(event.message)
            if attempt is not None:
                groups[attempt].append(event)
    if not groups:
        return
    users = _pods_by_account(inventory)
    for attempt, events in islice(groups.items(), _MAX_ATTEMPTS):
        yield _denial(inventory, attempt, events, users)


def _denial(
    inventory: Inventory,
    attempt: Attempt,
    events: list[Event],
    users: Mapping[tuple[str, str], list[Pod]],
) -> Finding:
    allowed = may(inventory, attempt)
    pods = users.get((attempt.account_namespace, attempt.account), [])
    over = allowed is True or older_than(
        inventory, newest(each.last_seen for each in events), _LATELY, unknown=False
    )
    scope = f"namespace {attempt.namespace}" if attempt.namespace else "the cluster"
    scope_zh = f"命名空间 {attempt.namespace}" if attempt.namespace else "整个集群"
    account = f"{attempt.account_namespace}/{attempt.account}"
    proof = {True: "; the roles allow it by now", False: "; no role allows it", None: ""}[allowed]
    proof_zh = {True: ";现有角色已允许", False: ";没有任何角色允许", None: ""}[allowed]
    return Finding(
        "rbac/denied",
        _culprit(inventory, attempt, pods),
        Text(
            f"ServiceAccount {account} may not {attempt.words()} in {scope}{proof}",
            f"ServiceAccount {account} 无权在{scope_zh}执行 {attempt.words()}{proof_zh}",
        ),
        Severity.ERROR,
        Status.RECOVERED if over else Status.ACTIVE,
        claims=(
            Claim("rbac-denied", _culprit(inventory, attempt, pods), {True: 0.3, False: 0.9, None: 0.75}[allowed]),
        ),
        facts=tuple(event_fact(each) for each in events[:MAX_FACTS]),
        affected=(*refs(pods), *dict.fromkeys(_about(each) for each in events)),
        since=newest((events[0].first_seen,)),
    )


def _about(event: Event) -> Ref:
    target = event.involved_object
    return Ref(target.kind, target.namespace, target.name)


def _culprit(inventory: Inventory, attempt: Attempt, pods: list[Pod]) -> Ref:
    """The workload that uses the account, when only one does; else the account."""
    workloads = {inventory.workload(each) for each in pods}
    if len(workloads) == 1:
        return workloads.pop()
    return Ref("ServiceAccount", attempt.account_namespace, attempt.account)


_NO_TOKEN = (
    "/var/run/secrets/kubernetes.io/serviceaccount/token: no such file",
    "unable to load in-cluster configuration",
    "failed to load in-cluster config",
)


def missing_token(inventory: Inventory) -> Iterator[Finding]:
    """Containers that ended for want of the token that their pod is told not to mount."""
    groups: dict[Ref, list[tuple[Pod, str]]] = defaultdict(list)
    for pod in inventory.all(Pod):
        said = _last_words(pod)
        if said and _mounts_no_token(inventory, pod) and any(each in said for each in _NO_TOKEN):
            groups[inventory.workload(pod)].append((pod, said))
    for workload, found in groups.items():
        yield Finding(
            "rbac/token-missing",
            workload,
            Text(
                f"{workload} needs a service account token, but its pods are told not to mount one",
                f"{workload} 需要 ServiceAccount 令牌,但其 Pod 被设置为不挂载令牌",
            ),
            Severity.ERROR,
            claims=(Claim("service-account-token-missing", workload, 0.9),),
            facts=tuple(
                fact(pod, ".status.containerStatuses[].lastState.terminated.message", said)
                for pod, said in found[:MAX_FACTS]
            ),
            affected=refs(pod for pod, _ in found),
        )


def _last_words(pod: Pod) -> str:
    for each in pod.status.container_statuses:
        ended = each.state.terminated or each.last_state.terminated
        if ended is not None and ended.exit_code and not each.ready:
            return ended.message[:4096]
    return ""


def _mounts_no_token(inventory: Inventory, pod: Pod) -> bool:
    own = pod.spec.automount_service_account_token
    if own is not None:
        return not own
    account = inventory.get(ServiceAccount, pod.namespace, pod.spec.service_account_name or "default")
    return account is not None and account.automount_service_account_token is False


DETECTORS = (missing_roles, missing_subjects, denied, missing_token)
