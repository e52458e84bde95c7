"""What nobody owns any more goes: in the background, in the foreground, or not at all."""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONFIG_MAP, DEPLOYMENT, NAMESPACE, NODE, POD, REPLICA_SET
from midwatch.lab.core.objects import Obj, condition_of, meta, name_of, spec, uid_of
from tests.lab.controllers.workloads.hands import HandKubelet, cluster, events, namespace, workload


def running_shop() -> Env:
    """A cluster with one Deployment of two pods."""
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=2))
    env.clock.run(20)
    return env


def config(env: Env, name: str, space: str = "shop", **head: object) -> Obj:
    """Create a ConfigMap."""
    return env.registry.create(CONFIG_MAP, {"metadata": {"name": name, "namespace": space, **head}, "data": {}})


def owner(found: Obj) -> Obj:
    """A plain owner reference."""
    return {"apiVersion": found["apiVersion"], "kind": found["kind"], "name": name_of(found), "uid": uid_of(found)}


def test_deleting_a_deployment_takes_its_replica_sets_and_pods():
    env = running_shop()
    env.registry.delete(DEPLOYMENT, "shop", "cart")
    assert not env.store.list(DEPLOYMENT)
    env.clock.run(10)
    assert not env.store.list(REPLICA_SET)
    assert not env.store.list(POD)
    assert not env.components.crashes


def test_in_the_foreground_the_owner_goes_last():
    env = running_shop()
    env.registry.delete(DEPLOYMENT, "shop", "cart", propagation="Foreground")
    env.clock.run(0.5)
    assert env.store.list(DEPLOYMENT)
    assert env.store.list(POD)
    env.clock.run(20)
    assert not env.store.list(POD)
    assert not env.store.list(REPLICA_SET)
    assert not env.store.list(DEPLOYMENT)


def test_orphans_stay_and_are_adopted_again():
    env = running_shop()
    env.registry.delete(DEPLOYMENT, "shop", "cart", propagation="Orphan")
    env.clock.run(10)
    assert not env.store.list(DEPLOYMENT)
    (replica_set,) = env.store.list(REPLICA_SET)
    assert len(env.store.list(POD)) == 2
    assert not meta(replica_set).get("ownerReferences")
    again = env.registry.create(DEPLOYMENT, workload("cart", replicas=2))
    env.clock.run(10)
    (replica_set,) = env.store.list(REPLICA_SET)
    assert meta(replica_set)["ownerReferences"][0]["uid"] == uid_of(again)


def test_a_pod_whose_label_is_changed_is_released_and_replaced():
    env = running_shop()
    pod = env.store.list(POD)[0]
    env.registry.update(POD, {**pod, "metadata": {**meta(pod), "labels": {"app": "debug"}}})
    env.clock.run(20)
    free = env.store.demand(POD, "shop", name_of(pod))
    assert not meta(free).get("ownerReferences")
    assert len(env.store.list(POD)) == 3


def test_an_owner_in_another_namespace_does_not_count():
    env = cluster()
    namespace(env, "other")
    above = config(env, "above", "other")
    config(env, "below", ownerReferences=[owner(above)])
    env.clock.run(5)
    assert not env.store.get(CONFIG_MAP, "shop", "below")
    (said,) = [each for each in events(env, "below") if each[1] == "OwnerRefInvalidNamespace"]
    who = f"[v1/ConfigMap, namespace: shop, name: above, uid: {uid_of(above)}]"
    assert said[2] == f'ownerRef {who} does not exist in namespace "shop"'


def test_with_two_owners_the_last_one_decides():
    env = cluster()
    first, second = config(env, "first"), config(env, "second")
    config(env, "child", ownerReferences=[owner(first), owner(second)])
    env.registry.delete(CONFIG_MAP, "shop", "first")
    env.clock.run(5)
    child = env.store.demand(CONFIG_MAP, "shop", "child")
    assert [each["name"] for each in meta(child)["ownerReferences"]] == ["second"]
    env.registry.delete(CONFIG_MAP, "shop", "second")
    env.clock.run(5)
    assert not env.store.get(CONFIG_MAP, "shop", "child")


def test_pods_of_a_node_that_is_gone_are_removed_after_a_while():
    env = running_shop()
    lost = [name_of(each) for each in env.store.list(POD)]
    env.registry.delete(NODE, "", "n1")
    env.clock.run(30)
    assert [name_of(each) for each in env.store.list(POD)] == lost
    env.clock.run(45)
    left = {name_of(each) for each in env.store.list(POD)}
    assert not left & set(lost)
    assert all(spec(each).get("nodeName") for each in env.store.list(POD))


def test_a_namespace_goes_with_its_content():
    env = running_shop()
    config(env, "settings")
    env.registry.delete(NAMESPACE, "", "shop")
    env.clock.run(120)
    assert not env.store.get(NAMESPACE, "", "shop")
    assert not env.store.list(POD)
    assert not env.store.list(CONFIG_MAP)
    assert not env.components.crashes


def test_a_finalizer_that_nobody_serves_holds_the_namespace_and_is_named():
    env = cluster()
    config(env, "held", finalizers=["example.com/guard"])
    env.registry.delete(NAMESPACE, "", "shop")
    env.clock.run(120)
    found = env.store.demand(NAMESPACE, "", "shop")
    remaining, finalizers = (
        condition_of(found, each) for each in ("NamespaceContentRemaining", "NamespaceFinalizersRemaining")
    )
    assert remaining
    assert remaining["message"] == "Some resources are remaining: configmaps. has 1 resource instances"
    assert finalizers
    text = "Some content in the namespace has finalizers remaining: example.com/guard in 1 resource instances"
    assert (finalizers["reason"], finalizers["message"]) == ("SomeFinalizersRemain", text)
