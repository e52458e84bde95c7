"""What `kubectl get` prints."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.api.ages import human
from midwatch.lab.api.tables.custom import path_values
from midwatch.lab.api.tables.printers import printer_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import BUILT_IN, CRD, EVENT, HPA, NODE, POD, SERVICE, STORAGE_CLASS, Kind
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import START, Api, add_deployment, add_pod

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


def row(env: Env, kind: Kind, obj: Obj) -> dict[str, Any]:
    printer = printer_of(env.store, kind)
    cells = printer.row(
        {"metadata": {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"}, **obj}, START + 300
    )
    assert len(cells) == len(printer.columns)
    return dict(zip((each.name for each in printer.columns), cells, strict=True))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"), (119, "119s"), (120, "2m"), (303, "5m3s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"),
        (11_100, "3h5m"), (86_400, "24h"), (172_800, "2d"), (180_000, "2d2h"), (700_000, "8d"),
        (70_000_000, "2y80d"), (-10, "<invalid>"), (300_000_000, "9y"),
    ],
)  # fmt: skip
def test_ages_are_short(seconds: float, text: str) -> None:
    assert human(seconds) == text


def container(state: Obj, *, ready: bool = False, restarts: int = 0, name: str = "app", **more: Any) -> Obj:
    return {"name": name, "ready": ready, "restartCount": restarts, "state": state, "lastState": {}, **more}


RUNNING: Obj = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    ("status", "extra", "ready", "state"),
    [
        ({"phase": "Running", "containerStatuses": [container(RUNNING, ready=True)]}, {}, "1/1", "Running"),
        ({"phase": "Pending"}, {}, "0/1", "Pending"),
        (
            {"phase": "Running", "containerStatuses": [container({"waiting": {"reason": "CrashLoopBackOff"}})]},
            {}, "0/1", "CrashLoopBackOff",
        ),
        (
            {"phase": "Failed", "containerStatuses": [container({"terminated": {"exitCode": 3}})]},
            {}, "0/1", "ExitCode:3",
        ),
        ({"phase": "Failed", "reason": "Evicted"}, {}, "0/1", "Evicted"),
        (
            {"phase": "Pending", "initContainerStatuses": [container({"waiting": {"reason": "PodInitializing"}})]},
            {"initContainers": [{"name": "app"}]}, "0/1", "Init:0/1",
        ),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": [container({"terminated": {"exitCode": 1, "reason": "Error"}})],
            },
            {"initContainers": [{"name": "app"}]}, "0/1", "Init:Error",
        ),
        (
            {
                "phase": "Running",
                "initContainerStatuses": [container(RUNNING, ready=True, name="side", started=True)],
                "containerStatuses": [container(RUNNING, ready=True)],
            },
            {"initContainers": [{"name": "side", "restartPolicy": "Always"}]}, "2/2", "Running",
        ),
        (
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]},
            {}, "0/1", "SchedulingGated",
        ),
    ],
)  # fmt: skip
def test_a_pod_shows_the_state_of_its_containers(
    env: Env, status: Obj, extra: Obj, ready: str, state: str
) -> None:
    found = row(env, POD, {"spec": {"containers": [{"name": "app"}], **extra}, "status": status})
    assert (found["Ready"], found["Status"]) == (ready, state)


def test_a_restarted_container_says_when(env: Env) -> None:
    ended = {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T00:04:00Z"}}
    status = {
        "phase": "Running",
        "containerStatuses": [container(RUNNING, ready=True, restarts=2, lastState=ended)],
    }
    assert row(env, POD, {"spec": {"containers": [{}]}, "status": status})["Restarts"] == "2 (60s ago)"


def test_a_deleted_pod_is_terminating_and_one_on_a_lost_node_unknown(env: Env) -> None:
    head = {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z", "deletionTimestamp": "2026-01-01T00:05:00Z"}
    pod: Obj = {"metadata": head, "spec": {"containers": [{}]}, "status": {"phase": "Running"}}
    assert row(env, POD, pod)["Status"] == "Terminating"
    assert row(env, POD, {**pod, "status": {"phase": "Running", "reason": "NodeLost"}})["Status"] == "Unknown"


def test_a_node_shows_readiness_and_roles(env: Env) -> None:
    labels = {"node-role.kubernetes.io/control-plane": ""}
    head = {"name": "n", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": labels}
    ready = {"type": "Ready", "status": "Unknown"}
    node = {"metadata": head, "spec": {"unschedulable": True}, "status": {"conditions": [ready]}}
    found = row(env, NODE, node)
    assert (found["Status"], found["Roles"]) == ("NotReady,SchedulingDisabled", "control-plane")


def test_services_show_addresses_and_ports(env: Env) -> None:
    port = {"port": 80, "nodePort": 30080, "protocol": "TCP"}
    body = {"type": "LoadBalancer", "clusterIPs": ["10.96.0.9"], "ports": [port]}
    assert row(env, SERVICE, {"spec": body})["External-IP"] == "<pending>"
    found = row(env, SERVICE, {"spec": body, "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}})
    assert (found["External-IP"], found["Port(s)"]) == ("192.0.2.1", "80:30080/TCP")


def test_an_autoscaler_shows_its_metric_and_target(env: Env) -> None:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}}
    body = {"scaleTargetRef": {"kind": "Deployment", "name": "cart"}, "metrics": [metric], "maxReplicas": 5}
    assert row(env, HPA, {"spec": body})["Targets"] == "cpu: <unknown>/80%"
    now = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 42}}}
    assert row(env, HPA, {"spec": body, "status": {"currentMetrics": [now]}})["Targets"] == "cpu: 42%/80%"


def test_events_are_shown_by_when_they_were_last_seen(env: Env) -> None:
    about = {"kind": "Pod", "name": "cart-0"}
    event = {"involvedObject": about, "lastTimestamp": "2026-01-01T00:04:00Z", "count": 4, "message": "m\n"}
    found = row(env, EVENT, event)
    assert (found["Last Seen"], found["Object"], found["Count"], found["Message"]) == ("60s", "pod/cart-0", 4, "m")
    series = {"count": 9, "lastObservedTime": "2026-01-01T00:05:00.000000Z"}
    newer = {"involvedObject": about, "eventTime": "2026-01-01T00:00:00.000000Z", "series": series}
    assert (row(env, EVENT, newer)["Last Seen"], row(env, EVENT, newer)["Count"]) == ("0s", 9)


def test_the_default_storage_class_is_marked(env: Env) -> None:
    notes = {"storageclass.kubernetes.io/is-default-class": "true"}
    head = {"name": "fast", "annotations": notes, "creationTimestamp": "2026-01-01T00:00:00Z"}
    assert row(env, STORAGE_CLASS, {"metadata": head})["Name"] == "fast (default)"


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.kind)
def test_every_built_in_kind_prints_even_an_almost_empty_object(env: Env, kind: Kind) -> None:
    reference = {"scaleTargetRef": {"kind": "Deployment", "name": "x"}} if kind is HPA else {}
    assert row(env, kind, {"kind": kind.kind, "spec": reference})


def test_custom_kinds_print_the_columns_of_their_definition(env: Env) -> None:
    shown = [
        {"name": "Ready", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Ready")].status'},
        {"name": "Since", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        {"name": "Size", "type": "integer", "jsonPath": ".spec.size", "priority": 1},
    ]
    kind = Kind("demo.example", "v1", "Widget", "widgets", custom=True)
    spec = {"versions": [{"name": "v1", "additionalPrinterColumns": shown}]}
    env.store.create(CRD, {"metadata": {"name": "widgets.demo.example"}, "spec": spec})
    conditions = [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]
    found = row(env, kind, {"spec": {"size": 3}, "status": {"conditions": conditions}})
    assert found == {"Name": "x", "Ready": "True", "Since": "5m", "Size": 3}


def test_paths_find_what_they_point_at() -> None:
    found = {"a": [{"n": 1}, {"n": 2}], "l": {"x.y/z": "v"}}
    assert path_values(found, ".a[0].n") == [1]
    assert path_values(found, "{.a[*].n}") == [1, 2]
    assert path_values(found, ".a[-1].n") == [2]
    assert path_values(found, r".l.x\.y/z") == ["v"]
    assert path_values(found, ".l['x.y/z']") == ["v"]
    assert path_values(found, ".none.b") == []


async def test_tables_are_given_to_who_accepts_them(api: Api) -> None:
    add_deployment(api.env, "cart")
    add_pod(api.env, "cart-0")
    found = (await api.get("/api/v1/namespaces/shop/pods", accept=TABLE)).json
    assert (found["kind"], found["rows"][0]["object"]["kind"]) == ("Table", "PartialObjectMetadata")
    whole = (await api.get("/api/v1/namespaces/shop/pods?includeObject=Object", accept=TABLE)).json
    assert whole["rows"][0]["object"]["spec"]["containers"]
    one = (await api.get("/apis/apps/v1/namespaces/shop/deployments/cart", accept=TABLE)).json
    assert one["rows"][0]["cells"][:2] == ["cart", "0/2"]
