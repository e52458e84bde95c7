"""What the API fills in."""

from __future__ import annotations

import pytest

from midwatch.lab import schema
from midwatch.lab.core.env import new_env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import (
    CRON_JOB,
    DEPLOYMENT,
    HPA,
    JOB,
    LIMIT_RANGE,
    NAMESPACE,
    NETWORK_POLICY,
    POD,
    PVC,
    ROLE_BINDING,
    SECRET,
    SERVICE,
    STATEFUL_SET,
)
from midwatch.lab.world.world import World
from tests.lab.schema.conftest import Cluster, selecting, template


def test_a_pod_gets_what_every_pod_has(cluster: Cluster):
    probe = {"httpGet": {"port": 80}}
    container = {"name": "c", "image": "i", "ports": [{"containerPort": 80}], "livenessProbe": probe}
    volumes = [{"name": "v"}, {"name": "m", "configMap": {"name": "m"}}]
    body = cluster.create(POD, spec={"containers": [container], "volumes": volumes})["spec"]
    assert body["restartPolicy"] == "Always"
    assert body["dnsPolicy"] == "ClusterFirst"
    assert body["schedulerName"] == "default-scheduler"
    assert body["terminationGracePeriodSeconds"] == 30
    assert body["enableServiceLinks"] is True
    assert body["securityContext"] == {}
    made = body["containers"][0]
    assert made["imagePullPolicy"] == "Always"
    assert made["terminationMessagePath"] == "/dev/termination-log"
    assert made["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert made["livenessProbe"]["httpGet"] == {"port": 80, "path": "/", "scheme": "HTTP"}
    assert made["livenessProbe"]["failureThreshold"] == 3
    assert body["volumes"] == [
        {"name": "v", "emptyDir": {}},
        {"name": "m", "configMap": {"name": "m", "defaultMode": 0o644}},
    ]


@pytest.mark.parametrize(("image", "policy"), [("i", "Always"), ("i:latest", "Always"), ("i:1", "IfNotPresent")])
def test_only_the_tag_latest_is_always_pulled(cluster: Cluster, image: str, policy: str):
    made = cluster.create(POD, spec={"containers": [{"name": "c", "image": image}]})
    assert made["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_requests_follow_limits_in_pods_but_not_in_templates(cluster: Cluster):
    limits = {"limits": {"cpu": "1", "memory": "1Gi"}}
    pod = cluster.create(POD, spec={"containers": [{"name": "c", "image": "i:1", "resources": limits}]})
    assert pod["spec"]["containers"][0]["resources"]["requests"] == limits["limits"]
    assert pod["status"] == {"phase": "Pending", "qosClass": "Guaranteed"}
    made = cluster.create(DEPLOYMENT, spec=selecting(template(resources=limits)))
    assert made["spec"]["template"]["spec"]["containers"][0]["resources"] == limits


def test_what_is_complete_stays_the_same_object(cluster: Cluster):
    pod = cluster.create(POD, spec=template(livenessProbe={"tcpSocket": {"port": 1}})["spec"])
    default = cluster.env.registry.hooks.defaults[0]
    assert default(POD, pod) is pod


def test_workloads_get_their_strategies(cluster: Cluster):
    made = cluster.create(DEPLOYMENT, spec=selecting())["spec"]
    assert made["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert (made["replicas"], made["revisionHistoryLimit"], made["progressDeadlineSeconds"]) == (1, 10, 600)
    made = cluster.create(STATEFUL_SET, spec=selecting())["spec"]
    assert made["podManagementPolicy"] == "OrderedReady"
    assert made["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}


def test_a_job_selects_the_pods_that_are_labelled_for_it(cluster: Cluster):
    made = cluster.create(JOB, spec={"template": template("Never")})
    uid = made["metadata"]["uid"]
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}
    assert labels["batch.kubernetes.io/controller-uid"] == labels["controller-uid"] == uid
    assert labels["job-name"] == "x"
    assert made["spec"]["backoffLimit"] == 6


def test_a_cron_job_keeps_few_jobs_and_leaves_their_selector_open(cluster: Cluster):
    made = cluster.create(
        CRON_JOB, spec={"schedule": "@hourly", "jobTemplate": {"spec": {"template": template("Never")}}}
    )
    assert made["spec"]["successfulJobsHistoryLimit"] == 3
    assert "selector" not in made["spec"]["jobTemplate"]["spec"]


def test_services_get_addresses_that_nobody_else_has(cluster: Cluster):
    made = [
        cluster.create(SERVICE, metadata={"name": f"s{index}"}, spec={"ports": [{"port": 80}]})
        for index in range(50)
    ]
    addresses = {each["spec"]["clusterIP"] for each in made}
    assert len(addresses) == 50
    assert all(each.startswith("10.96.") for each in addresses)
    assert made[0]["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert made[0]["spec"]["ipFamilies"] == ["IPv4"]


def test_the_same_seed_gives_the_same_address():
    found: set[str] = set()
    for _ in range(2):
        env = new_env(World(), 0.0, seed=7)
        schema.install(env)
        env.registry.create(NAMESPACE, {"metadata": {"name": "d"}})
        found.add(Cluster(env).create(SERVICE, spec={"ports": [{"port": 80}]})["spec"]["clusterIP"])
    assert len(found) == 1


def test_an_address_that_is_taken_or_foreign_is_refused(cluster: Cluster):
    cluster.create(SERVICE, spec={"clusterIP": "10.96.0.10", "ports": [{"port": 53}]})
    with pytest.raises(ApiError, match=r"failed to allocate IP 10\.96\.0\.10: provided IP is already allocated"):
        cluster.create(SERVICE, metadata={"name": "y"}, spec={"clusterIP": "10.96.0.10", "ports": [{"port": 53}]})
    with pytest.raises(ApiError, match="provided IP is not in the valid range"):
        cluster.create(SERVICE, metadata={"name": "y"}, spec={"clusterIP": "1.2.3.4", "ports": [{"port": 53}]})


def test_node_ports_come_and_go_with_the_type(cluster: Cluster):
    made = cluster.create(SERVICE, spec={"type": "NodePort", "ports": [{"port": 80}]})["spec"]
    number = made["ports"][0]["nodePort"]
    assert 30000 <= number <= 32767
    other = {"type": "NodePort", "ports": [{"port": 80, "nodePort": number}]}
    with pytest.raises(ApiError, match="provided port is already allocated"):
        cluster.create(SERVICE, metadata={"name": "y"}, spec=other)
    kept = cluster.update(SERVICE, spec={"type": "NodePort", "ports": [{"port": 80}]})["spec"]
    assert kept["ports"][0]["nodePort"] == number
    assert kept["clusterIP"] == made["clusterIP"]
    inside = cluster.update(SERVICE, spec={**kept, "type": "ClusterIP"})["spec"]
    assert "nodePort" not in inside["ports"][0]
    assert "externalTrafficPolicy" not in inside


def test_small_kinds_get_theirs(cluster: Cluster):
    space = cluster.create(NAMESPACE)
    assert space["metadata"]["labels"] == {"kubernetes.io/metadata.name": "x"}
    assert space["spec"] == {"finalizers": ["kubernetes"]}
    assert space["status"] == {"phase": "Active"}
    made = cluster.create(SECRET, stringData={"a": "b"})
    assert (made["type"], made["data"]) == ("Opaque", {"a": "Yg=="})
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
    made = cluster.create(HPA, spec={"maxReplicas": 3, "scaleTargetRef": target})["spec"]
    assert made["metrics"][0]["resource"]["target"]["averageUtilization"] == 80
    made = cluster.create(NETWORK_POLICY, spec={"podSelector": {}, "egress": [{}]})["spec"]
    assert made["policyTypes"] == ["Ingress", "Egress"]
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    assert cluster.create(PVC, spec=claim)["status"] == {"phase": "Pending"}
    made = cluster.create(
        ROLE_BINDING, roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "u"}]
    )
    assert made["subjects"][0]["apiGroup"] == made["roleRef"]["apiGroup"] == "rbac.authorization.k8s.io"
    made = cluster.create(LIMIT_RANGE, spec={"limits": [{"type": "Container", "max": {"cpu": "1"}}]})
    assert made["spec"]["limits"][0]["defaultRequest"] == {"cpu": "1"}
