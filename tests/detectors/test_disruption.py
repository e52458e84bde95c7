"""The family `disruption`: PodDisruptionBudgets."""

from __future__ import annotations

from midwatch.detectors.disruption import DETECTORS
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from tests.builders import causes_of, inventory_of

NODE = "{kind: Node, metadata: {name: a}, spec: {unschedulable: %s}}"
HEALTHY = "expectedPods: 1, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0"


def budget(spec: str, status: str = HEALTHY) -> str:
    return f"""
kind: PodDisruptionBudget
metadata: {{name: cart, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}
spec: {{selector: {{matchLabels: {{app: cart}}}}, {spec}}}
status: {{{status}}}
"""


POD = """
kind: Pod
metadata: {name: cart-a, namespace: shop, labels: {app: cart}}
spec: {nodeName: a}
status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}
"""


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


def test_a_budget_that_never_allows_an_eviction_is_a_latent_warning() -> None:
    for spec in ("maxUnavailable: 0", "minAvailable: 1", "minAvailable: 100%"):
        [finding] = detect(inventory_of(budget(spec), POD, NODE % "false"))
        assert (finding.severity, finding.status) == (Severity.WARNING, Status.LATENT)
        assert finding.claims[0].strength <= 0.5
        [finding] = detect(inventory_of(budget(spec, ""), POD))
        assert finding.severity is Severity.WARNING


def test_a_cordoned_node_or_a_refused_eviction_makes_it_an_error() -> None:
    [finding] = detect(inventory_of(budget("maxUnavailable: 0"), POD, NODE % "true"))
    assert (finding.severity, finding.claims[0].cause) == (Severity.ERROR, "pdb-blocks-eviction")
    event = """
kind: Event
metadata: {name: e, namespace: default}
type: Warning
reason: FailedDraining
message: "Failed to drain node, pdb prevents pod evictions"
lastTimestamp: '2026-01-01T03:09:00Z'
involvedObject: {kind: Node, name: a}
"""
    [finding] = detect(inventory_of(budget("maxUnavailable: 0"), POD, NODE % "false", event))
    assert (finding.severity, finding.claims[0].strength) == (Severity.ERROR, 0.9)


def test_a_budget_with_room_or_with_unhealthy_pods_is_silent() -> None:
    roomy = budget(
        "minAvailable: 1", "expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1"
    )
    assert detect(inventory_of(roomy, POD)) == []
    hurt = budget(
        "minAvailable: 1", "expectedPods: 2, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0"
    )
    assert detect(inventory_of(hurt, POD)) == []


def test_a_budget_that_selects_nothing_is_advice() -> None:
    [finding] = detect(inventory_of(budget("minAvailable: 1", "")))
    assert (causes_of([finding]), finding.severity) == ({"pdb-selects-nothing"}, Severity.INFO)
    assert detect(inventory_of(budget("minAvailable: 1", ""), denied=["Pod"])) == []


def test_odd_values_do_no_harm() -> None:
    detect(inventory_of(budget("minAvailable: '-%', maxUnavailable: many", "expectedPods: -1"), POD))
