"""storage: volumes that cannot be attached, mounted or grown, by the words of the kubelet and the controllers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from midwatch.detectors._ages import older_than, oldest
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, refs
from midwatch.detectors.storage._binding import claim_users
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim, VolumeAttachment
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_MAX_MESSAGE = 4096
_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_RESIZE = ("VolumeResizeFailed", "FileSystemResizeFailed")
_STUCK = 120
_LATELY = 900
_VOLUME = re.compile(r"for volume \"([^\"]{1,253})\"")
_UNMOUNTED = re.compile(r"unmounted volumes=\[([^\]\s]{1,253})")
_ELSEWHERE = re.compile(
    r"(?:configmap|secret)s? \"[^\"]{1,253}\" (?:not found|is forbidden)|references non-existent (?:config|secret)"
    r"|not registered|permission denied|operation not permitted|access denied|hostPath type check failed"
    r"|failed to sync (?:configmap|secret) cache|failed to fetch token",
    re.IGNORECASE,
)
"""Told by the families `configuration` and `startup`."""
_CAUSES = (
    ("Multi-Attach error", "volume-multi-attach", 0.97),
    ("exclusively attached", "volume-multi-attach", 0.97),
    ("not found in the list of registered CSI drivers", "csi-driver-missing", 0.97),
    ("Volume is already used by", "volume-multi-attach", 0.97),
    ("wrong fs type", "volume-mount-failed", 0.97),
)


class _Trouble(NamedTuple):
    pod: Pod
    event: Event


def failed_volumes(inventory: Inventory) -> Iterator[Finding]:
    """Pods wait because a volume cannot be attached or mounted.

    Source: pkg/kubelet/volumemanager, pkg/controller/volume/attachdetach (FailedMount, FailedAttachVolume).
    """
    groups: dict[tuple[Ref, str, float], list[_Trouble]] = defaultdict(list)
    for event in inventory.all(Event):
        if event.reason in _REASONS:
            pod = inventory.get(Pod, event.involved_object.namespace, event.involved_object.name)
            cause = _cause(event.reason, event.message[:_MAX_MESSAGE])
            if pod is not None and cause is not None and not _is_over(inventory, pod, event):
                groups[_culprit(inventory, pod, event), *cause].append(_Trouble(pod, event))
    for (culprit, cause, strength), found in groups.items():
        yield _finding(culprit, cause, strength, found)


@lru_cache(maxsize=4096)
def _cause(reason: str, text: str) -> tuple[str, float] | None:
    if _ELSEWHERE.search(text):
        return None
    for needle, cause, strength in _CAUSES:
        if needle in text:
            return cause, strength
    if reason == "FailedAttachVolume":
        return "volume-attach-failed", 0.9
    waits = "timed out waiting" in text or "context deadline exceeded" in text
    return ("volume-mount-failed", 0.5) if waits else ("volume-mount-failed", 0.9)


def _is_over(inventory: Inventory, pod: Pod, event: Event) -> bool:
    """Mounted after all: a container runs, or nobody complained for long."""
    started = any(each.state.running or each.container_id for each in pod.status.container_statuses)
    ended = pod.status.phase in ("Running", "Succeeded", "Failed") or started
    return ended or older_than(inventory, event.last_seen, _LATELY, unknown=False)


def _culprit(inventory: Inventory, pod: Pod, event: Event) -> Ref:
    """The claim behind the volume that the message names, else the pod's only claim, else its workload."""
    text = event.message[:_MAX_MESSAGE]
    named = _VOLUME.search(text) or _UNMOUNTED.search(text)
    name = named[1] if named else ""
    volume = inventory.get(PersistentVolume, "", name)
    if volume is not None and volume.spec.claim_ref is not None:
        return Ref("PersistentVolumeClaim", volume.spec.claim_ref.namespace, volume.spec.claim_ref.name)
    claims = {each.name: each.persistent_volume_claim for each in pod.spec.volumes if each.persistent_volume_claim}
    for volume_name, claim in claims.items():
        bound = inventory.get(PersistentVolumeClaim, pod.namespace, claim.claim_name)
        if volume_name == name or (bound is not None and name and bound.spec.volume_name == name):
            return Ref("PersistentVolumeClaim", pod.namespace, claim.claim_name)
    return inventory.workload(pod)


_WORDS = {
    "volume-multi-attach": Text("is still attached to another node", "仍挂接在另一个节点上"),
    "csi-driver-missing": Text("needs a CSI driver that its node does not have", "所需的 CSI 驱动在节点上不存在"),
    "volume-attach-failed": Text("cannot be attached", "无法挂接"),
    "volume-mount-failed": Text("cannot be mounted", "无法挂载"),
}


def _finding(culprit: Ref, cause: str, strength: float, found: list[_Trouble]) -> Finding:
    pods = tuple(dict.fromkeys(each.pod.ref for each in found))
    en, zh = _WORDS[cause]
    return Finding(
        f"storage/{cause}",
        culprit,
        Text(
            f"A volume of {culprit} {en}, so {len(pods)} pod(s) (such as {pods[0].name}) cannot start",
            f"{culprit} 的卷{zh},{len(pods)} 个 Pod(例如 {pods[0].name})无法启动",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim(cause, culprit, strength),),
        tuple(event_fact(each.event) for each in found[:MAX_FACTS]),
        pods,
        oldest(each.event.first_seen for each in found),
    )


def stuck_attachments(inventory: Inventory) -> Iterator[Finding]:
    """A VolumeAttachment carries an error. Source: k8s.io/api/storage/v1 VolumeAttachmentStatus."""
    for each in inventory.all(VolumeAttachment):
        error = each.status.attach_error if not each.status.attached else None
        if error is None or not error.message:
            continue
        volume = inventory.get(PersistentVolume, "", each.spec.source.persistent_volume_name)
        owner = volume.spec.claim_ref if volume else None
        culprit = Ref("PersistentVolumeClaim", owner.namespace, owner.name) if owner else each.ref
        users = inventory.derive(claim_users).get(culprit, ())
        waiting = [pod for pod in users if pod.status.phase == "Pending"]
        if not older_than(inventory, each.metadata.creation_timestamp, _STUCK, unknown=True):
            continue
        yield Finding(
            "storage/attachment-error",
            each.ref,
            Text(
                f"Volume {each.spec.source.persistent_volume_name} cannot be attached to Node "
                f"{each.spec.node_name}",
                f"卷 {each.spec.source.persistent_volume_name} 无法挂接到节点 {each.spec.node_name}",
            ),
            Severity.ERROR if waiting else Severity.WARNING,
            claims=(Claim("volume-attach-failed", culprit, 0.9 if waiting else 0.5),),
            facts=(fact(each, ".status.attachError.message", error.message, error.time),),
            affected=refs(waiting),
        )


def resize_failed(inventory: Inventory) -> Iterator[Finding]:
    """A claim asks for more than it has and growing it failed. Source: external-resizer, kubelet (events)."""
    for claim in inventory.all(PersistentVolumeClaim):
        if claim.status.phase != "Bound":
            continue
        errors = [each for each in inventory.events(claim.ref) if each.reason in _RESIZE]
        failed = [each for each in claim.status.conditions if each.type.endswith("ResizeError")]
        wanted, have = claim.spec.resources.requests.get("storage"), claim.status.capacity.get("storage")
        if wanted == have or not (errors or failed):
            continue
        told = [event_fact(each) for each in errors[-1:]]
        told += [fact(claim, f".status.conditions[{each.type}]", each.message) for each in failed]
        yield Finding(
            "storage/volume-resize-failed",
            claim.ref,
            Text(f"{claim.ref} cannot grow from {have} to {wanted}", f"{claim.ref} 无法从 {have} 扩容到 {wanted}"),
            Severity.WARNING,
            claims=(Claim("volume-resize-failed", claim.ref, 0.9),),
            facts=(fact(claim, ".status.capacity.storage", have), *told),
            affected=refs(inventory.derive(claim_users).get(claim.ref, ())),
        )
