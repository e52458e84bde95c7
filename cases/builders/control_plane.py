"""The scheduler and aggregated APIs."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World, crashed
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.pods import Life, Place, pod_status
from midwatch.evals.synthetic.values import (
    Obj,
    condition,
    labels_of,
    name_of,
    part,
    parts,
    resource,
    stamp,
    stamp_micro,
)

_SINCE = NOW - timedelta(minutes=17)


def scheduler_down(w: World) -> Ref:
    """The scheduler crash-loops: new pods stay Pending and nobody says why."""
    place = w.site.places[0]
    made = w.app("lottery", "games", 7340, unschedulable="-" if w.broken else "")
    for each in made.pods if w.broken else ():
        del part(each, "status")["conditions"]
    w.events = [each for each in w.events if each["reason"] != "FailedScheduling"]
    if w.broken:
        _component_down(w, place, "kube-scheduler", "unknown flag: --leader-elect-lease")
        lease = w.base("Lease", "kube-system", "kube-scheduler")
        renewed = stamp_micro(NOW - timedelta(minutes=28))
        w.add(lease | {"spec": part(lease, "spec") | {"renewTime": renewed}})
    return Ref("Node", "", place.name)


def _component_down(w: World, place: Place, component: str, why: str) -> None:
    name = f"{component}-{place.name}"
    base = w.base("Pod", "kube-system", name)
    life = Life(BORN, place, place.ip, (crashed(component, 1, lasted=1),))
    long_name = f"{name}_kube-system({part(base, 'metadata')['uid']})"
    found = base | {"status": pod_status(part(base, "spec"), life, long_name)}
    w.add(found)
    w.warn_all([found], "BackOff", f"Back-off restarting failed container {component} in pod {{pod}}", count=112)
    w.log(found, component, f"Error: {why}")
    w.log(found, component, f"Error: {why}", previous=True)


def metrics_api(w: World) -> Ref:
    """metrics-server is gone, so its API is not available and autoscaling is blind."""
    found = w.base("APIService", "", "v1beta1.metrics.k8s.io")
    if w.broken:
        top = w.base("Deployment", "kube-system", "metrics-server")
        for each in w.baseline.values():
            if labels_of(each).get("app") == "metrics-server" and each["kind"] == "Pod":
                life = Life(BORN, w.worker(2), "10.240.3.9", (crashed("metrics-server", 1),))
                long_name = f"{name_of(each)}_kube-system({part(each, 'metadata')['uid']})"
                bad = each | {"status": pod_status(part(each, "spec"), life, long_name)}
                w.add(bad)
                w.warn_all(
                    [bad], "BackOff", "Back-off restarting failed container metrics-server in pod {pod}", count=99
                )
                lines = (
                    (
                        "panic: failed to create listener: failed to listen on 0.0.0.0:10250: bind: address "
                        "already in use"
                    ),
                )
                w.log(bad, "metrics-server", *lines)
                w.log(bad, "metrics-server", *lines, previous=True)
        w.add(_unavailable(top), w.base("Service", "kube-system", "metrics-server"))
        message = 'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"'
        down = condition("Available", "False", _SINCE, "MissingEndpoints", message)
        w.add(found | {"status": {"conditions": [down]}})
    return Ref("Deployment", "kube-system", "metrics-server")


def _unavailable(top: Obj) -> Obj:
    message = "Deployment does not have minimum availability."
    bad = {"status": "False", "reason": "MinimumReplicasUnavailable", "message": message}
    conditions = [
        each | bad | {"lastTransitionTime": stamp(_SINCE)} if each["type"] == "Available" else each
        for each in parts(part(top, "status"), "conditions")
    ]
    counts: Obj = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1}
    return top | {"status": counts | {"conditions": conditions}}


def foreign_api(w: World) -> Ref:
    """An aggregated API whose Service was deleted."""
    spec: Obj = {
        "group": "quotes.example.com",
        "version": "v1",
        "groupPriorityMinimum": 1000,
        "versionPriority": 15,
    }
    spec["service"] = {"name": "quotes-api", "namespace": "quotes", "port": 443}
    available = condition("Available", "True", BORN, "Passed", "all checks passed")
    if w.broken:
        w.space("quotes")
        message = 'service/quotes-api in "quotes" is not present'
        available = condition("Available", "False", _SINCE, "ServiceNotFound", message)
    else:
        w.app("quotes-api", "quotes", 443)
    w.add(
        resource(
            "apiregistration.k8s.io/v1",
            "APIService",
            "v1.quotes.example.com",
            created=BORN,
            spec=spec,
            status={"conditions": [available]},
        )
    )
    return Ref("APIService", "", "v1.quotes.example.com")


CASES = (
    CaseSpec("kube-scheduler-unavailable", "kube-scheduler-unavailable", "Nobody schedules", scheduler_down),
    CaseSpec(
        "metrics-server-crashing",
        "application-crash",
        "metrics-server crashes and takes its API along",
        metrics_api,
        accept=("port-conflict", "container-crashing", "api-service-unavailable"),
    ),
    CaseSpec(
        "api-service-unavailable", "api-service-unavailable", "An aggregated API without a Service", foreign_api
    ),
)
