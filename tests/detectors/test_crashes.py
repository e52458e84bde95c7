"""Containers that end, and pods that are evicted."""

from __future__ import annotations

import pytest

from midwatch.detectors import crashes
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop}
spec:
  nodeName: n1
  restartPolicy: Always
  containers:
  - {name: app, image: web:v1, resources: {limits: {memory: 64Mi}}, livenessProbe: {tcpSocket: {port: 80}}}
status:
  phase: Running
  containerStatuses:
  - {name: app, STATUS}
"""
KILLED = """
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: web-1, fieldPath: "spec.containers{app}"}
reason: Killing
message: Container app failed liveness probe, will be restarted
"""


def pod(
    code: int, reason: str = "Error", now: str = "waiting: {reason: CrashLoopBackOff}", restarts: int = 4
) -> str:
    ended = (
        f"exitCode: {code}, reason: {reason}, startedAt: '2026-01-01T03:08:00Z', finishedAt: "
        f"'2026-01-01T03:09:00Z'"
    )
    ready = str(now.startswith("running")).lower()
    status = f"ready: {ready}, restartCount: {restarts}, state: {{{now}}}, lastState: {{terminated: {{{ended}}}}}"
    return POD.replace("STATUS", status)


def running(since: str) -> str:
    return f"running: {{startedAt: '2026-01-01T{since}Z'}}"


def findings(inventory: Inventory) -> list[Finding]:
    return [each for detector in crashes.DETECTORS for each in detector(inventory)]


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        (137, "OOMKilled", "oom-killed"),
        (1, "Error", "application-crash"),
        (0, "Completed", "application-exits"),
        (139, "Error", "segmentation-fault"),
        (143, "Error", "container-crashing"),
    ],
)
def test_the_way_a_container_ends_tells_why(code: int, reason: str, cause: str) -> None:
    found = findings(inventory_of(pod(code, reason)))
    assert found[0].claims[0].cause == cause
    assert found[0].severity is Severity.ERROR


def test_a_loop_is_seen_between_two_restarts() -> None:
    found = findings(inventory_of(pod(1, now=running("03:09:30"))))
    assert [each.status for each in found] == [Status.ACTIVE]


def test_a_container_that_stays_up_has_recovered() -> None:
    now = "2026-01-01T"
    text = (
        pod(1, now=running("02:00:00")).replace(f"{now}03:08", f"{now}01:58").replace(f"{now}03:09", f"{now}01:59")
    )
    assert [each.status for each in findings(inventory_of(text))] == [Status.RECOVERED]


def test_one_restart_soon_after_the_start_has_recovered() -> None:
    text = (
        pod(1, now=running("03:02:00"), restarts=1).replace("03:08:00", "03:01:00").replace("03:09:00", "03:02:00")
    )
    assert [each.status for each in findings(inventory_of(text))] == [Status.RECOVERED]


def test_a_kill_by_the_kubelet_speaks_against_a_crash() -> None:
    found = findings(inventory_of(pod(137), KILLED))
    assert any(each.refutes and each.cause == "application-crash" for each in found[0].claims)
    assert "application-crash" not in causes_of(found)


def test_a_command_that_was_not_found_is_left_to_its_own_family() -> None:
    assert findings(inventory_of(pod(127))) == []


def test_a_completed_job_is_silent() -> None:
    done = pod(0, "Completed").replace("restartPolicy: Always", "restartPolicy: Never")
    assert findings(inventory_of(done.replace("phase: Running", "phase: Succeeded"))) == []


def test_a_failed_attempt_of_a_job_that_succeeded_is_silent() -> None:
    job = """
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
status: {conditions: [{type: Complete, status: "True"}]}
"""
    failed = POD.replace("STATUS", "state: {terminated: {exitCode: 1, reason: Error}}").replace(
        "Running", "Failed"
    )
    owned = failed.replace(
        "name: web-1,", "name: web-1, ownerReferences: [{kind: Job, name: once, controller: true}],"
    )
    assert findings(inventory_of(owned, job)) == []
    assert causes_of(findings(inventory_of(owned))) >= {"application-crash"}


def test_almost_no_memory_explains_a_container_that_never_runs() -> None:
    creating = POD.replace("64Mi", "5Mi").replace("STATUS", "state: {waiting: {reason: ContainerCreating}}")
    assert causes_of(findings(inventory_of(creating))) == {"oom-killed"}


def test_almost_no_memory_is_fine_for_what_runs() -> None:
    fine = POD.replace("64Mi", "5Mi").replace("STATUS", "ready: true, state: {running: {}}")
    assert findings(inventory_of(fine)) == []


EVICTED = """
apiVersion: v1
kind: Pod
metadata: {name: web-0, namespace: shop, OWNER}
spec: {nodeName: n1, containers: [{name: app}]}
status: {phase: Failed, reason: Evicted, message: "MESSAGE"}
"""
OWNER = "ownerReferences: [{kind: ReplicaSet, name: web, controller: true}]"


@pytest.mark.parametrize(
    ("message", "cause", "culprit"),
    [
        (
            "The node was low on resource: memory. Threshold quantity: 100Mi",
            "node-memory-pressure",
            Ref("Node", "", "n1"),
        ),
        ("The node was low on resource: ephemeral-storage.", "node-disk-pressure", Ref("Node", "", "n1")),
        ("The node had condition: [DiskPressure].", "node-disk-pressure", Ref("Node", "", "n1")),
        (
            "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.",
            "ephemeral-storage-exhausted",
            Ref("ReplicaSet", "shop", "web"),
        ),
        ("", "pod-evicted", Ref("ReplicaSet", "shop", "web")),
    ],
)
def test_an_eviction_blames_the_node_or_the_pod(message: str, cause: str, culprit: Ref) -> None:
    found = findings(inventory_of(EVICTED.replace("MESSAGE", message).replace("OWNER", OWNER)))
    assert (found[0].claims[0].cause, found[0].claims[0].culprit) == (cause, culprit)
    assert found[0].status is Status.ACTIVE


def test_an_evicted_pod_that_was_replaced_has_recovered() -> None:
    evicted = EVICTED.replace("MESSAGE", "The node was low on resource: memory.").replace("OWNER", OWNER)
    fresh = POD.replace("STATUS", "ready: true, state: {running: {}}").replace(
        "name: web-1,", f"name: web-1, {OWNER},"
    )
    assert {each.status for each in findings(inventory_of(evicted, fresh))} == {Status.RECOVERED}


def test_a_system_out_of_memory_is_reported_at_the_node() -> None:
    node = "{apiVersion: v1, kind: Node, metadata: {name: n1}}"
    event = (
        "{apiVersion: v1, kind: Event, metadata: {name: e}, involvedObject: {kind: Node, name: n1}, "
        "reason: SystemOOM}"
    )
    assert causes_of(findings(inventory_of(node, event))) == {"node-memory-pressure"}


def test_a_healthy_pod_is_silent() -> None:
    assert (
        findings(inventory_of(POD.replace("STATUS", "ready: true, restartCount: 0, state: {running: {}}"))) == []
    )


def test_a_container_of_which_a_table_tells_only_the_restarts_is_not_said_to_exit() -> None:
    ended = "lastState: {terminated: {finishedAt: '2026-01-01T03:09:00Z'}}"
    status = f"ready: false, restartCount: 9, state: {{waiting: {{reason: CrashLoopBackOff}}}}, {ended}"
    assert "application-exits" not in causes_of(findings(inventory_of(POD.replace("STATUS", status))))


def test_a_restart_of_the_node_is_no_loop() -> None:
    ended = "exitCode: 255, reason: Unknown, startedAt: '2025-12-25T00:00:00Z', finishedAt: '2026-01-01T03:05:00Z'"
    status = (
        f"ready: true, restartCount: 30, lastState: {{terminated: {{{ended}}}}}, "
        "state: {running: {startedAt: '2026-01-01T03:06:00Z'}}"
    )
    found = findings(inventory_of(POD.replace("STATUS", status)))
    assert {each.status for each in found} == {Status.RECOVERED}


@pytest.mark.parametrize(("limit", "strength"), [("8Mi", 0.6), ("48Mi", 0.45), ("1Gi", 0.25)])
def test_a_kill_is_the_likelier_one_for_memory_the_tighter_the_limit(limit: str, strength: float) -> None:
    limited = pod(137).replace("memory: 64Mi", f"memory: {limit}")
    found = findings(inventory_of(limited))
    assert ("oom-killed", strength) in {(claim.cause, claim.strength) for each in found for claim in each.claims}


def test_evictions_that_repeat_are_not_over_while_the_newest_replacement_runs() -> None:
    message = "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."
    made = EVICTED.replace("MESSAGE", message).replace("OWNER", OWNER)
    fresh = POD.replace("STATUS", "ready: true, state: {running: {}}")
    alive = fresh.replace("name: web-1,", f"name: web-9, {OWNER}, creationTimestamp: '2026-01-01T03:05:00Z',")
    for starts, status in (((28, 40, 52), Status.ACTIVE), ((52,), Status.RECOVERED)):
        gone = [
            made.replace(
                "metadata: {", f"metadata: {{creationTimestamp: '2026-01-01T02:{minute}:00Z', ", 1
            ).replace("web-0", f"web-0{minute}")
            for minute in starts
        ]
        assert {each.status for each in findings(inventory_of(*gone, alive))} == {status}


@pytest.mark.parametrize(("pressure", "first"), [("True", "node-memory-pressure"), ("False", "oom-killed")])
def test_a_kill_on_a_node_that_runs_out_of_memory_is_the_nodes_matter(pressure: str, first: str) -> None:
    node = f"""
apiVersion: v1
kind: Node
metadata: {{name: n1}}
status: {{conditions: [{{type: MemoryPressure, status: "{pressure}"}}]}}
"""
    about = "involvedObject: {kind: Node, name: n1}"
    event = f"{{kind: Event, apiVersion: v1, metadata: {{name: e}}, {about}, reason: SystemOOM}}"
    found = findings(inventory_of(pod(137, "OOMKilled"), node, event))
    [crash] = [each for each in found if each.subject.kind != "Node"]
    assert max(crash.claims, key=lambda each: each.strength).cause == first
