from __future__ import annotations

from midwatch.detectors import deprecations
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from tests.builders import inventory_of


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in deprecations.DETECTORS for each in detector(inventory)]


def node(version: str) -> str:
    return f"---\nkind: Node\nmetadata: {{name: n1}}\nstatus: {{nodeInfo: {{kubeletVersion: {version}}}}}\n"


def budget(name: str, applied: str) -> str:
    return f"""
---
kind: PodDisruptionBudget
apiVersion: policy/v1
metadata:
  name: {name}
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"apiVersion":"{applied}","kind":"PodDisruptionBudget"}}'
"""


def test_what_was_applied_in_a_removed_version_warns_before_the_next_apply() -> None:
    inventory = inventory_of(node("v1.31.2"), budget("a", "policy/v1beta1"), budget("b", "policy/v1beta1"))
    findings = found(inventory)
    assert [(each.severity, len(each.affected)) for each in findings] == [(Severity.WARNING, 2)]


def test_a_version_that_is_still_served_is_advice() -> None:
    assert [each.severity for each in found(inventory_of(node("v1.24.1"), budget("a", "policy/v1beta1")))] == [
        Severity.INFO
    ]
    assert [each.severity for each in found(inventory_of(budget("a", "policy/v1beta1")))] == [Severity.INFO]


def test_current_versions_are_silent() -> None:
    assert found(inventory_of(node("v1.31.2"), budget("a", "policy/v1"))) == []


def test_a_dump_in_an_old_version_is_noticed() -> None:
    ingress = "kind: Ingress\napiVersion: networking.k8s.io/v1beta1\nmetadata: {name: i, namespace: shop}"
    assert [each.severity for each in found(inventory_of(ingress))] == [Severity.INFO]


def test_old_labels_in_selectors_and_old_annotations_are_advice() -> None:
    pod = "kind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {nodeSelector: {beta.kubernetes.io/os: linux}}"
    route = (
        "kind: Ingress\nmetadata: {name: i, namespace: shop, annotations: {kubernetes.io/ingress.class: nginx}}"
    )
    findings = found(inventory_of(pod, route))
    assert {each.severity for each in findings} == {Severity.INFO}
    assert len(findings) == 2


def test_a_custom_kind_stored_in_a_deprecated_version_is_advice() -> None:
    version = "{name: v1beta1, storage: true, deprecated: true}"
    crd = (
        f"kind: CustomResourceDefinition\nmetadata: {{name: widgets.example.com}}\nspec: {{versions: [{version}]}}"
    )
    assert [each.severity for each in found(inventory_of(crd))] == [Severity.INFO]
    assert found(inventory_of(crd.replace("deprecated: true", "deprecated: false"))) == []
