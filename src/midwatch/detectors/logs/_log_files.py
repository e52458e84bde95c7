"""Log lines about files: which volume they lie on decides what is wrong."""

from __future__ import annotations

import re

from midwatch.detectors._log_rule import Rule
from midwatch.detectors._log_targets import serves_backend
from midwatch.detectors.logs._log_line import Line, Meaning, claims_for
from midwatch.domain.finding import Claim
from midwatch.domain.kube.containers import VolumeMount
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.volumes import Volume
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATH = re.compile(r"(?<![\w:/.])(/[\w.@+-]{1,128}(?:/[\w.@+-]{1,128}){0,16})")
_SOCKET = re.compile(r"\b(?:bind|listen|socket|setsockopt|raw socket|ping)\b", re.IGNORECASE)
_WATCHES = re.compile(r"inotify|file watch", re.IGNORECASE)


def meaning_of_files(line: Line, rule: Rule) -> Meaning:
    """A refused or read-only file: that of a volume, or of the image."""
    if _SOCKET.search(line.text):
        return Meaning(line.client, claims_for(line.client, (("application-crash", 0.4),)), _socket_words())
    path, mount = _mount_of(line)
    if rule.name == "read-only-files":
        return _read_only(line, path, mount)
    if mount is not None:
        words = Text(f"it has no rights on its volume {mount.name!r} ({path or mount.mount_path})",
                     f"它对卷 {mount.name!r}（{path or mount.mount_path}）没有权限")  # fmt: skip
        strength = 0.85 if path else 0.75
        return Meaning(line.client, claims_for(line.client, (("volume-permission-denied", strength),)), words)
    causes = (("application-crash", 0.4), ("volume-permission-denied", 0.25))
    return Meaning(line.client, claims_for(line.client, causes))


def _socket_words() -> Text:
    return Text("it may not open a socket", "它无权打开套接字")


def _read_only(line: Line, path: str, mount: VolumeMount | None) -> Meaning:
    """A path on a volume tells which file system it is; the root is read-only where the spec says so."""
    context = line.spec.security_context if line.spec is not None else None
    proven = context is not None and bool(context.read_only_root_filesystem)
    if mount is not None and (path or not proven):
        words = Text(f"it writes to its volume {mount.name!r}, which is read-only",
                     f"它向只读的卷 {mount.name!r} 写入")  # fmt: skip
        strength = 0.7 if path or mount.read_only else 0.5
        causes = (("volume-permission-denied", strength), ("root-filesystem-read-only", 0.7 - strength))
        return Meaning(line.client, claims_for(line.client, (each for each in causes if each[1] > 0)), words)
    strength = 0.85 if proven else 0.6
    return Meaning(line.client, claims_for(line.client, (("root-filesystem-read-only", strength),)))


def _mount_of(line: Line) -> tuple[str, VolumeMount | None]:
    """The path a line names and the volume it lies on; without a path, the only volume with data of its own."""
    mounts = line.spec.volume_mounts if line.spec is not None else ()
    for path in _PATH.findall(line.text[:2048]):
        within = [each for each in mounts if each.mount_path and _lies_in(path, each.mount_path)]
        if within:
            return path, max(within, key=lambda each: len(each.mount_path))
    if _PATH.search(line.text[:2048]):
        return "", None
    lasting = [each for each in mounts if line.pod is not None and _lasts(_volume(line.pod, each.name))]
    return "", lasting[0] if lasting else None


def _lies_in(path: str, directory: str) -> bool:
    directory = directory.rstrip("/")
    return path == directory or path.startswith(f"{directory}/")


def _volume(pod: Pod, name: str) -> Volume | None:
    return next((each for each in pod.spec.volumes if each.name == name), None)


def _lasts(volume: Volume | None) -> bool:
    return volume is not None and bool(
        volume.host_path or volume.persistent_volume_claim or volume.nfs or volume.csi or volume.ephemeral
    )


def meaning_of_space(line: Line) -> Meaning:
    """A full disk: that of a claim, else that of the node."""
    if line.pod is None or _WATCHES.search(line.text):
        return Meaning(line.client, ())
    _, mount = _mount_of(line)
    claims = [Claim("volume-full", each, 0.65) for each in _claims_of(line.pod, mount)]
    if serves_backend(line.pod):
        claims.insert(0, Claim("db-disk-full", line.client, 0.75))
    if not claims:
        claims = [Claim("ephemeral-storage-exhausted", line.client, 0.5)]
        if line.pod.spec.node_name:
            claims.append(Claim("node-disk-pressure", Ref("Node", "", line.pod.spec.node_name), 0.35))
    return Meaning(line.client, tuple(claims))


def _claims_of(pod: Pod, mount: VolumeMount | None) -> list[Ref]:
    """The PersistentVolumeClaim a mount shows; without a mount, the only one of the pod."""
    claimed = {
        each.name: each.persistent_volume_claim for each in pod.spec.volumes if each.persistent_volume_claim
    }
    wanted = [claimed.get(mount.name)] if mount is not None else list(claimed.values())
    found = [Ref("PersistentVolumeClaim", pod.namespace, each.claim_name) for each in wanted if each is not None]
    return found if len(found) == 1 else []
