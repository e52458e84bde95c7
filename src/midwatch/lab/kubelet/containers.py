"""Starting one container: image, configuration, process, post-start hook.

Source: kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from midwatch.lab.core.objects import Obj, labels_of, part, spec, stamp
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.commands import SHIM, command_line, start_problem
from midwatch.lab.kubelet.environment import environment
from midwatch.lab.kubelet.failure import ConfigMissing, StartFailed
from midwatch.lab.kubelet.hooks import run_hook
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.images import ensure_image
from midwatch.lab.kubelet.killing import kill_container
from midwatch.lab.kubelet.mounts import Mount, all_files, mounts_of
from midwatch.lab.kubelet.podspec import amount, host_network, request
from midwatch.lab.kubelet.program import Start
from midwatch.lab.kubelet.state import Slot, Tenant
from midwatch.lab.kubelet.users import check_user, write_problem
from midwatch.lab.world.images import Build

_EPOCH = "1970-01-01T00:00:00Z"


def start_container(
    host: Host, tenant: Tenant, slot: Slot, accounts: Mapping[str, tuple[str, str]]
) -> Generator[float, None, None]:
    """Start it; raises `StartFailed` with what its waiting state says."""
    build = slot.build = yield from ensure_image(host, tenant, slot, accounts)
    variables, mounts = _configuration(host, tenant, slot, build)
    arguments = command_line(slot.spec, build, variables)
    _created(host, tenant, slot, arguments)
    yield host.random.uniform(0.05, 0.2)
    wrong = start_problem(arguments[0], build, mounts)
    if wrong:
        raise _not_run(host, tenant, slot, wrong)
    process = _process(host, tenant, slot, build, variables, arguments, all_files(mounts))
    _run(host, tenant, slot, process)
    start = Start(host.env, host.network, process, build.broken)
    start.begin(lambda path: write_problem(tenant.obj, slot.spec, build, mounts, path))
    hook: Obj | None = part(slot.spec, "lifecycle").get("postStart")
    if hook:
        yield from _post_start(host, tenant, slot, hook, build)


def _configuration(host: Host, tenant: Tenant, slot: Slot, build: Build) -> tuple[dict[str, str], list[Mount]]:
    """Variables and mounts, and whether its user is allowed."""
    try:
        variables = environment(host, tenant, slot)
        mounts = mounts_of(slot.spec, tenant.volumes or {}, variables)
        check_user(tenant.obj, slot.spec, build)
    except ConfigMissing as error:
        host.event(tenant, "Warning", "Failed", f"Error: {error}", slot)
        raise StartFailed("CreateContainerConfigError", str(error)) from error
    return variables, mounts


def _created(host: Host, tenant: Tenant, slot: Slot, arguments: tuple[str, ...]) -> None:
    if slot.state is not None:
        slot.restarts += 1
        slot.last = slot.state
    identifier = host.identifier(tenant.uid, slot.name, slot.restarts)
    if not arguments:
        why = f'failed to generate container "{identifier}" spec: failed to generate spec: no command specified'
        host.event(tenant, "Warning", "Failed", f"Error: {why}", slot)
        raise StartFailed("CreateContainerError", why)
    slot.container_id = f"containerd://{identifier}"
    host.event(tenant, "Normal", "Created", f"Created container: {slot.name}", slot)


def _not_run(host: Host, tenant: Tenant, slot: Slot, wrong: str) -> StartFailed:
    """The container exists, but its process could not be executed.

    Source: containerd/internal/cri/server/container_start.go (errorStartReason, errorStartExitCode).
    """
    message = f"{SHIM}{wrong}"
    host.event(tenant, "Warning", "Failed", f"Error: {message}", slot)
    ended: Obj = {
        "exitCode": 128,
        "reason": "StartError",
        "message": message,
        "startedAt": _EPOCH,
        "finishedAt": stamp(host.now),
        "containerID": slot.container_id,
    }
    slot.state, slot.process, slot.finished = {"terminated": ended}, None, host.now
    host.poke(tenant.uid, host.random.uniform(0.5, 1.5))
    return StartFailed("RunContainerError", message)


def _process(
    host: Host,
    tenant: Tenant,
    slot: Slot,
    build: Build,
    variables: dict[str, str],
    arguments: tuple[str, ...],
    files: dict[str, str],
) -> Process:
    container = slot.spec
    return Process(
        pod_uid=tenant.uid,
        namespace=tenant.namespace,
        pod=tenant.name,
        container=slot.name,
        node=host.name,
        ip=tenant.ip,
        host_network=host_network(tenant.obj),
        labels=labels_of(tenant.obj),
        service_account=spec(tenant.obj).get("serviceAccountName") or "default",
        image=container.get("image") or "",
        program=build.program,
        environment=variables,
        arguments=arguments,
        files=files,
        started=host.now,
        memory_limit=amount(container, "limits", "memory"),
        memory_request=request(container, "memory") or None,
        cpu_limit=amount(container, "limits", "cpu"),
        cpu_request=request(container, "cpu") or None,
        run=slot.restarts,
    )


def _run(host: Host, tenant: Tenant, slot: Slot, process: Process) -> None:
    slot.process, slot.waiting = process, None
    slot.state = {"running": {"startedAt": stamp(host.now)}}
    slot.started = not slot.spec.get("startupProbe")
    slot.ready = slot.started and not slot.spec.get("readinessProbe")
    slot.kill = ""
    host.env.runtime.start(process)
    host.event(tenant, "Normal", "Started", f"Started container {slot.name}", slot)
    if slot.prober is not None:
        slot.prober.restart()
    host.poke(tenant.uid, host.random.uniform(0.4, 1.2))


def _post_start(host: Host, tenant: Tenant, slot: Slot, hook: Obj, build: Build) -> Generator[float, None, None]:
    failure = yield from run_hook(host, tenant, slot, hook, build)
    if not failure:
        return
    host.event(tenant, "Warning", "FailedPostStartHook", "PostStartHook failed", slot)
    yield from kill_container(host, tenant, slot, "FailedPostStartHook")
    raise StartFailed("PostStartHookError", failure)
