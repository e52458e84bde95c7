"""Containers and sandboxes that cannot start."""

from __future__ import annotations

import pytest

from midwatch.detectors import startup
from midwatch.detectors.startup._start_errors import container_error, sandbox_error
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, creationTimestamp: "2026-01-01T03:00:00Z"}
spec:
  nodeName: n1
  restartPolicy: Always
  CONTEXT
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
  - name: app
    image: web:v1
    ports: [{containerPort: 8080}]
    volumeMounts: [{name: data, mountPath: /data}]
  - {name: proxy, image: proxy:v1, ports: [{containerPort: 15000}], args: ARGS}
status:
  phase: Pending
  STATUS
"""
FINE = (
    "containerStatuses: [{name: app, ready: true, state: {running: {}}}, {name: proxy, ready: true, "
    "state: {running: {}}}]"
)


def pod(status: str, context: str = "priority: 0", args: str = "[]") -> str:
    return POD.replace("STATUS", status).replace("CONTEXT", context).replace("ARGS", args)


def waiting(reason: str, message: str) -> str:
    return pod(
        f"containerStatuses: [{{name: app, state: {{waiting: {{reason: {reason}, message: '{message}'}}}}}}]"
    )


def ended(code: int, reason: str = "Error", message: str = "") -> str:
    last = (
        f"terminated: {{exitCode: {code}, reason: {reason}, message: '{message}', finishedAt: "
        f"'2026-01-01T03:09:00Z'}}"
    )
    return (
        "containerStatuses: [{name: proxy, ready: true, state: {running: {}}}, {name: app, restartCount: 3, "
        f"state: {{waiting: {{reason: CrashLoopBackOff}}}}, lastState: {{{last}}}}}]"
    )


def event(reason: str, message: str) -> str:
    return f"""
apiVersion: v1
kind: Event
metadata: {{name: e1, namespace: shop}}
involvedObject: {{kind: Pod, namespace: shop, name: web-1}}
reason: {reason}
message: '{message}'
"""


def findings(inventory: Inventory) -> list[Finding]:
    return [each for detector in startup.DETECTORS for each in detector(inventory)]


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ('exec: "srv": executable file not found in $PATH: unknown', "command-not-found"),
        ("exec /srv: no such file or directory", "command-not-found"),
        ('exec: "/app": permission denied: unknown', "command-not-executable"),
        ('exec: "/app": is a directory: unknown', "command-not-executable"),
        ("exec /app: exec format error", "image-architecture-mismatch"),
        ("container init was OOM-killed (memory limit too low?): unknown", "oom-killed"),
        ("container has runAsNonRoot and image will run as root", "run-as-non-root-violated"),
        ('error mounting "/x" to rootfs at "/y": not a directory', "container-create-failed"),
        ('error mounting "/srv/x" to rootfs at "/data": permission denied: unknown', "volume-permission-denied"),
        ('error mounting "proc" to rootfs at "/proc": operation not permitted', "container-create-failed"),
        ('failed to mkdir "/srv/x": mkdir /srv/x: permission denied', "volume-permission-denied"),
        ("unable to find user web: no matching entries in passwd file", "container-create-failed"),
        ("failed to create shim task: something else", "container-create-failed"),
    ],
)
def test_the_words_of_the_runtime_tell_why_a_container_does_not_start(message: str, cause: str) -> None:
    assert container_error(message).claims[0][0] == cause


def test_a_waiting_container_is_reported_with_its_message() -> None:
    found = findings(
        inventory_of(waiting("CreateContainerError", 'exec: "srv": executable file not found in $PATH'))
    )
    assert causes_of(found) == {"command-not-found"}


def test_missing_configuration_is_left_to_its_own_family() -> None:
    assert findings(inventory_of(waiting("CreateContainerConfigError", 'secret "x" not found'))) == []


def test_the_event_tells_why_a_container_ended_before_its_start() -> None:
    message = "Error: failed to create containerd task: container init was OOM-killed (memory limit too low?)"
    found = findings(inventory_of(pod(ended(128, "StartError")), event("Failed", f"{message}: runc")))
    assert causes_of(found) == {"oom-killed"}


def test_a_user_that_must_not_be_root_is_found() -> None:
    message = "container has runAsNonRoot and image will run as root (pod: web-1, container: app)"
    assert causes_of(findings(inventory_of(waiting("CreateContainerConfigError", message)))) == {
        "run-as-non-root-violated"
    }


@pytest.mark.parametrize(("code", "cause"), [(127, "command-not-found"), (126, "command-not-executable")])
def test_exit_codes_of_shells_are_known(code: int, cause: str) -> None:
    assert causes_of(findings(inventory_of(pod(ended(code))))) == {cause}


def test_a_hook_that_fails_is_found() -> None:
    status = "containerStatuses: [{name: app, state: {waiting: {reason: PostStartHookError}}}]"
    assert causes_of(findings(inventory_of(pod(status)))) == {"post-start-hook-failed"}


def test_the_network_plugin_is_blamed_at_the_node() -> None:
    creating = pod("containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]")
    message = 'plugin type="calico" failed (add): error getting ClusterInformation'
    found = findings(inventory_of(creating, event("FailedCreatePodSandBox", message)))
    assert {(claim.cause, claim.culprit) for each in found for claim in each.claims} == {
        ("cni-failing", Ref("Node", "", "n1")),
        ("sandbox-create-failed", Ref("Node", "", "n1")),
    }


def test_a_runtime_that_is_away_is_blamed_at_the_node() -> None:
    error = sandbox_error(
        "transport: Error while dialing: dial unix /run/x/x.sock: connect: no such file or directory"
    )
    assert error.of_node[0][0] == "container-runtime-unavailable"


def test_a_sandbox_killed_for_memory_is_blamed_on_the_workload() -> None:
    creating = pod("containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]")
    message = "OCI runtime create failed: container init was OOM-killed (memory limit too low?)"
    assert causes_of(findings(inventory_of(creating, event("FailedCreatePodSandBox", message)))) == {"oom-killed"}


def test_a_sandbox_that_exists_by_now_is_silent() -> None:
    assert findings(inventory_of(pod(FINE), event("FailedCreatePodSandBox", "network for pod failed"))) == []


def test_a_failing_init_container_is_found() -> None:
    status = (
        "initContainerStatuses: [{name: setup, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, "
        "lastState: {terminated: {exitCode: 1, reason: Error}}}]"
    )
    assert "init-container-failing" in causes_of(findings(inventory_of(pod(status))))


def test_a_completed_init_container_is_silent() -> None:
    status = "initContainerStatuses: [{name: setup, state: {terminated: {exitCode: 0, reason: Completed}}}]"
    assert findings(inventory_of(pod(status))) == []


def test_a_restartable_init_container_is_a_sidecar() -> None:
    status = (
        "initContainerStatuses: [{name: mesh, ready: false, started: true, state: {running: {}}}]\n"
        "  containerStatuses: [{name: app, ready: true, state: {running: {}}, restartCount: 0}, "
        "{name: proxy, ready: true, restartCount: 1, state: {running: {}}}]"
    )
    spec = "initContainers: [{name: mesh, restartPolicy: Always}]"
    assert "sidecar-not-ready" in causes_of(findings(inventory_of(pod(status, spec))))


def test_a_host_path_that_is_no_directory_is_found() -> None:
    creating = pod("containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]")
    message = (
        'MountVolume.SetUp failed for volume "data" : hostPath type check failed: /srv/data is not a directory'
    )
    assert "volume-source-missing" in causes_of(findings(inventory_of(creating, event("FailedMount", message))))


def test_a_refused_mount_is_found() -> None:
    creating = pod("containerStatuses: [{name: app, state: {waiting: {reason: ContainerCreating}}}]")
    message = 'MountVolume.SetUp failed for volume "data" : mkdir /srv/data: permission denied'
    assert causes_of(findings(inventory_of(creating, event("FailedMount", message)))) == {
        "volume-permission-denied"
    }


def test_a_crash_of_a_user_with_a_host_path_is_a_suspicion() -> None:
    found = findings(inventory_of(pod(ended(1), "securityContext: {runAsUser: 999, fsGroup: 999}")))
    assert [(each.claims[0].cause, each.claims[0].strength) for each in found] == [
        ("volume-permission-denied", 0.4)
    ]


def test_a_claim_on_a_directory_of_the_node_is_no_better_than_a_host_path() -> None:
    bound = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web-data, namespace: shop}
spec: {volumeName: web-pv}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: web-pv}
spec: {hostPath: {path: /srv/x}}
"""
    crash = pod(ended(1), "securityContext: {runAsUser: 999, fsGroup: 999}")
    claimed = crash.replace("hostPath: {path: /srv/data}", "persistentVolumeClaim: {claimName: web-data}")
    assert claimed != crash
    assert causes_of(findings(inventory_of(claimed, bound))) == {"volume-permission-denied"}
    assert findings(inventory_of(claimed)) == []


def test_root_may_write_everywhere() -> None:
    assert findings(inventory_of(pod(ended(1), "securityContext: {runAsUser: 0}"))) == []


def test_two_containers_on_one_port_conflict() -> None:
    crash = pod(ended(1), "securityContext: {runAsUser: 0}", '["--port=8080"]')
    found = findings(inventory_of(crash))
    assert causes_of(found) == {"port-conflict"}
    assert found[0].severity is Severity.ERROR


def test_a_proxy_that_forwards_to_a_port_does_not_listen_on_it() -> None:
    crash = pod(
        ended(1), "securityContext: {runAsUser: 0}", '["--upstream=http://127.0.0.1:8080", "--app-port=8080"]'
    )
    assert findings(inventory_of(crash)) == []


def test_a_conflict_without_a_symptom_is_advice() -> None:
    found = findings(inventory_of(pod(FINE, args='["--listen", "0.0.0.0:8080"]')))
    assert [each.severity for each in found] == [Severity.INFO]


def test_healthy_pods_are_silent() -> None:
    assert findings(inventory_of(pod(FINE))) == []
