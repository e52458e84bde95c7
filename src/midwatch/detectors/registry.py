"""All detectors and readers, in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from midwatch.detectors import (
    addresses,
    admission,
    autoscaling,
    certificates,
    conditions,
    configuration,
    connectivity,
    controlplane,
    crashes,
    deprecations,
    disruption,
    dns,
    images,
    jobs,
    lifecycle,
    logs,
    nodes,
    performance,
    policies,
    probes,
    rbac,
    rollout,
    routes,
    scheduling,
    services,
    startup,
    storage,
    webhooks,
)
from midwatch.domain.finding import Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Observation

Detector: TypeAlias = Callable[[Inventory], Iterable[Finding]]
Reader: TypeAlias = Callable[[Inventory, Observation], Iterable[Finding]]

DETECTORS: tuple[Detector, ...] = (
    *admission.DETECTORS,
    *scheduling.DETECTORS,
    *images.DETECTORS,
    *configuration.DETECTORS,
    *startup.DETECTORS,
    *probes.DETECTORS,
    *crashes.DETECTORS,
    *rollout.DETECTORS,
    *services.DETECTORS,
    *addresses.DETECTORS,
    *routes.DETECTORS,
    *policies.DETECTORS,
    *dns.DETECTORS,
    *storage.DETECTORS,
    *nodes.DETECTORS,
    *controlplane.DETECTORS,
    *autoscaling.DETECTORS,
    *disruption.DETECTORS,
    *jobs.DETECTORS,
    *rbac.DETECTORS,
    *webhooks.DETECTORS,
    *certificates.DETECTORS,
    *conditions.DETECTORS,
    *lifecycle.DETECTORS,
    *deprecations.DETECTORS,
)

READERS: tuple[Reader, ...] = (
    *logs.READERS,
    *nodes.READERS,
    *connectivity.READERS,
    *performance.READERS,
)


def detect(inventory: Inventory) -> Iterator[Finding]:
    """Findings of all detectors over one survey."""
    for detector in DETECTORS:
        yield from detector(inventory)


def read(inventory: Inventory, observations: Iterable[Observation]) -> Iterator[Finding]:
    """Findings of all readers over what further queries brought."""
    for observation in observations:
        for reader in READERS:
            yield from reader(inventory, observation)
