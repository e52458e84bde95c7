"""Where volumes appear in a container. Source: kubernetes/pkg/kubelet/kubelet_pods.go (makeMounts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.core.objects import Obj, parts
from midwatch.lab.kubelet.expansion import expand
from midwatch.lab.kubelet.failure import ConfigMissing
from midwatch.lab.kubelet.state import Volume

_FILES_ONLY = frozenset({"configMap", "secret", "downwardAPI", "projected"})


@dataclass(frozen=True, slots=True)
class Mount:
    """One volume (or a part of it) in a container; `files` by absolute path. A `sub` path is never refreshed."""

    path: str
    volume: Volume
    files: dict[str, str]
    read_only: bool
    sub: str = ""


def mounts_of(container: Obj, volumes: Mapping[str, Volume], environment: Mapping[str, str]) -> list[Mount]:
    """All mounts of a container; raises `ConfigMissing` for a sub path that cannot be prepared."""
    return [_mount(container, each, volumes, environment) for each in parts(container, "volumeMounts")]


def _mount(container: Obj, found: Obj, volumes: Mapping[str, Volume], environment: Mapping[str, str]) -> Mount:
    volume = volumes.get(found["name"]) or Volume(found["name"], "emptyDir")
    path = _clean(found.get("mountPath") or "/")
    sub = found.get("subPath") or expand(found.get("subPathExpr") or "", environment)
    read_only = bool(found.get("readOnly")) or volume.read_only or volume.kind in _FILES_ONLY
    if not sub:
        files = {f"{path}/{name}": text for name, text in volume.files.items()}
        return Mount(path, volume, files, read_only)
    if ".." in sub.split("/"):
        raise ConfigMissing(
            f'failed to prepare subPath for volumeMount "{volume.name}" of container "{container["name"]}"'
        )
    return Mount(path, volume, _below(volume, sub, path), read_only, sub)


def _below(volume: Volume, sub: str, path: str) -> dict[str, str]:
    """The file or directory of a volume that a sub path names; one that is missing becomes an empty directory."""
    if sub in volume.files:
        return {path: volume.files[sub]}
    inside = f"{sub.strip('/')}/"
    return {
        f"{path}/{name[len(inside) :]}": text for name, text in volume.files.items() if name.startswith(inside)
    }


def _clean(path: str) -> str:
    return path.rstrip("/") or "/"


def covering(mounts: Sequence[Mount], path: str) -> Mount | None:
    """The innermost mount that a path lies in."""
    target = _clean(path)
    inside = [each for each in mounts if target == each.path or target.startswith(f"{each.path.rstrip('/')}/")]
    return max(inside, key=lambda each: len(each.path), default=None)


def all_files(mounts: Sequence[Mount]) -> dict[str, str]:
    """All files that mounts bring, by absolute path."""
    return {path: text for each in mounts for path, text in each.files.items()}
