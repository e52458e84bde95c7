"""Who may do what, and how a refusal reads."""

from __future__ import annotations

import pytest

from midwatch.lab.access import ANONYMOUS, Attributes, account_user
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import CLUSTER_ROLE, ROLE
from midwatch.lab.core.objects import with_meta
from midwatch.lab.core.registry import ADMIN, User
from tests.lab.access.lab import JANE, Lab, account, binding, new_lab, person, role

CART = account_user("shop", "cart")
LIST = Attributes("list", "", "pods", namespace="shop")


def refusal(lab: Lab, user: User, attributes: Attributes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        lab.access.authorize(user, attributes)
    return caught.value


@pytest.mark.parametrize(
    ("user", "attributes", "message"),
    [
        (
            CART,
            LIST,
            (
                'pods is forbidden: User "system:serviceaccount:shop:cart" cannot list resource "pods" in API '
                'group "" in the namespace "shop"'
            ),
        ),
        (
            JANE,
            Attributes("get", "apps", "deployments", "scale", "", "cart"),
            (
                'deployments.apps "cart" is forbidden: User "jane" cannot get resource "deployments/scale" in API '
                'group "apps" at the cluster scope'
            ),
        ),
        (
            ANONYMOUS,
            Attributes("get", path="/metrics"),
            'forbidden: User "system:anonymous" cannot get path "/metrics"',
        ),
    ],
)
def test_a_refusal_names_user_action_and_scope(user: User, attributes: Attributes, message: str) -> None:
    error = refusal(new_lab(), user, attributes)
    assert (error.code, error.reason, error.message) == (403, "Forbidden", message)


def test_a_binding_allows_until_it_is_deleted() -> None:
    lab = new_lab()
    lab.create(role("reader", ("get list", "", "pods pods/log"), namespace="shop"))
    made = lab.create(binding("read", "reader", account("cart"), namespace="shop", role_kind="Role"))
    reason = 'RBAC: allowed by RoleBinding "read/shop" of Role "reader" to ServiceAccount "cart/shop"'
    assert lab.access.allowed(CART, LIST) == (True, reason)
    assert not lab.access.allowed(CART, Attributes("list", "", "pods", namespace="kube-system"))[0]
    assert not lab.access.allowed(CART, Attributes("delete", "", "pods", namespace="shop"))[0]
    lab.env.registry.delete(lab.kind(made), "shop", "read")
    assert lab.access.allowed(CART, LIST) == (False, "")


def test_a_missing_role_is_named_in_the_refusal() -> None:
    lab = new_lab()
    lab.create(binding("read", "x", account("cart"), namespace="shop"))
    lab.create(binding("more", "y", account("cart"), namespace="shop", role_kind="Role"))
    found = refusal(lab, CART, LIST).message
    assert found.endswith(
        'in the namespace "shop": RBAC: [clusterrole.rbac.authorization.k8s.io "x" not found, '
        'role.rbac.authorization.k8s.io "y" not found]'
    )
    lab.create(role("x", ("list", "", "pods")))
    assert lab.access.allowed(CART, LIST)[0]


def test_a_program_is_told_what_the_api_server_says() -> None:
    lab = new_lab()
    lab.create(role("reader", ("list", "", "pods")))
    lab.create(binding("read", "reader", {"kind": "Group", "name": "system:serviceaccounts:shop"}))
    name = "system:serviceaccount:shop:cart"
    assert lab.access.may(name, LIST) == (True, "")
    allowed, message = lab.access.may(name, Attributes("watch", "", "pods", namespace="shop"))
    assert not allowed
    assert message.startswith(f'pods is forbidden: User "{name}" cannot watch resource "pods"')


def test_names_wildcards_and_subresources_are_matched_as_rbac_does() -> None:
    lab = new_lab()
    lab.create(role("some", ("get", "", "configmaps"), names=("flags",)))
    lab.create(role("scales", ("*", "*", "*/scale")))
    for each in ("some", "scales"):
        lab.create(binding(each, each, person("jane")))
    allowed = lab.access.allowed
    assert allowed(JANE, Attributes("get", "", "configmaps", namespace="shop", name="flags"))[0]
    assert not allowed(JANE, Attributes("get", "", "configmaps", namespace="shop", name="other"))[0]
    assert not allowed(JANE, Attributes("list", "", "configmaps", namespace="shop"))[0]
    assert allowed(JANE, Attributes("update", "apps", "deployments", "scale", "shop", "x"))[0]
    assert not allowed(JANE, Attributes("update", "apps", "deployments", namespace="shop", name="x"))[0]


def test_the_bootstrap_policy_gives_what_kubernetes_gives() -> None:
    lab = new_lab(policy=True)
    lab.create(binding("team", "view", {"kind": "Group", "name": "developers"}, namespace="shop"))
    allowed = lab.access.allowed
    assert allowed(JANE, LIST)[0]
    assert allowed(JANE, Attributes("get", path="/apis/apps"))[0]
    assert not allowed(JANE, Attributes("get", "", "secrets", namespace="shop", name="x"))[0]
    assert not allowed(JANE, Attributes("create", "", "pods", namespace="shop"))[0]
    assert allowed(User("boss", ("system:masters",)), Attributes("delete", "", "nodes", name="a"))[0]
    assert allowed(ADMIN, Attributes("delete", "", "nodes", name="a"))[0]
    node = User("system:node:worker-1", ("system:nodes", "system:authenticated"))
    assert allowed(node, Attributes("update", "", "nodes", "status", name="worker-1"))[0]
    coredns = account_user("kube-system", "coredns")
    assert allowed(coredns, Attributes("list", "discovery.k8s.io", "endpointslices"))[0]
    assert lab.env.store.get(ROLE, "kube-system", "extension-apiserver-authentication-reader")


def test_aggregated_roles_collect_the_rules_of_labelled_ones() -> None:
    lab = new_lab(policy=True)
    edit = lab.env.store.get(CLUSTER_ROLE, "", "edit")
    assert edit is not None
    assert any("pods/eviction" in each["resources"] for each in edit["rules"])
    lab.create(binding("team", "view", person("jane"), namespace="shop"))
    widgets = Attributes("list", "example.com", "widgets", namespace="shop")
    assert not lab.access.allowed(JANE, widgets)[0]
    labels = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    lab.create(with_meta(role("widgets", ("list", "example.com", "widgets")), labels=labels))
    lab.run()
    assert lab.access.allowed(JANE, widgets)[0]


def test_nobody_grants_more_than_they_hold() -> None:
    lab = new_lab()
    rbac = "rbac.authorization.k8s.io"
    lab.create(role("author", ("create", rbac, "roles rolebindings"), ("get list", "", "pods"), namespace="shop"))
    lab.create(binding("author", "author", person("jane"), namespace="shop", role_kind="Role"))
    lab.create(role("own", ("get", "", "pods"), namespace="shop"), user=JANE)
    error = lab.refused(role("more", ("get list delete", "", "pods secrets"), namespace="shop"), user=JANE)
    assert error.message == (
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["developers" '
        '"system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n'
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list" "delete"]}'
    )
    lab.create(role("more", ("delete", "", "pods"), namespace="shop"))
    bound = binding("more", "more", person("jane"), namespace="shop", role_kind="Role")
    assert "not currently held" in lab.refused(bound, user=JANE).message
    lab.create(role("binder", ("bind", rbac, "roles"), namespace="shop"))
    lab.create(binding("binder", "binder", person("jane"), namespace="shop", role_kind="Role"))
    lab.create(bound, user=JANE)
    absent = binding("absent", "absent", person("jane"), namespace="shop", role_kind="ClusterRole")
    assert lab.refused(absent, user=JANE).message == 'clusterrole.rbac.authorization.k8s.io "absent" not found'
