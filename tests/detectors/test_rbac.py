from __future__ import annotations

from midwatch.detectors import rbac
from midwatch.detectors._rules import Attempt, allows, parse_forbidden
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import PolicyRule
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

MESSAGE = (
    'pods is forbidden: User "system:serviceaccount:shop:reader" cannot list resource "pods" '
    'in API group "" in the namespace "shop"'
)
POD = """
---
kind: Pod
metadata:
  {name: api-1, namespace: shop, ownerReferences: [{kind: StatefulSet, name: api, controller: true}]}
spec: {serviceAccountName: reader, containers: [{name: c}]}
status: {phase: Running}
"""
BINDING = """
---
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: shop}]
"""
ROLE = """
---
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{verbs: [get, list], apiGroups: [""], resources: [pods]}]
"""
ACCOUNT = "---\nkind: ServiceAccount\nmetadata: {name: reader, namespace: shop}\n"
SPACE = "---\nkind: Namespace\nmetadata: {name: shop}\n"


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in rbac.DETECTORS for each in detector(inventory)]


def event(at: str = "2026-01-01T03:08:00Z") -> str:
    return f"""
---
kind: Event
metadata: {{name: e, namespace: shop}}
involvedObject: {{kind: Pod, name: api-1, namespace: shop}}
type: Warning
reason: Failed
message: '{MESSAGE}'
lastTimestamp: "{at}"
"""


def test_the_refusal_is_parsed_with_its_scope() -> None:
    assert parse_forbidden(MESSAGE) == Attempt("shop", "reader", "list", "pods", "", "shop")
    wide = (
        'nodes "n1" is forbidden: User "system:serviceaccount:ops:agent" cannot get resource "nodes" '
        'in API group "" at the cluster scope'
    )
    assert parse_forbidden(wide) == Attempt("ops", "agent", "get", "nodes", "", "", "n1")
    assert parse_forbidden("exceeded quota") is None


def test_rules_allow_by_wildcards_names_and_subresources() -> None:
    attempt = Attempt("shop", "reader", "get", "pods/log", "", "shop", "api-1")
    assert allows(PolicyRule(verbs=("*",), api_groups=("*",), resources=("*",)), attempt)
    assert allows(PolicyRule(verbs=("get",), api_groups=("",), resources=("*/log",)), attempt)
    assert not allows(PolicyRule(verbs=("get",), api_groups=("",), resources=("pods",)), attempt)
    named = PolicyRule(verbs=("get",), api_groups=("",), resources=("pods/log",), resource_names=("other",))
    assert not allows(named, attempt)


def test_a_refusal_that_no_role_contradicts_blames_the_workload() -> None:
    finding = found(inventory_of(POD, ACCOUNT, SPACE, event()))[0]
    assert finding.claims[0].culprit == Ref("StatefulSet", "shop", "api")
    assert finding.claims[0].strength == 0.9
    assert finding.status is Status.ACTIVE


def test_a_refusal_that_the_roles_now_allow_is_over() -> None:
    finding = found(inventory_of(POD, ACCOUNT, SPACE, BINDING, ROLE, event()))[0]
    assert finding.status is Status.RECOVERED


def test_unread_roles_neither_confirm_nor_contradict() -> None:
    inventory = inventory_of(POD, ACCOUNT, SPACE, event(), denied=["ClusterRole", "ClusterRoleBinding"])
    assert found(inventory)[0].claims[0].strength == 0.75


def test_a_binding_to_a_missing_role_waits_to_hurt_its_users() -> None:
    finding = found(inventory_of(POD, ACCOUNT, SPACE, BINDING))[0]
    assert causes_of([finding]) == {"role-missing"}
    assert (finding.severity, finding.status) == (Severity.WARNING, Status.LATENT)
    assert found(inventory_of(POD, ACCOUNT, SPACE, BINDING, ROLE)) == []
    assert found(inventory_of(POD, ACCOUNT, SPACE, BINDING, denied=["Role"])) == []


def test_a_binding_of_a_missing_account_is_named_but_those_of_the_system_are_not() -> None:
    assert causes_of(found(inventory_of(SPACE, BINDING, ROLE))) == {"binding-subject-missing"}
    assert found(inventory_of(SPACE, BINDING.replace("name: readers", 'name: "system:x"'), ROLE)) == []
    assert found(inventory_of(SPACE, BINDING, ROLE, denied=["ServiceAccount"])) == []


def test_a_container_that_wants_a_token_its_pod_does_not_mount_is_told() -> None:
    status = """{phase: Running, containerStatuses: [{name: c, lastState: {terminated: {exitCode: 1,
      message: "unable to load in-cluster configuration, token file is missing"}}}]}"""
    crashed = POD.replace("{phase: Running}", status)
    without = crashed.replace(
        "serviceAccountName: reader", "serviceAccountName: reader, automountServiceAccountToken: false"
    )
    assert causes_of(found(inventory_of(ACCOUNT, without))) == {"service-account-token-missing"}
    assert found(inventory_of(ACCOUNT, crashed)) == []
