"""Whether the command of a container can be run, in runc's words.

Source: opencontainers/runc/libcontainer/{standard_init_linux,init_linux}.go, containerd/cmd.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midwatch.lab.core.objects import Obj
from midwatch.lab.kubelet.expansion import expand
from midwatch.lab.kubelet.mounts import Mount, covering
from midwatch.lab.world.images import Build

SHIM = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: "
)
EXEC = (
    "rpc error: code = Unknown desc = failed to exec in container: failed to start exec: OCI runtime exec failed: "
    "exec failed: unable to start container process: "
)
_SYSTEM = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/")


def command_line(container: Obj, build: Build, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What is run: `command` in place of the image's entry point, then `args`, variables expanded.

    Source: kubernetes/pkg/kubelet/container/helpers.go (ExpandContainerCommandAndArgs).
    """
    command: Sequence[str] = container.get("command") or build.entrypoint
    args: Sequence[str] = container.get("args") or ()
    return tuple(expand(str(each), environment) for each in (*command, *args))


def is_known(command: str, build: Build) -> bool:
    """Whether an image holds a program under this path, or under this name in its `PATH`."""
    if command in build.commands or command in build.entrypoint[:1]:
        return True
    in_path = {each.rpartition("/")[2] for each in build.commands if "/" not in each or each.startswith(_SYSTEM)}
    name = command.rpartition("/")[2]
    return name in in_path and (name == command or command.startswith(_SYSTEM))


def start_problem(command: str, build: Build, mounts: Sequence[Mount]) -> str:
    """Why a command cannot be executed; empty when it can."""
    if "/" not in command:
        return (
            "" if is_known(command, build) else f'exec: "{command}": executable file not found in $PATH: unknown'
        )
    mount = covering(mounts, command)
    if mount is not None:
        return _mounted_problem(command, mount)
    return "" if is_known(command, build) else f'exec: "{command}": {_missing(command)}: unknown'


def _missing(command: str) -> str:
    return f"stat {command}: no such file or directory"


def _mounted_problem(command: str, mount: Mount) -> str:
    if command not in mount.files:
        if any(each.startswith(f"{command}/") for each in mount.files) or command == mount.path:
            return f'exec: "{command}": is a directory: unknown'
        if mount.volume.kind in ("emptyDir", "persistentVolumeClaim", "hostPath", "ephemeral"):
            return ""
        return f'exec: "{command}": {_missing(command)}: unknown'
    return "" if mount.volume.executable else f'exec: "{command}": permission denied: unknown'
