"""All scenarios: functions that talk with a server, and say what Kubernetes answers."""

from __future__ import annotations

from collections.abc import Callable

from tests.conformance.scenarios import (
    access,
    custom,
    limits,
    objects,
    patches,
    shapes,
    subresources,
    validation,
    versions,
)
from tests.conformance.talk import Talk

Scenario = Callable[[Talk], None]

WITH_CONTROLLERS: tuple[Scenario, ...] = subresources.WITH_CONTROLLERS
"""Those that need kube-controller-manager, which an API server alone does not have."""

ALL: tuple[Scenario, ...] = (
    *objects.SCENARIOS,
    *versions.SCENARIOS,
    *patches.SCENARIOS,
    *subresources.SCENARIOS,
    *WITH_CONTROLLERS,
    *access.SCENARIOS,
    *limits.SCENARIOS,
    *custom.SCENARIOS,
    *shapes.SCENARIOS,
    *validation.SCENARIOS,
)
