"""Who may do what, and how the others are told.

Source: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go (forbiddenMessage),
kubernetes/pkg/registry/rbac/escalation_check.go, kubernetes/pkg/registry/authorization.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.scenarios.objects import config
from tests.conformance.talk import Talk

_BOB: dict[str, Any] = {"Impersonate_User": "bob"}


def refusals(talk: Talk) -> None:
    """A user without any right, and then with one."""
    path = f"{talk.space}/configmaps"
    whom, where = 'User "bob" cannot', 'in API group "" in the namespace "NS"'
    talk.refused(
        "list", "GET", path, code=403, reason="Forbidden",
        message=f'configmaps is forbidden: {whom} list resource "configmaps" {where}', **_BOB,
    )  # fmt: skip
    talk.refused(
        "get", "GET", f"{path}/one", code=403, reason="Forbidden",
        message=f'configmaps "one" is forbidden: {whom} get resource "configmaps" {where}', **_BOB,
    )  # fmt: skip
    talk.refused(
        "a subresource", "GET", f"{talk.space}/pods/web/log", code=403, reason="Forbidden",
        message=f'pods "web" is forbidden: {whom} get resource "pods/log" {where}', **_BOB,
    )  # fmt: skip
    talk.refused(
        "nodes", "GET", "/api/v1/nodes", code=403, reason="Forbidden",
        message=f'nodes is forbidden: {whom} list resource "nodes" in API group "" at the cluster scope', **_BOB,
    )  # fmt: skip
    talk.refused(
        "no resource", "GET", "/metrics", code=403, reason="Forbidden",
        message=f'forbidden: {whom} get path "/metrics"', **_BOB,
    )  # fmt: skip
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    roles = f"{talk.group('rbac.authorization.k8s.io/v1')}/roles"
    talk.ask("a role", "POST", roles, {"metadata": {"name": "reader"}, "rules": rules}, code=201)
    binding: dict[str, Any] = {
        "metadata": {"name": "bob"},
        "subjects": [{"kind": "User", "name": "bob", "apiGroup": "rbac.authorization.k8s.io"}],
        "roleRef": {"kind": "Role", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"},
    }
    bindings = f"{talk.group('rbac.authorization.k8s.io/v1')}/rolebindings"
    talk.ask("a binding", "POST", bindings, binding, code=201)
    talk.ask("something to read", "POST", path, config("one"), code=201)
    allowed = {"Impersonate-User": "bob", "Accept": "application/json"}
    for _ in range(50):
        if talk.client.ask("GET", f"{path}/one", headers=allowed).code == 200:
            break
    talk.ask("get at last", "GET", f"{path}/one", **_BOB)
    talk.refused(
        "delete", "DELETE", f"{path}/one", code=403, reason="Forbidden",
        message=f'configmaps "one" is forbidden: {whom} delete resource "configmaps" {where}', **_BOB,
    )  # fmt: skip
    other = {**binding, "metadata": {"name": "bob"}, "roleRef": {**binding["roleRef"], "name": "other"}}
    talk.refused(
        "another role by the same binding", "PUT", f"{bindings}/bob", other, code=422, reason="Invalid",
        message='RoleBinding.rbac.authorization.k8s.io "bob" is invalid: roleRef: Invalid value: '
        '{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"other"}: cannot change roleRef',
    )  # fmt: skip


def reviews(talk: Talk) -> None:
    """Asking what one may."""
    attributes = {"namespace": talk.namespace, "verb": "delete", "resource": "pods"}
    path = "/apis/authorization.k8s.io/v1"
    body = {"spec": {"resourceAttributes": attributes}}
    found = talk.ask("I may", "POST", f"{path}/selfsubjectaccessreviews", body, code=201)
    assert found["status"]["allowed"] is True
    body = {"spec": {"resourceAttributes": attributes, "user": "bob"}}
    found = talk.ask("bob may not", "POST", f"{path}/subjectaccessreviews", body, code=201)
    assert found["status"]["allowed"] is False
    found = talk.ask(
        "who am I", "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}, code=201,
        Impersonate_User="bob", Impersonate_Group="team",
    )  # fmt: skip
    assert found["status"]["userInfo"] == {"username": "bob", "groups": ["team", "system:authenticated"]}


def unauthenticated(talk: Talk) -> None:
    """A token that nobody knows."""
    talk.refused(
        "a wrong token", "GET", f"{talk.space}/pods", code=401, reason="Unauthorized", message="Unauthorized",
        Authorization="Bearer none",
    )  # fmt: skip


SCENARIOS = (refusals, reviews, unauthenticated)
