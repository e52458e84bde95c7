"""What admission makes of new pods: account, priority, tolerations, runtime, limits."""

from __future__ import annotations

import pytest

from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import NAMESPACE, POD, PVC, SERVICE_ACCOUNT, STORAGE_CLASS
from midwatch.lab.core.objects import Obj, annotations_of, parts, spec
from midwatch.lab.core.registry import controller_user
from tests.lab.access.lab import Lab, asking, new_lab, pod

SCHEDULING = "scheduling.k8s.io/v1"


def limits(*items: Obj) -> Obj:
    return {
        "kind": "LimitRange",
        "metadata": {"name": "bounds", "namespace": "shop"},
        "spec": {"limits": [*items]},
    }


def priority_class(name: str, value: int, **rest: object) -> Obj:
    return {"apiVersion": SCHEDULING, "kind": "PriorityClass", "metadata": {"name": name}, "value": value, **rest}


def test_a_pod_gets_the_default_account_and_its_token() -> None:
    made = spec(new_lab().create(pod()))
    assert made["serviceAccountName"] == "default"
    volume = parts(made, "volumes")[0]
    assert volume["name"].startswith("kube-api-access-")
    assert volume["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3607
    mount = made["containers"][0]["volumeMounts"][0]
    assert mount["name"] == volume["name"]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"


def test_an_account_may_keep_its_token_and_lend_pull_secrets() -> None:
    lab = new_lab()
    head = {"name": "cart", "namespace": "shop"}
    secrets = [{"name": "registry"}]
    lab.create(
        {
            "kind": "ServiceAccount",
            "metadata": head,
            "automountServiceAccountToken": False,
            "imagePullSecrets": secrets,
        }
    )
    made = spec(lab.create(pod(serviceAccountName="cart")))
    assert "volumes" not in made
    assert made["imagePullSecrets"] == secrets
    assert "volumes" in spec(lab.create(pod("b", serviceAccountName="cart", automountServiceAccountToken=True)))


def test_a_missing_account_refuses_the_pod() -> None:
    lab = new_lab()
    message = 'pods "app" is forbidden: error looking up service account shop/x: serviceaccount "x" not found'
    assert (
        lab.refused(pod(serviceAccountName="x"), user=controller_user("replicaset-controller")).message == message
    )


def test_the_default_account_is_waited_for_unless_its_controller_is_down() -> None:
    lab = new_lab()
    lab.env.registry.create(NAMESPACE, {"metadata": {"name": "new"}})
    early = {**pod(), "metadata": {"name": "app", "namespace": "new"}}
    assert spec(lab.create(early))["serviceAccountName"] == "default"
    lab.env.components.stop("kube-controller-manager")
    lab.env.registry.create(NAMESPACE, {"metadata": {"name": "later"}})
    message = lab.refused({**pod(), "metadata": {"name": "app", "namespace": "later"}}).message
    assert message.endswith('service account later/default: serviceaccount "default" not found')


def test_a_deleted_default_account_and_root_certificate_come_back() -> None:
    lab = new_lab()
    for kind, name in ((SERVICE_ACCOUNT, "default"), (lab.kind({"kind": "ConfigMap"}), "kube-root-ca.crt")):
        lab.env.registry.delete(kind, "shop", name)
        lab.run()
        assert lab.env.store.get(kind, "shop", name) is not None


def test_priority_comes_from_the_class_or_the_default_class() -> None:
    lab = new_lab()
    assert spec(lab.create(pod("a")))["priority"] == 0
    lab.create(priority_class("high", 1000, preemptionPolicy="Never"))
    high = spec(lab.create(pod("b", priorityClassName="high")))
    assert (high["priority"], high["preemptionPolicy"]) == (1000, "Never")
    assert spec(lab.create(pod("c", priorityClassName="system-node-critical")))["priority"] == 2000001000
    lab.create(priority_class("normal", 10, globalDefault=True))
    normal = spec(lab.create(pod("d")))
    assert (normal["priorityClassName"], normal["priority"]) == ("normal", 10)
    message = lab.refused(pod("e", priorityClassName="x")).message
    assert message == 'pods "e" is forbidden: no PriorityClass with name x was found'
    second = lab.refused(priority_class("other", 20, globalDefault=True)).message
    assert second.endswith("PriorityClass normal is already marked as default. Only one default can exist")


def test_a_pod_tolerates_failing_nodes_for_five_minutes_unless_it_says_otherwise() -> None:
    lab = new_lab()
    keys = [each["key"] for each in parts(lab.create(pod("a")), "spec", "tolerations")]
    assert keys == ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    own = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"}
    made = parts(lab.create(pod("b", tolerations=[own])), "spec", "tolerations")
    assert [each.get("tolerationSeconds") for each in made] == [None, 300]


def test_a_runtime_class_must_exist_and_adds_its_overhead() -> None:
    lab = new_lab()
    message = lab.refused(pod(runtimeClassName="kata")).message
    assert message == 'pods "app" is forbidden: pod rejected: RuntimeClass "kata" not found'
    overhead = {"podFixed": {"cpu": "250m"}}
    kata = {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "kata"},
        "handler": "kata",
    }
    lab.create({**kata, "overhead": overhead, "scheduling": {"nodeSelector": {"kata": "yes"}}})
    made = spec(lab.create(pod(runtimeClassName="kata")))
    assert made["overhead"] == {"cpu": "250m"}
    assert made["nodeSelector"] == {"kata": "yes"}


def test_a_limit_range_fills_in_what_containers_do_not_say() -> None:
    lab = new_lab()
    lab.create(limits({"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"memory": "64Mi"}}))
    made = lab.create(pod())
    resources = made["spec"]["containers"][0]["resources"]
    assert resources == {"limits": {"cpu": "500m"}, "requests": {"cpu": "500m", "memory": "64Mi"}}
    noted = annotations_of(made)["kubernetes.io/limit-ranger"]
    assert noted == "LimitRanger plugin set: cpu, memory request for container app; cpu limit for container app"
    given = lab.create(pod("b", asking(cpu="1", memory="1Gi", limit_cpu="2")))
    assert "kubernetes.io/limit-ranger" not in annotations_of(given)


@pytest.mark.parametrize(
    ("limit", "container", "message"),
    [
        ({"max": {"cpu": "1"}}, asking(limit_cpu="2"), "maximum cpu usage per Container is 1, but limit is 2"),
        (
            {"max": {"cpu": "1", "memory": "1024Mi"}},
            asking(limit_cpu="2", limit_memory="2Gi"),
            (
                "[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is "
                "1Gi, but limit is 2Gi]"
            ),
        ),
        (
            {"min": {"cpu": "100m"}},
            asking(cpu="50m"),
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        (
            {"maxLimitRequestRatio": {"cpu": "2"}},
            asking(cpu="100m", limit_cpu="300m"),
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
    ],
)
def test_a_limit_range_refuses_what_is_beyond_it(limit: Obj, container: Obj, message: str) -> None:
    lab = new_lab()
    lab.create(limits({"type": "Container", **limit}))
    assert lab.refused(pod(container=container)).message == f'pods "app" is forbidden: {message}'


def test_a_limit_range_bounds_whole_pods_and_claims() -> None:
    lab = new_lab()
    lab.create(
        limits(
            {"type": "Pod", "max": {"memory": "1Gi"}},
            {"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}},
        )
    )
    assert lab.refused(pod()).message.endswith("maximum memory usage per Pod is 1Gi.  No limit is specified")
    lab.create(pod(container=asking(limit_memory="1Gi")))
    claim = lab.refused(_claim("11Gi"))
    assert claim.message.endswith("maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi")


def _claim(size: str) -> Obj:
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "shop"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }


def test_claims_get_the_default_class_and_a_finalizer_and_grow_only_where_allowed() -> None:
    lab = new_lab()
    _storage_class(lab, "fast", grows=False)
    made = lab.create(_claim("1Gi"))
    assert made["spec"]["storageClassName"] == "fast"
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    made = lab.env.registry.update_status(PVC, {**made, "status": {"phase": "Bound"}})
    larger = {**made, "spec": {**made["spec"], "resources": {"requests": {"storage": "2Gi"}}}}
    with pytest.raises(ApiError, match="only dynamically provisioned pvc can be resized"):
        lab.update(larger)
    lab.update({**lab.env.store.demand(STORAGE_CLASS, "", "fast"), "allowVolumeExpansion": True})
    assert lab.update(larger)["spec"]["resources"]["requests"] == {"storage": "2Gi"}


def _storage_class(lab: Lab, name: str, *, grows: bool) -> None:
    lab.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "csi.example",
            "allowVolumeExpansion": grows,
        }
    )


def test_the_namespaces_of_the_system_cannot_be_deleted() -> None:
    lab = new_lab()
    with pytest.raises(ApiError, match='namespaces "kube-system" is forbidden: this namespace may not be deleted'):
        lab.env.registry.delete(NAMESPACE, "", "kube-system")
    lab.env.registry.delete(NAMESPACE, "", "shop")


def test_updates_of_pods_are_left_alone() -> None:
    lab = new_lab()
    made = lab.create(pod())
    lab.create(limits({"type": "Container", "max": {"cpu": "1"}}))
    changed = {**made, "metadata": {**made["metadata"], "labels": {"a": "b"}}}
    assert lab.env.registry.update(POD, changed)["spec"] == made["spec"]
