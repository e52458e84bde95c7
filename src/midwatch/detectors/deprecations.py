"""deprecations: API versions, labels and annotations in use that Kubernetes has given up or will."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from midwatch.detectors._node_advice import minor_version
from midwatch.detectors._removals import ANNOTATIONS, LABELS, REMOVALS, Removal
from midwatch.detectors.common import MAX_FACTS, fact, refs
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import CustomResourceDefinition
from midwatch.domain.kube.cluster import Event, Node, Secret
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_VERSION = re.compile(r"\"apiVersion\":\s?\"([^\"]{1,120})\"")


def deprecated_versions(inventory: Inventory) -> Iterator[Finding]:
    """Objects that were read or last applied in a deprecated API version; one finding per version and kind.

    A LIST is answered in the version it asks for, so what was applied says more (`last-applied-configuration`).
    """
    groups: dict[tuple[str, str], list[KubeObject]] = defaultdict(list)
    for found in inventory.by_ref.values():
        if isinstance(found, (Secret, Event)):
            continue
        kind = found.ref.kind
        for version in dict.fromkeys((found.api_version, _applied_version(found))):
            if (version, kind) in REMOVALS:
                groups[version, kind].append(found)
    current = _minor(inventory)
    for (version, kind), found in groups.items():
        yield _version(version, kind, found, REMOVALS[version, kind], current)


def _applied_version(found: KubeObject) -> str:
    """kubectl writes keys in order, so the object's own version comes first."""
    applied = found.metadata.annotations.get(_APPLIED)
    match = _VERSION.search(applied[:300]) if applied else None
    return match[1] if match else ""


def _minor(inventory: Inventory) -> int | None:
    """The newest minor release of a kubelet, which is never newer than the API server's."""
    versions = (minor_version(each.status.node_info.kubelet_version) for each in inventory.all(Node))
    return max((each[1] for each in versions if each and each[0] == 1), default=None)


def _version(version: str, kind: str, found: list[KubeObject], removal: Removal, current: int | None) -> Finding:
    gone = current is not None and current >= removal.removed
    when = f"is not served since Kubernetes 1.{removal.removed}"
    return Finding(
        "deprecations/api-version",
        found[0].ref,
        Text(
            f"{len(found)} {kind} objects were applied as {version}, which {when}: use {removal.successor}",
            f"有 {len(found)} 个 {kind} 以 {version} 应用,该版本自 Kubernetes 1.{removal.removed} 起不再提供,"
            f"请改用 {removal.successor}",
        ),
        Severity.WARNING if gone else Severity.INFO,
        Status.LATENT,
        claims=(Claim("deprecated-api", found[0].ref, 0.3 if gone else 0.1),),
        facts=tuple(fact(each, ".apiVersion", version) for each in found[:MAX_FACTS]),
        affected=refs(found),
    )


def deprecated_custom_versions(inventory: Inventory) -> Iterator[Finding]:
    """Custom kinds that are stored in a version that their authors deprecated."""
    for found in inventory.all(CustomResourceDefinition):
        old = next((each.name for each in found.spec.versions if each.storage and each.deprecated), "")
        if old:
            yield Finding(
                "deprecations/custom-version",
                found.ref,
                Text(
                    f"{found.name} stores its objects in version {old}, which is deprecated",
                    f"{found.name} 以已弃用的版本 {old} 存储对象",
                ),
                Severity.INFO,
                Status.LATENT,
                claims=(Claim("deprecated-api", found.ref, 0.1),),
                facts=(fact(found, ".spec.versions", f"{old} is stored and deprecated"),),
            )


def deprecated_names(inventory: Inventory) -> Iterator[Finding]:
    """Old labels in node selectors, and annotations that became fields."""
    groups: dict[tuple[str, str], dict[Ref, KubeObject]] = defaultdict(dict)
    for pod in inventory.all(Pod):
        for key in pod.spec.node_selector:
            if key in LABELS:
                groups[key, LABELS[key]].setdefault(inventory.workload(pod), pod)
    for found in inventory.by_ref.values():
        for key in ANNOTATIONS.keys() & found.metadata.annotations.keys():
            if not isinstance(found, Pod) or not found.metadata.owner_references:
                groups[key, ANNOTATIONS[key]].setdefault(found.ref, found)
    for (key, successor), found in sorted(groups.items()):
        subject = next(iter(found))
        yield Finding(
            "deprecations/name",
            subject,
            Text(
                f"{len(found)} objects (such as {subject}) use {key}, which is deprecated: use {successor}",
                f"有 {len(found)} 个对象(例如 {subject})使用了已弃用的 {key},请改用 {successor}",
            ),
            Severity.INFO,
            Status.LATENT,
            facts=tuple(fact(each, ".spec or .metadata", key) for each in list(found.values())[:MAX_FACTS]),
            affected=tuple(found),
        )


DETECTORS = (deprecated_versions, deprecated_custom_versions, deprecated_names)
