"""Inventories from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import yaml

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.finding import Finding
from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.kube.decode import decode_object
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.kube.meta import KubeObject

NOW = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)


def objects_of(*manifests: str) -> list[KubeObject]:
    """The objects of some multi-document manifests."""
    found: list[KubeObject] = []
    for manifest in manifests:
        for document in yaml.load_all(manifest, Loader=yaml.CSafeLoader):
            if document:
                found.extend(decode_object(document).objects)
    return found


def inventory_of(*manifests: str, denied: Iterable[str] = (), now: datetime = NOW) -> Inventory:
    """An inventory in which every kind was listed, but for the `denied` ones."""
    states = {each.kind: EvidenceState.OBSERVED for each in RESOURCE_TYPES}
    states |= dict.fromkeys(denied, EvidenceState.DENIED)
    return build_inventory(objects_of(*manifests), states, now)


def causes_of(findings: Iterable[Finding]) -> set[str]:
    """Ids of all causes that findings speak for."""
    return {claim.cause for each in findings for claim in each.claims if not claim.refutes}
