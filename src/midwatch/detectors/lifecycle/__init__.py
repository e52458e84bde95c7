"""lifecycle: what should be gone and is not: finalizers, terminating pods and namespaces, orphans."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from midwatch.detectors._ages import age, older_than, spell
from midwatch.detectors.common import MAX_FACTS, fact, refs
from midwatch.detectors.lifecycle import _termination
from midwatch.detectors.lifecycle._finalizers import who_removes
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, Namespace
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.kube.meta import Condition, KubeObject, OwnerReference
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import PersistentVolumeClaim
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATIENCE = 120


def stuck_finalizers(inventory: Inventory) -> Iterator[Finding]:
    """Deleted objects that finalizers keep. Source: kubernetes.io/docs/concepts/overview/working-with-objects/
    finalizers. Several objects of a kind with the same finalizers are one finding.
    """
    groups: dict[tuple[str, str, tuple[str, ...]], list[KubeObject]] = defaultdict(list)
    for found in inventory.by_ref.values():
        if found.metadata.deletion_timestamp is None or not found.metadata.finalizers:
            continue
        if older_than(inventory, found.metadata.deletion_timestamp, _PATIENCE, unknown=False):
            groups[found.ref.kind, found.namespace, found.metadata.finalizers].append(found)
    for found in groups.values():
        yield _stuck(inventory, found)


def _stuck(inventory: Inventory, found: list[KubeObject]) -> Finding:
    first = found[0]
    waiting = max(age(inventory, each.metadata.deletion_timestamp) or 0.0 for each in found)
    names = ", ".join(first.metadata.finalizers[:MAX_FACTS])
    who = who_removes(first.metadata.finalizers[0])
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    more_zh = f" 等 {len(found)} 个对象" if len(found) > 1 else ""
    meant = all(_is_protected(inventory, each) for each in found)
    return Finding(
        "lifecycle/finalizer-stuck",
        first.ref,
        Text(
            f"{first.ref}{more} was deleted {spell(waiting)} ago, but finalizers ({names}) keep it; "
            f"{who.en} should remove them",
            f"{first.ref}{more_zh} 已删除 {spell(waiting)},但仍被 finalizer({names})保留;应由{who.zh}移除",
        ),
        Severity.INFO if meant else Severity.WARNING,
        Status.LATENT if meant else Status.ACTIVE,
        claims=() if meant else tuple(Claim("finalizer-stuck", each.ref, 0.85) for each in found[:MAX_FACTS]),
        facts=tuple(fact(each, ".metadata.finalizers", names) for each in found[:MAX_FACTS]),
        affected=refs(found),
        since=first.metadata.deletion_timestamp,
    )


def _is_protected(inventory: Inventory, found: KubeObject) -> bool:
    """Whether a claim is kept, as intended, only because pods still use it."""
    if not isinstance(found, PersistentVolumeClaim):
        return False
    if found.metadata.finalizers != ("kubernetes.io/pvc-protection",):
        return False
    return any(
        volume.persistent_volume_claim and volume.persistent_volume_claim.claim_name == found.name
        for pod in inventory.pods_by_namespace.get(found.namespace, ())
        for volume in pod.spec.volumes
    )


_NAMESPACE_PROBLEMS = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)
_API = re.compile(r"([a-z0-9.-]{1,253})/(v\d[a-z0-9]{0,20})\b")


def terminating_namespaces(inventory: Inventory) -> Iterator[Finding]:
    """Namespaces that do not end, with the reason the namespace controller gives.

    Source: pkg/controller/namespace/deletion/status_condition_utils.go.
    """
    for found in inventory.all(Namespace):
        gone = found.metadata.deletion_timestamp
        if found.status.phase != "Terminating" and gone is None:
            continue
        said = _said(found)
        if older_than(inventory, gone, _PATIENCE, unknown=bool(said)):
            yield _namespace(inventory, found, said)


def _said(found: Namespace) -> list[Condition]:
    held = {each.type: each for each in found.status.conditions if each.status == "True"}
    return [held[each] for each in _NAMESPACE_PROBLEMS if each in held]


def _namespace(inventory: Inventory, found: Namespace, said: list[Condition]) -> Finding:
    why = said[0].message if said else "no reason is given"
    why_zh = said[0].message if said else "未给出原因"
    passed = age(inventory, found.metadata.deletion_timestamp)
    ago = f" {spell(passed)} ago" if passed is not None else ""
    return Finding(
        "lifecycle/namespace-terminating",
        found.ref,
        Text(
            f"Namespace {found.name} was deleted{ago} and does not end: {why[:240]}",
            f"命名空间 {found.name} 删除后一直无法结束:{why_zh[:240]}",
        ),
        Severity.WARNING,
        claims=(Claim("namespace-terminating", found.ref, 0.8), *_broken_api(said)),
        facts=tuple(fact(found, f".status.conditions[{each.type}]", each.message) for each in said[:MAX_FACTS]),
        since=found.metadata.deletion_timestamp,
    )


def _broken_api(said: list[Condition]) -> tuple[Claim, ...]:
    """The aggregated API whose silence keeps the controller from listing what is left."""
    failure = next((each for each in said if each.type == "NamespaceDeletionDiscoveryFailure"), None)
    match = _API.search(failure.message[:2048]) if failure else None
    if match is None:
        return ()
    return (Claim("api-service-unavailable", Ref("APIService", "", f"{match[2]}.{match[1]}"), 0.8),)


_ORPHANED = 600


def missing_owners(inventory: Inventory) -> Iterator[Finding]:
    """Objects whose owner does not exist: the garbage collector should have removed them.

    Source: kubernetes.io/docs/concepts/architecture/garbage-collection.
    """
    groups: dict[tuple[str, str, str], list[KubeObject]] = defaultdict(list)
    for found in inventory.by_ref.values():
        for owner in found.metadata.owner_references:
            if _is_gone(inventory, found, owner):
                groups[found.namespace, owner.kind, owner.name].append(found)
    for (_, kind, name), found in groups.items():
        yield Finding(
            "lifecycle/owner-missing",
            found[0].ref,
            Text(
                f"{found[0].ref} belongs to {kind} {name}, which does not exist",
                f"{found[0].ref} 的属主 {kind} {name} 不存在",
            ),
            Severity.INFO,
            Status.LATENT,
            claims=(Claim("owner-missing", found[0].ref, 0.2),),
            facts=tuple(fact(each, ".metadata.ownerReferences", f"{kind} {name}") for each in found[:MAX_FACTS]),
            affected=refs(found),
        )


def _is_gone(inventory: Inventory, found: KubeObject, owner: OwnerReference) -> bool:
    known = BY_KIND.get(owner.kind)
    if known is None or not owner.name or isinstance(found, Event) or found.metadata.deletion_timestamp:
        return False
    if known.group != owner.api_version.rpartition("/")[0] and owner.api_version:
        return False
    namespace = found.namespace if known.namespaced else ""
    if Ref(owner.kind, namespace, owner.name) in inventory.by_ref or not inventory.knows(known.struct, namespace):
        return False
    is_mirror = isinstance(found, Pod) and owner.kind == "Node"
    return not is_mirror and older_than(inventory, found.metadata.creation_timestamp, _ORPHANED, unknown=False)


DETECTORS = (stuck_finalizers, terminating_namespaces, missing_owners, *_termination.DETECTORS)
