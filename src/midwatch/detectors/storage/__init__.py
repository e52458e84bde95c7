"""storage: claims that stay pending, volumes that cannot be attached or mounted, and pods without their claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from midwatch.detectors._ages import age, older_than
from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished, refs
from midwatch.detectors.storage._binding import (
    NO_PROVISIONER,
    Candidate,
    Mismatch,
    candidates,
    claim_names,
    claim_users,
    class_name,
    default_class,
)
from midwatch.detectors.storage._volume_events import failed_volumes, resize_failed, stuck_attachments
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import CSIDriver, PersistentVolume, PersistentVolumeClaim, StorageClass
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_FRESH = 20
"""Seconds; the volume controller looks at every claim at least every 15 s."""
_SLOW = 120
_MAX_MESSAGE = 4096
_MISMATCH = (
    ("already bound to a different claim", "pv-already-bound"),
    ("requested PV is too small", "pvc-capacity-mismatch"),
    ("storageClassName does not match", "pvc-storage-class-mismatch"),
    ("accessMode", "pvc-access-mode-mismatch"),
    ("incompatible volumeMode", "pvc-access-mode-mismatch"),
)
_HIDDEN = ("pvc-access-mode-mismatch", "pvc-capacity-mismatch", "pvc-selector-mismatch")
_NO_CLASS = re.compile(r"storageclass[.a-z0-9]{0,40} \"[^\"]{1,253}\" not found")
_MODE_REFUSED = re.compile(
    r"(?:only supports?|not support(?:ed)?|unsupported|invalid)[^;]{0,100}(?:access ?modes?|multi-node)"
    r"|(?:access ?modes?|multi-node)[^;]{0,100}(?:only supports?|not support(?:ed)?|unsupported)",
    re.IGNORECASE,
)
"""How provisioners refuse: local-path-provisioner, OpenEBS local volumes, the CSI drivers of disks."""
_LOST_CLAIM = re.compile(r"persistentvolumeclaim \"([^\"]{1,253})\" not found")

_Verdict = tuple[list[tuple[str, float]], Text, list[Fact]]


def pending_claims(inventory: Inventory) -> Iterator[Finding]:
    """A claim finds no volume: matched again as the volume controller does, and by what it says.

    Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncUnboundClaim).
    """
    for claim in inventory.all(PersistentVolumeClaim):
        if claim.status.phase == "Pending" and claim.metadata.deletion_timestamp is None:
            users = [each for each in inventory.derive(claim_users).get(claim.ref, ()) if not is_finished(each)]
            verdict = _why_pending(inventory, claim, users)
            if verdict is not None:
                yield _finding(inventory, claim, users, verdict)


def _finding(
    inventory: Inventory, claim: PersistentVolumeClaim, users: Sequence[Pod], verdict: _Verdict
) -> Finding:
    causes, message, facts = verdict
    return Finding(
        f"storage/{causes[0][0]}",
        claim.ref,
        message,
        Severity.ERROR if users else Severity.WARNING,
        Status.ACTIVE if users else Status.LATENT,
        tuple(Claim(cause, claim.ref, strength if users else min(strength, 0.5)) for cause, strength in causes),
        tuple(facts),
        (*refs(users), *dict.fromkeys(inventory.workload(each) for each in users)),
        claim.metadata.creation_timestamp,
    )


def _why_pending(inventory: Inventory, claim: PersistentVolumeClaim, users: Sequence[Pod]) -> _Verdict | None:
    said = _said(inventory, claim)
    if not older_than(inventory, claim.metadata.creation_timestamp, _FRESH, unknown=True) and said is None:
        return None
    name = class_name(inventory, claim)
    found = inventory.get(StorageClass, "", name) if name else None
    if found is not None and found.volume_binding_mode == "WaitForFirstConsumer":
        chosen = "volume.kubernetes.io/selected-node" in claim.metadata.annotations
        # a provisioner that lacks resources gives the node back, so that the scheduler may choose another one
        if not any(not each.spec.node_name for each in users) or not (chosen or said or _is_static(found)):
            return None
    if found is not None and not _is_static(found):
        return _provisioning(inventory, claim, found, said)
    return _matching(inventory, claim, name, said)


def _is_static(found: StorageClass) -> bool:
    return found.provisioner in ("", NO_PROVISIONER)


def _said(inventory: Inventory, claim: PersistentVolumeClaim) -> Event | None:
    """The newest thing that a volume controller complained about."""
    normal = ("WaitForFirstConsumer", "ExternalProvisioning", "Provisioning", "WaitForPodScheduled")
    events = [each for each in inventory.events(claim.ref) if each.reason not in normal]
    return min(events, key=lambda each: age(inventory, each.last_seen) or 0.0, default=None)


def _provisioning(
    inventory: Inventory, claim: PersistentVolumeClaim, found: StorageClass, said: Event | None
) -> _Verdict | None:
    """The class makes volumes on demand, so its provisioner is what fails or is missing."""
    facts = [fact(found, ".provisioner", found.provisioner)] + ([event_fact(said)] if said else [])
    if claim.spec.selector is not None and (
        claim.spec.selector.match_labels or claim.spec.selector.match_expressions
    ):
        verdict = _matching(inventory, claim, found.name, said)
        if verdict is not None:
            return verdict
    if said is None and not older_than(inventory, claim.metadata.creation_timestamp, _SLOW, unknown=True):
        return None
    causes = [("volume-provisioning-failed", 0.97 if said and said.reason == "ProvisioningFailed" else 0.6)]
    if said is not None and _MODE_REFUSED.search(said.message[:_MAX_MESSAGE]):
        causes = [("pvc-access-mode-mismatch", 0.95), ("volume-provisioning-failed", 0.5)]
    in_tree = found.provisioner.startswith("kubernetes.io/") or "csi" not in found.provisioner
    if not in_tree and inventory.knows(CSIDriver) and not inventory.get(CSIDriver, "", found.provisioner):
        causes.insert(0, ("csi-driver-missing", 0.75))
    message = Text(
        f"{claim.ref} is pending: provisioner {found.provisioner} of StorageClass {found.name} makes no volume "
        f"for it",
        f"{claim.ref} 处于 Pending:StorageClass {found.name} 的供应器 {found.provisioner} 未能为其创建卷",
    )
    return causes, message, facts


def _matching(
    inventory: Inventory, claim: PersistentVolumeClaim, name: str, said: Event | None
) -> _Verdict | None:
    """Only an existing volume can satisfy the claim: take the nearest one and tell what differs."""
    found = candidates(inventory, claim)
    if found and not found[0].mismatches:
        return _stalled(inventory, claim, found[0].volume, said)
    facts = [event_fact(said)] if said else []
    causes = _told(said)
    known_gone = inventory.knows(StorageClass) and inventory.get(StorageClass, "", name) is None
    class_gone = bool(name) and (known_gone or bool(said and _NO_CLASS.search(said.message[:_MAX_MESSAGE])))
    nearest = next((each for each in found if _is_near(each)), None)
    if nearest is not None:
        strength = (0.9 if len(nearest.mismatches) == 1 else 0.6) if not causes else 0.5
        causes += [(each.cause, strength) for each in nearest.mismatches if each.cause not in dict(causes)]
        facts += [
            fact(claim, each.path, f"{each.wanted} ({nearest.volume.ref} has {each.found})")
            for each in nearest.mismatches
        ]
        facts.append(fact(nearest.volume, ".status.phase", nearest.volume.status.phase))
        if class_gone:
            causes.append(("pvc-storage-class-missing", 0.5))
        return causes, _differs(claim, nearest.volume, nearest.mismatches), facts
    return _nothing_near(inventory, claim, name, causes, facts, class_gone)


def _is_near(found: Candidate) -> bool:
    return len(found.mismatches) == 1 or (len(found.mismatches) == 2 and found.related)


def _told(said: Event | None) -> list[tuple[str, float]]:
    text = said.message[:_MAX_MESSAGE] if said else ""
    if said is None or ("requested volume" not in text and "already bound" not in text):
        return []
    return [(cause, 0.97) for needle, cause in _MISMATCH if needle in text][:1]


def _differs(claim: PersistentVolumeClaim, volume: PersistentVolume, mismatches: Sequence[Mismatch]) -> Text:
    en = "; ".join(f"{each.path} wants {each.wanted}, it has {each.found}" for each in mismatches)
    zh = "；".join(f"{each.path} 要求 {each.wanted}，而它是 {each.found}" for each in mismatches)
    return Text(
        f"{claim.ref} is pending: the nearest volume {volume.name} does not match ({en})",
        f"{claim.ref} 处于 Pending：最接近的卷 {volume.name} 不匹配({zh})",
    )


def _stalled(
    inventory: Inventory, claim: PersistentVolumeClaim, volume: PersistentVolume, said: Event | None
) -> _Verdict | None:
    """What a description of a claim leaves out (size, modes, selector) may be what the volume does not meet."""
    refused = said is not None and said.reason == "FailedBinding"
    if not refused and not older_than(inventory, claim.metadata.creation_timestamp, _SLOW, unknown=False):
        return None
    message = Text(
        f"{claim.ref} is pending although volume {volume.name} matches it",
        f"{claim.ref} 处于 Pending，尽管卷 {volume.name} 与其匹配",
    )
    spec = claim.spec
    unread = not spec.access_modes and not spec.resources.requests and spec.selector is None
    hidden = [(cause, 0.3) for cause in _HIDDEN] if refused and unread else []
    facts = [fact(volume, ".status.phase", volume.status.phase)] + ([event_fact(said)] if said else [])
    return [("pvc-pending", 0.4), *hidden], message, facts


def _nothing_near(
    inventory: Inventory,
    claim: PersistentVolumeClaim,
    name: str,
    causes: list[tuple[str, float]],
    facts: list[Fact],
    class_gone: bool,
) -> _Verdict:
    if class_gone:
        causes.append(("pvc-storage-class-missing", 0.95))
        why = Text(f"StorageClass {name} does not exist", f"StorageClass {name} 不存在")
        facts.append(fact(claim, ".spec.storageClassName", name))
    elif not name and claim.spec.storage_class_name is None and inventory.knows(StorageClass):
        causes.append(("default-storage-class-missing", 0.75))
        why = Text("it names no StorageClass and there is no default one", "未指定 StorageClass，也没有默认的")
    else:
        lost = claim.spec.volume_name and inventory.knows(PersistentVolume)
        causes.append(("pvc-lost", 0.75) if lost and not default_class(inventory) else ("pvc-pending", 0.4))
        why = Text("no volume is available for it", "没有可用的卷")
    if not inventory.knows(PersistentVolume):
        causes = [(cause, min(strength, 0.9 if class_gone else 0.4)) for cause, strength in causes]
    return causes, Text(f"{claim.ref} is pending: {why.en}", f"{claim.ref} 处于 Pending：{why.zh}"), facts


def lost_claims(inventory: Inventory) -> Iterator[Finding]:
    """The volume of a bound claim is gone. Source: pv_controller.go (ClaimLost)."""
    for claim in inventory.all(PersistentVolumeClaim):
        if claim.status.phase == "Lost":
            users = inventory.derive(claim_users).get(claim.ref, ())
            yield Finding(
                "storage/pvc-lost",
                claim.ref,
                Text(
                    f"{claim.ref} lost its volume {claim.spec.volume_name}",
                    f"{claim.ref} 丢失了其卷 {claim.spec.volume_name}",
                ),
                Severity.ERROR,
                claims=(Claim("pvc-lost", claim.ref, 0.97),),
                facts=(fact(claim, ".status.phase", "Lost"),),
                affected=refs(users),
            )


def missing_claims(inventory: Inventory) -> Iterator[Finding]:
    """Pods wait for a claim that does not exist. Source: pkg/scheduler/framework/plugins/volumebinding."""
    waiting: dict[Ref, list[Pod]] = {}
    facts: dict[Ref, list[Fact]] = {}
    for pod in inventory.all(Pod):
        if pod.status.phase != "Pending" or pod.metadata.deletion_timestamp is not None:
            continue
        for name, said in _missing_of(inventory, pod):
            ref = Ref("PersistentVolumeClaim", pod.namespace, name)
            waiting.setdefault(ref, []).append(pod)
            facts.setdefault(ref, []).append(said)
    for ref, pods in waiting.items():
        workloads = tuple(dict.fromkeys(inventory.workload(each) for each in pods))
        yield Finding(
            "storage/pvc-missing",
            workloads[0],
            Text(
                f"{len(pods)} pod(s) of {workloads[0]} mount {ref}, which does not exist",
                f"{workloads[0]} 有 {len(pods)} 个 Pod 挂载了不存在的 {ref}",
            ),
            Severity.ERROR,
            claims=(Claim("pvc-missing", ref, 0.95),),
            facts=tuple(facts[ref][:MAX_FACTS]),
            affected=(*refs(pods), *workloads),
        )


def _missing_of(inventory: Inventory, pod: Pod) -> Iterator[tuple[str, Fact]]:
    """By the lists of claims, else by the scheduler's newest word."""
    if inventory.knows(PersistentVolumeClaim, pod.namespace):
        if older_than(inventory, pod.metadata.creation_timestamp, _FRESH, unknown=True):
            for name in dict.fromkeys(claim_names(pod)):
                if inventory.get(PersistentVolumeClaim, pod.namespace, name) is None:
                    yield name, fact(pod, ".spec.volumes[].persistentVolumeClaim.claimName", name)
        return
    for event in list(inventory.events(pod.ref))[-1:]:
        found = _LOST_CLAIM.search(event.message[:_MAX_MESSAGE])
        if found is not None:
            yield found[1], event_fact(event)


DETECTORS = (pending_claims, lost_claims, missing_claims, failed_volumes, stuck_attachments, resize_failed)
