"""As whom a container runs, and what that user may write.

Source: kubernetes/pkg/kubelet/kuberuntime/security_context.go (verifyRunAsNonRoot), security_context_linux.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.core.objects import Obj
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.mounts import Mount, covering
from midwatch.lab.kubelet.podspec import full_name, security
from midwatch.lab.world.images import Build

READ_ONLY, DENIED = "read-only file system", "permission denied"
_OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - paths in the simulated container


def image_user(build: Build) -> str:
    """The image's user, a number or a name; empty stands for root."""
    return build.user.partition(":")[0] or "0"


def check_user(pod: Obj, container: Obj, build: Build) -> None:
    """Raise `ConfigMissing` when `runAsNonRoot` forbids the user."""
    guard = security(pod, container)
    if not guard.get("runAsNonRoot"):
        return
    where = f'(pod: "{full_name(pod)}", container: {container["name"]})'
    chosen: int | None = guard.get("runAsUser")
    if chosen is not None:
        if chosen == 0:
            raise ConfigMissing(f"container's runAsUser breaks non-root policy {where}")
        return
    user = image_user(build)
    if not user.isdigit():
        raise ConfigMissing(
            f"container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root "
            f"{where}"
        )
    if int(user) == 0:
        raise ConfigMissing(f"container has runAsNonRoot and image will run as root {where}")


def user_id(pod: Obj, container: Obj, build: Build) -> int:
    """The user ID of the process; names count as an ordinary user."""
    chosen: int | None = security(pod, container).get("runAsUser")
    if chosen is not None:
        return chosen
    user = image_user(build)
    return int(user) if user.isdigit() else 0 if user == "root" else 1000


def write_problem(pod: Obj, container: Obj, build: Build, mounts: Sequence[Mount], path: str) -> str:
    """Why a process cannot write below a path, in the operating system's words; empty when it can."""
    guard = security(pod, container)
    mount = covering(mounts, path)
    if mount is not None:
        if mount.read_only:
            return READ_ONLY
        return _volume_problem(guard, mount, user_id(pod, container, build))
    if guard.get("readOnlyRootFilesystem"):
        return READ_ONLY
    if any(path == each or path.startswith(f"{each}/") for each in _OPEN_TO_ALL):
        return ""
    mine = image_user(build)
    chosen: int | None = guard.get("runAsUser")
    if chosen in (None, 0) or str(chosen) == mine:
        return ""
    return DENIED


def _volume_problem(guard: Obj, mount: Mount, user: int) -> str:
    """Only an emptyDir is open to everyone; other volumes belong to root unless `fsGroup` says otherwise."""
    if user == 0 or mount.volume.kind == "emptyDir":
        return ""
    if mount.volume.kind == "hostPath":
        return DENIED
    return "" if guard.get("fsGroup") is not None else DENIED
