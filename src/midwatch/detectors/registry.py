"""All detectors and readers, in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from midwatch.domain.observation import Call, Observation, Signal

Detector: TypeAlias = Callable[[Inventory], Iterable[Finding]]
Reader: TypeAlias = Callable[[Inventory, Observation], Iterable[Finding]]
Correlator: TypeAlias = Callable[[Inventory, Sequence[Signal], Sequence[Call]], Iterable[Finding]]

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

CORRELATORS: tuple[Correlator, ...] = (*performance.CORRELATORS,)


Failed: TypeAlias = Callable[[str, Exception], None]
"""Told of a rule that broke: its name and why. The other rules go on."""


def detect(inventory: Inventory, failed: Failed) -> Iterator[Finding]:
    """Findings of all detectors over one survey."""
    for detector in DETECTORS:
        yield from _guarded(detector.__name__, lambda detector=detector: detector(inventory), failed)


def read(inventory: Inventory, observations: Iterable[Observation], failed: Failed) -> Iterator[Finding]:
    """Findings of all readers over what further queries brought."""
    for observation in observations:
        for reader in READERS:
            yield from _guarded(
                reader.__name__, lambda reader=reader, seen=observation: reader(inventory, seen), failed
            )


def correlate(
    inventory: Inventory, signals: Sequence[Signal], calls: Sequence[Call], failed: Failed
) -> Iterator[Finding]:
    """Findings that take all signals together, and who calls whom."""
    for correlator in CORRELATORS:
        yield from _guarded(
            correlator.__name__, lambda correlator=correlator: correlator(inventory, signals, calls), failed
        )


def _guarded(name: str, rule: Callable[[], Iterable[Finding]], failed: Failed) -> Iterator[Finding]:
    """A defect in one rule must not cost the diagnosis at three in the morning: it is reported as unchecked."""
    try:
        yield from list(rule())
    except Exception as error:  # noqa: BLE001
        failed(name, error)
