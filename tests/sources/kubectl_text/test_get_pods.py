from __future__ import annotations

import pytest

from midwatch.sources.kubectl_text import Obj
from tests.sources.kubectl_text.asking import at, get, only

HEADER = "NAME    READY   STATUS                  RESTARTS     AGE"


def pod(ready: str, status: str, restarts: str = "0") -> Obj:
    return only(get(f"{HEADER}\nweb-1   {ready:<5}   {status:<21}   {restarts:<10}   5m59s\n", namespace="shop"))


def test_a_running_pod_has_its_name_namespace_age_and_phase():
    assert pod("1/1", "Running") == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "shop", "creationTimestamp": "2026-03-01T11:54:01Z"},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "", "ready": True, "state": {"running": {}}, "restartCount": 0}],
            "conditions": [{"type": "ContainersReady", "status": "True"}],
        },
    }


def test_a_crash_loop_is_put_on_one_container_with_the_restarts_and_their_time():
    made = pod("1/2", "CrashLoopBackOff", "3 (30s ago)")
    ready, crashing = at(made, "status.containerStatuses.0"), at(made, "status.containerStatuses.1")
    assert at(ready, "ready") is True
    assert at(crashing, "state.waiting.reason") == "CrashLoopBackOff"
    assert at(crashing, "restartCount") == 3
    assert at(crashing, "lastState.terminated.finishedAt") == "2026-03-01T11:59:30Z"
    assert at(made, "status.phase") == "Running"


@pytest.mark.parametrize(
    ("status", "restarts", "phase"),
    [
        ("Pending", "0", "Pending"),
        ("ContainerCreating", "0", "Pending"),
        ("ImagePullBackOff", "0", "Pending"),
        ("ImagePullBackOff", "2 (1m ago)", "Running"),
        ("Completed", "0", "Succeeded"),
        ("Evicted", "0", "Failed"),
        ("NotReady", "0", "Running"),
        ("Init:0/2", "0", "Pending"),
        ("Init:CrashLoopBackOff", "4 (1m ago)", "Pending"),
        ("Error", "0", None),
    ],
)
def test_the_phase_behind_a_status_is_told_where_only_one_is_possible(
    status: str, restarts: str, phase: str | None
):
    assert at(pod("0/1", status, restarts), "status.phase") == phase


def test_all_containers_ready_does_not_prove_the_pod_ready():
    conditions = at(pod("2/2", "Running"), "status.conditions")
    assert conditions == [{"type": "ContainersReady", "status": "True"}]


def test_init_progress_becomes_init_container_statuses():
    statuses = at(pod("0/1", "Init:1/2"), "status.initContainerStatuses")
    assert at(statuses, "0.state.terminated.reason") == "Completed"
    assert at(statuses, "1.ready") is False


def test_an_init_failure_keeps_its_reason():
    made = pod("0/1", "Init:Error")
    assert at(made, "status.initContainerStatuses.0.state.terminated.reason") == "Error"
    assert at(pod("0/1", "Init:ExitCode:3"), "status.initContainerStatuses.0.state.terminated.exitCode") == 3


def test_a_terminating_pod_has_a_deletion_timestamp_and_no_phase():
    made = pod("1/1", "Terminating")
    assert at(made, "metadata.deletionTimestamp") == "2026-03-01T12:00:00Z"
    assert at(made, "status.phase") is None


def test_an_evicted_pod_carries_the_reason_on_the_pod():
    assert at(pod("0/1", "Evicted"), "status.reason") == "Evicted"


def test_the_wide_table_adds_address_and_node_and_an_unscheduled_pod_proves_nothing():
    table = """\
NAME    READY   STATUS    RESTARTS   AGE   IP         NODE     NOMINATED NODE   READINESS GATES
web-1   1/1     Running   0          58d   10.0.0.1   node-a   <none>           <none>
web-2   0/1     Pending   0          2m    <none>     <none>   node-b           <none>
"""
    placed, waiting = get(table).objects
    assert at(placed, "spec.nodeName") == "node-a"
    assert at(placed, "status.podIP") == "10.0.0.1"
    assert at(placed, "status.conditions.1") == {"type": "PodScheduled", "status": "True"}
    assert at(waiting, "spec") is None
    assert at(waiting, "status") == {"phase": "Pending", "nominatedNodeName": "node-b"}


def test_labels_are_read_from_their_column():
    made = only(
        get(f"{HEADER}   LABELS\nweb-1   1/1     Running                 0            5m    app=web,x/y=z\n")
    )
    assert at(made, "metadata.labels") == {"app": "web", "x/y": "z"}
