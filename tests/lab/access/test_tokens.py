"""Tokens, impersonation and the reviews about them."""

from __future__ import annotations

from base64 import b64decode

import pytest

from midwatch.lab.access import ADMIN_TOKEN, ANONYMOUS, account_user
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD, SECRET, SERVICE_ACCOUNT
from midwatch.lab.core.objects import Obj, uid_of
from midwatch.lab.core.registry import ADMIN, User
from tests.lab.access.lab import JANE, Lab, binding, new_lab, person, pod, role


def with_account(name: str = "cart") -> tuple[Lab, Obj]:
    lab = new_lab()
    return lab, lab.create({"kind": "ServiceAccount", "metadata": {"name": name, "namespace": "shop"}})


def test_fixed_tokens_no_token_and_wrong_tokens() -> None:
    lab = new_lab()
    lab.access.tokens.add("jane-token", JANE)
    assert lab.access.authenticate(ADMIN_TOKEN) is ADMIN
    assert lab.access.authenticate("jane-token") is JANE
    assert lab.access.authenticate("") is ANONYMOUS
    assert lab.access.authenticate("nonsense") is None
    assert lab.access.authenticate("a.b.c") is None


def test_a_requested_token_is_valid_until_it_expires() -> None:
    lab, made = with_account()
    asked = {"spec": {"expirationSeconds": 600, "audiences": ["vault"]}}
    answer = lab.access.issue_token("shop", "cart", asked)
    assert answer["status"]["expirationTimestamp"] == "2027-01-15T08:10:01Z"
    token = answer["status"]["token"]
    assert lab.access.authenticate(token) == account_user("shop", "cart", uid_of(made))
    assert lab.access.authenticate(token[:-2] + "xx") is None
    lab.run(601)
    assert lab.access.authenticate(token) is None


def test_a_token_goes_with_its_account_and_with_its_pod() -> None:
    lab, _ = with_account()
    token = lab.access.token("shop", "cart")
    made = lab.create(pod("cart-1"))
    asked = {"spec": {"boundObjectRef": {"kind": "Pod", "name": "cart-1", "uid": uid_of(made)}}}
    bound = lab.access.issue_token("shop", "cart", asked)["status"]["token"]
    lab.env.registry.delete(POD, "shop", "cart-1")
    assert lab.access.authenticate(bound) is None
    assert lab.access.authenticate(token) is not None
    lab.env.registry.delete(SERVICE_ACCOUNT, "shop", "cart")
    assert lab.access.authenticate(token) is None


def test_a_token_request_may_be_wrong() -> None:
    lab, _ = with_account()
    with pytest.raises(ApiError, match='serviceaccounts "x" not found'):
        lab.access.token("shop", "x")
    with pytest.raises(ApiError) as caught:
        lab.access.token("shop", "cart", 60)
    assert caught.value.message == (
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not '
        "specify a duration less than 10 minutes"
    )


def test_a_token_secret_is_filled_and_goes_with_its_account() -> None:
    lab, made = with_account()
    head = {
        "name": "cart-token",
        "namespace": "shop",
        "annotations": {"kubernetes.io/service-account.name": "cart"},
    }
    lab.create({"kind": "Secret", "metadata": head, "type": "kubernetes.io/service-account-token"})
    lab.run()
    secret = lab.env.store.demand(SECRET, "shop", "cart-token")
    assert secret["metadata"]["annotations"]["kubernetes.io/service-account.uid"] == uid_of(made)
    assert secret["data"].keys() == {"ca.crt", "namespace", "token"}
    token = b64decode(secret["data"]["token"]).decode()
    found = lab.access.authenticate(token)
    assert found is not None
    assert found.name == "system:serviceaccount:shop:cart"
    lab.env.registry.delete(SERVICE_ACCOUNT, "shop", "cart")
    lab.run()
    assert lab.env.store.get(SECRET, "shop", "cart-token") is None
    assert lab.access.authenticate(token) is None


def test_impersonation_needs_the_right_and_fills_groups() -> None:
    lab = new_lab()
    headers = [("Impersonate-User", "system:serviceaccount:shop:cart")]
    assert lab.access.impersonate(JANE, [("Accept", "x")]) is JANE
    with pytest.raises(ApiError) as caught:
        lab.access.impersonate(JANE, headers)
    assert caught.value.message == (
        'serviceaccounts "cart" is forbidden: User "jane" cannot impersonate resource "serviceaccounts" in API '
        'group "" in the namespace "shop"'
    )
    found = lab.access.impersonate(ADMIN, headers)
    groups = ("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated")
    assert found == User("system:serviceaccount:shop:cart", groups)
    people = [("Impersonate-User", "bob"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b")]
    assert lab.access.impersonate(ADMIN, people).groups == ("a", "b", "system:authenticated")


def test_reviews_say_what_somebody_may() -> None:
    lab = new_lab()
    lab.create(role("reader", ("list", "", "pods"), namespace="shop"))
    lab.create(binding("read", "reader", person("jane"), namespace="shop", role_kind="Role"))
    wanted = {"verb": "list", "resource": "pods", "namespace": "shop"}

    def ask(kind: str, **spec: object) -> Obj:
        return lab.access.review(kind, {"spec": spec}, JANE, "shop")["status"]

    mine = ask("SelfSubjectAccessReview", resourceAttributes=wanted)
    assert mine["allowed"]
    assert mine["reason"] == 'RBAC: allowed by RoleBinding "read/shop" of Role "reader" to User "jane"'
    assert ask("SubjectAccessReview", user="bob", resourceAttributes=wanted) == {"allowed": False}
    assert ask("LocalSubjectAccessReview", user="jane", resourceAttributes=wanted)["allowed"]
    assert ask("SelfSubjectAccessReview", nonResourceAttributes={"verb": "get", "path": "/metrics"}) == {
        "allowed": False
    }
    rules = ask("SelfSubjectRulesReview", namespace="shop")
    assert rules["resourceRules"] == [{"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}]
    assert lab.access.review("SelfSubjectReview", {}, JANE)["status"]["userInfo"]["username"] == "jane"
    with pytest.raises(ApiError, match="exactly one of nonResourceAttributes or resourceAttributes"):
        ask("SelfSubjectAccessReview")


def test_a_token_review_knows_the_user_and_the_audience() -> None:
    lab, made = with_account()
    token = lab.access.token("shop", "cart", audiences=["vault"])

    def ask(token: str, *audiences: str) -> Obj:
        return lab.access.review("TokenReview", {"spec": {"token": token, "audiences": [*audiences]}}, ADMIN)[
            "status"
        ]

    found = ask(token, "vault")
    assert found["authenticated"]
    assert found["user"]["uid"] == uid_of(made)
    assert "authenticated" not in ask(token, "other")
    assert ask("nonsense") == {"user": {}, "error": "invalid bearer token"}
