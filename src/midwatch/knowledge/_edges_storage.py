"""Claims, volumes, classes, drivers and attachments."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Edge, Relation

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def storage_edges(inventory: Inventory) -> Iterator[Edge]:
    """What a claim needs: its volume, the class, and where the volume is attached."""
    default = _default_class(inventory)
    for claim in inventory.all(PersistentVolumeClaim):
        yield from _claim(claim, default)
    for volume in inventory.all(PersistentVolume):
        yield from _volume(inventory, volume)
    for attachment in inventory.all(VolumeAttachment):
        yield from _attachment(attachment)


def _default_class(inventory: Inventory) -> str:
    """The newest class marked as default is the one that is taken."""
    marked = [each for each in inventory.all(StorageClass) if each.metadata.annotations.get(_DEFAULT) == "true"]
    return max((_age(each) for each in marked), default=(0.0, ""))[1]


def _age(found: StorageClass) -> tuple[float, str]:
    created = found.metadata.creation_timestamp
    return (created.timestamp() if created else 0.0), found.name


def _claim(claim: PersistentVolumeClaim, default: str) -> Iterator[Edge]:
    spec = claim.spec
    if spec.volume_name:
        yield Edge(claim.ref, Ref("PersistentVolume", "", spec.volume_name), Relation.BINDS)
    wanted = spec.storage_class_name
    name = default if wanted is None and not spec.volume_name else wanted
    if name:
        yield Edge(claim.ref, Ref("StorageClass", "", name), Relation.BINDS)


def _volume(inventory: Inventory, volume: PersistentVolume) -> Iterator[Edge]:
    spec = volume.spec
    if spec.storage_class_name:
        target = Ref("StorageClass", "", spec.storage_class_name)
        # Static volumes may name a class that nobody ever made, only to pair them with claims.
        if target in inventory.by_ref or spec.csi is not None:
            yield Edge(volume.ref, target, Relation.BINDS)
    if spec.csi is not None and spec.csi.driver:
        yield Edge(volume.ref, Ref("CSIDriver", "", spec.csi.driver), Relation.REFERENCES)
    for name in _nodes(volume):
        if inventory.get(Node, "", name) is not None:
            yield Edge(volume.ref, Ref("Node", "", name), Relation.REFERENCES)


def _nodes(volume: PersistentVolume) -> Iterator[str]:
    """The nodes that a local volume is tied to."""
    affinity = volume.spec.node_affinity
    for term in affinity.required.node_selector_terms if affinity and affinity.required else ():
        for requirement in (*term.match_expressions, *term.match_fields):
            if requirement.operator == "In" and requirement.key in ("kubernetes.io/hostname", "metadata.name"):
                yield from requirement.values


def _attachment(attachment: VolumeAttachment) -> Iterator[Edge]:
    """A volume needs its attachment, and that needs the node: a volume may hang on a node that is gone."""
    spec = attachment.spec
    if spec.source.persistent_volume_name:
        volume = Ref("PersistentVolume", "", spec.source.persistent_volume_name)
        yield Edge(volume, attachment.ref, Relation.BINDS)
    if spec.node_name:
        yield Edge(attachment.ref, Ref("Node", "", spec.node_name), Relation.REFERENCES)
