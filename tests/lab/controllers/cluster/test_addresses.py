from __future__ import annotations

from midwatch.lab.core.kinds import INGRESS, INGRESS_CLASS, SERVICE
from midwatch.lab.core.objects import part, status
from tests.lab.controllers.cluster.hands import Lab


def balanced(lab: Lab) -> list[dict[str, str]]:
    lab.add(SERVICE, "gateway", spec={"type": "LoadBalancer", "ports": [{"port": 80}], "clusterIP": "10.96.0.7"})
    lab.run(20)
    return part(status(lab.get(SERVICE, "gateway")), "loadBalancer").get("ingress") or []


def test_the_cloud_gives_a_load_balancer_an_address() -> None:
    lab = Lab()
    assert len(balanced(lab)) == 1
    assert lab.events("EnsuredLoadBalancer") == ["Ensured load balancer"]


def test_a_cloud_that_refuses_is_quoted() -> None:
    lab = Lab()
    lab.env.world.cloud_fails = "googleapi: Error 403: QUOTA_EXCEEDED"
    assert balanced(lab) == []
    expected = "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: QUOTA_EXCEEDED"
    assert lab.events("SyncLoadBalancerFailed") == [expected]


def test_without_its_controller_a_load_balancer_stays_pending() -> None:
    lab = Lab()
    lab.env.components.stop("cloud-controller-manager")
    assert balanced(lab) == []
    assert lab.events("EnsuringLoadBalancer") == []


def test_an_ingress_of_a_known_class_gets_the_controllers_address() -> None:
    lab = Lab()
    lab.add(INGRESS_CLASS, "nginx", spec={"controller": "k8s.io/ingress-nginx"})
    body = {"type": "ClusterIP", "clusterIP": "10.96.0.9", "ports": [{"port": 80}]}
    lab.add(SERVICE, "ingress-nginx-controller", meta={"namespace": "ingress-nginx"}, spec=body)
    lab.add(INGRESS, "shop", spec={"ingressClassName": "nginx"})
    lab.add(INGRESS, "stray", spec={"ingressClassName": "traefik"})
    lab.run(70)
    assert status(lab.get(INGRESS, "shop"))["loadBalancer"]["ingress"] == [{"ip": "10.96.0.9"}]
    assert status(lab.get(INGRESS, "stray")) == {}
    assert lab.events("Sync") == ["Scheduled for sync"]
