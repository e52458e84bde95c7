"""The audit log, and who may do what."""

from __future__ import annotations

import msgspec

from midwatch.lab.core.kinds import CLUSTER_ROLE, CLUSTER_ROLE_BINDING, SERVICE_ACCOUNT
from tests.lab.api.conftest import Api, add_pod


async def test_each_request_is_written_down_twice(api: Api) -> None:
    add_pod(api.env, "cart-0")
    headers = {"Audit-ID": "one", "User-Agent": "probe/1"}
    reply = await api.get("/api/v1/namespaces/shop/pods/cart-0", **headers)
    assert reply.headers["Audit-Id"] == "one"
    stages = [each for each in api.server.audit.events if each["auditID"] == "one"]
    assert [each["stage"] for each in stages] == ["RequestReceived", "ResponseComplete"]
    done = stages[-1]
    assert done["objectRef"] == {"resource": "pods", "namespace": "shop", "name": "cart-0", "apiVersion": "v1"}
    assert (done["verb"], done["userAgent"], done["responseStatus"]["code"]) == ("get", "probe/1", 200)
    assert done["user"]["username"] == "kubernetes-admin"
    lines = (api.folder / "audit.jsonl").read_bytes().splitlines()
    assert msgspec.json.decode(lines[-1]) == done


async def test_a_failure_says_why_in_the_log(api: Api) -> None:
    await api.get("/api/v1/namespaces/shop/pods/none")
    assert api.server.audit.events[-1]["responseStatus"]["reason"] == "NotFound"


async def test_a_wrong_token_is_nobody(api: Api) -> None:
    reply = await api.get("/api/v1/pods", token="wrong")
    assert (reply.code, reply.message) == (401, "Unauthorized")


async def test_an_account_may_what_its_roles_say_and_no_more(api: Api) -> None:
    env = api.env
    env.registry.create(SERVICE_ACCOUNT, {"metadata": {"name": "bot", "namespace": "shop"}})
    token = (
        await api.ask(
            "POST",
            "/api/v1/namespaces/shop/serviceaccounts/bot/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
        )
    ).json["status"]["token"]
    denied = await api.get("/api/v1/pods", token=token)
    assert (denied.code, denied.json["reason"]) == (403, "Forbidden")
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
    env.registry.create(CLUSTER_ROLE, {"metadata": {"name": "reader"}, "rules": [rule]})
    subject = {"kind": "ServiceAccount", "name": "bot", "namespace": "shop"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"}
    binding = {"metadata": {"name": "reader"}, "roleRef": role, "subjects": [subject]}
    env.registry.create(CLUSTER_ROLE_BINDING, binding)
    assert (await api.get("/api/v1/pods", token=token)).code == 200
    assert (await api.get("/api/v1/nodes", token=token)).code == 403


async def test_an_administrator_acts_as_somebody_else(api: Api) -> None:
    reply = await api.get("/api/v1/pods", **{"Impersonate-User": "bob"})
    assert (reply.code, 'User "bob" cannot list' in reply.message) == (403, True)
    assert api.server.audit.events[-1]["impersonatedUser"]["username"] == "bob"


async def test_reviews_are_answered(api: Api) -> None:
    asked = {"verb": "get", "resource": "pods", "namespace": "shop"}
    spec = {"user": "bob", "resourceAttributes": asked}
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    reply = await api.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    assert (reply.code, reply.json["status"]["allowed"]) == (201, False)
