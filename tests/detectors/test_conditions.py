from __future__ import annotations

import pytest

from midwatch.detectors import conditions
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from tests.builders import causes_of, inventory_of

LONG_AGO = "2026-01-01T01:00:00Z"


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in conditions.DETECTORS for each in detector(inventory)]


def custom(body: str, kind: str = "Widget", version: str = "example.com/v1", generation: int = 1) -> str:
    return f"""
---
kind: {kind}
apiVersion: {version}
metadata: {{name: w, namespace: shop, generation: {generation}, creationTimestamp: "2025-12-01T00:00:00Z"}}
{body}
"""


def saying(kind: str, status: str, reason: str = "", message: str = "", at: str = LONG_AGO, spec: str = "") -> str:
    return f"""spec: {{{spec}}}
status:
  conditions:
  - {{type: {kind}, status: "{status}", reason: "{reason}", message: "{message}", lastTransitionTime: "{at}"}}"""


@pytest.mark.parametrize("kind", ["Ready", "Available", "Healthy", "Synced", "DatabaseReady"])
def test_a_good_condition_that_is_false_means_not_ready(kind: str) -> None:
    body = saying(kind, "False", "ReconcileFailed", "cannot reach the provider")
    assert causes_of(found(inventory_of(custom(body)))) == {"custom-resource-not-ready"}
    assert found(inventory_of(custom(saying(kind, "True")))) == []


@pytest.mark.parametrize("kind", ["Stalled", "Degraded", "ReconcileError"])
def test_a_bad_condition_that_is_true_means_stuck(kind: str) -> None:
    assert causes_of(found(inventory_of(custom(saying(kind, "True"))))) == {"custom-resource-stalled"}
    assert found(inventory_of(custom(saying(kind, "False")))) == []


@pytest.mark.parametrize("kind", ["Progressing", "Active", "Upgradeable", "Paused", "SomethingElse"])
def test_conditions_without_a_polarity_are_silent(kind: str) -> None:
    assert found(inventory_of(custom(saying(kind, "False")))) == []
    assert found(inventory_of(custom(saying(kind, "True")))) == []


def test_an_unknown_condition_that_sounds_bad_is_advice_at_most() -> None:
    findings = found(inventory_of(custom(saying("Wiring", "False", "WireFailed"))))
    assert [(each.severity, each.claims) for each in findings] == [(Severity.INFO, ())]


def test_young_and_moving_conditions_get_time() -> None:
    assert found(inventory_of(custom(saying("Ready", "False", at="2026-01-01T03:09:00Z")))) == []
    moving = saying("Ready", "False", "Provisioning", at="2026-01-01T03:00:00Z")
    assert found(inventory_of(custom(moving))) == []
    assert found(inventory_of(custom(saying("Ready", "False", "Provisioning")))) != []


def test_paused_and_deleted_resources_are_intended() -> None:
    assert found(inventory_of(custom(saying("Ready", "False", spec="suspend: true")))) == []
    deleted = custom(saying("Ready", "False")).replace(
        "generation:", 'deletionTimestamp: "2026-01-01T03:00:00Z", generation:'
    )
    assert found(inventory_of(deleted)) == []


def test_an_old_failed_run_is_over() -> None:
    run = custom(saying("Succeeded", "False", "Failed", "task failed"), "PipelineRun", "tekton.dev/v1")
    findings = found(inventory_of(run))
    assert [(each.severity, each.status) for each in findings] == [(Severity.INFO, Status.RECOVERED)]
    running = custom(saying("Succeeded", "Unknown", "Running"), "PipelineRun", "tekton.dev/v1")
    assert found(inventory_of(running)) == []


@pytest.mark.parametrize(
    ("kind", "version", "cause"),
    [
        ("HelmRelease", "helm.toolkit.fluxcd.io/v2", "helm-release-failed"),
        ("Kustomization", "kustomize.toolkit.fluxcd.io/v1", "gitops-sync-failed"),
        ("GitRepository", "source.toolkit.fluxcd.io/v1", "gitops-sync-failed"),
    ],
)
def test_flux_has_causes_of_its_own(kind: str, version: str, cause: str) -> None:
    body = saying("Ready", "False", "BuildFailed", "path not found")
    assert causes_of(found(inventory_of(custom(body, kind, version)))) == {cause}
    waiting = saying("Ready", "False", "DependencyNotReady", "dependency 'shop/base' is not ready")
    assert causes_of(found(inventory_of(custom(waiting, kind, version)))) == {"custom-resource-not-ready"}


def application(status: str) -> str:
    return custom(f"status: {{{status}}}", "Application", "argoproj.io/v1alpha1")


def test_argo_applications_are_read_by_their_operation_and_health() -> None:
    healthy = "health: {status: Healthy}, sync: {status: Synced}"
    assert found(inventory_of(application(healthy))) == []
    failed = "operationState: {phase: Failed, message: one or more objects failed to apply}"
    assert causes_of(found(inventory_of(application(failed)))) == {"gitops-sync-failed"}
    broken = "conditions: [{type: ComparisonError, message: repository not accessible}]"
    assert causes_of(found(inventory_of(application(broken)))) == {"gitops-sync-failed"}
    assert causes_of(found(inventory_of(application("health: {status: Degraded}")))) == {
        "custom-resource-not-ready"
    }
    drifted = found(inventory_of(application("sync: {status: OutOfSync}, health: {status: Healthy}")))
    assert [each.severity for each in drifted] == [Severity.INFO]


def test_a_controller_that_does_not_observe_changes_is_stuck() -> None:
    managed = f'managedFields: [{{manager: kubectl, time: "{LONG_AGO}"}}], generation:'
    stale = custom("status: {observedGeneration: 3}", generation=5).replace("generation:", managed, 1)
    assert causes_of(found(inventory_of(stale))) == {"custom-resource-stalled"}
    assert found(inventory_of(stale.replace("observedGeneration: 3", "observedGeneration: 5"))) == []


def definition(status: str, spec: str = "") -> str:
    return f"""
---
kind: CustomResourceDefinition
apiVersion: apiextensions.k8s.io/v1
metadata: {{name: widgets.example.com}}
spec: {{{spec}}}
status: {{conditions: [{status}]}}
"""


def test_a_definition_that_is_not_established_is_an_error() -> None:
    bad = '{{type: {}, status: "False", reason: Clash, lastTransitionTime: "2026-01-01T01:00:00Z"}}'
    assert causes_of(found(inventory_of(definition(bad.format("NamesAccepted"))))) == {"crd-not-established"}
    assert found(inventory_of(definition('{type: Established, status: "True"}'))) == []


CONVERSION = """versions: [{name: v1, served: true}, {name: v2, served: true}],
  conversion: {strategy: Webhook, webhook: {clientConfig: {service: {name: op, namespace: ops}}}}"""


def test_a_conversion_webhook_without_a_server_is_an_error() -> None:
    assert causes_of(found(inventory_of(definition("", CONVERSION)))) == {"conversion-webhook-failing"}
    assert found(inventory_of(definition("", CONVERSION), denied=["Service"])) == []
    assert found(inventory_of(definition("", CONVERSION.replace("Webhook,", "None,")))) == []


@pytest.mark.parametrize(
    "body",
    [
        "status: {conditions: hello, observedGeneration: x}",
        "status: {conditions: [1, null, {type: 5}], health: [], operationState: 3}",
        "spec: 7\nstatus: []",
    ],
)
def test_nonsense_is_survived(body: str) -> None:
    assert isinstance(found(inventory_of(custom(body), application("conditions: 3, sync: 4"))), list)
