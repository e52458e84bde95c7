from __future__ import annotations

import pytest

from midwatch.detectors import certificates
from midwatch.detectors._pem import validities
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import NOW, causes_of, inventory_of
from tests.detectors.pem import bundle, certificate


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in certificates.DETECTORS for each in detector(inventory)]


def issued(status: str) -> str:
    return f"""
---
kind: Certificate
apiVersion: cert-manager.io/v1
metadata: {{name: web, namespace: shop, creationTimestamp: "2025-12-01T00:00:00Z"}}
spec: {{secretName: web-tls}}
status: {{{status}}}
"""


READY = 'conditions: [{type: Ready, status: "True"}]'
NOT_READY = """conditions: [{type: Ready, status: "False", reason: DoesNotExist, message: issuing,
  lastTransitionTime: "2026-01-01T01:00:00Z"}]"""


def test_a_certificate_in_good_order_yields_nothing() -> None:
    assert found(inventory_of(issued(f'{READY}, notAfter: "2026-03-01T00:00:00Z"'))) == []


def test_a_certificate_that_is_never_issued_is_an_error() -> None:
    finding = found(inventory_of(issued(NOT_READY)))[0]
    assert causes_of([finding]) == {"certificate-not-issued"}
    assert finding.affected == (Ref("Secret", "shop", "web-tls"),)
    assert finding.severity is Severity.ERROR
    assert found(inventory_of(issued(NOT_READY.replace("T01:00:00", "T03:09:30")))) == []


def test_a_renewal_that_fails_while_the_old_one_serves_is_a_warning() -> None:
    inventory = inventory_of(issued(f'{NOT_READY}, notAfter: "2026-03-01T00:00:00Z"'))
    assert [each.severity for each in found(inventory)] == [Severity.WARNING]


def test_an_expired_certificate_is_one_error_and_one_about_to_expire_waits() -> None:
    expired = found(inventory_of(issued(f'{NOT_READY}, notAfter: "2025-12-31T00:00:00Z"')))
    assert causes_of(expired) == {"certificate-expired"}
    soon = found(inventory_of(issued(f'{READY}, notAfter: "2026-01-04T00:00:00Z"')))
    assert [(each.status, each.severity) for each in soon] == [(Status.LATENT, Severity.WARNING)]


def test_a_short_lived_certificate_is_not_late_before_its_renewal() -> None:
    short = f'{READY}, notBefore: "2026-01-01T00:00:00Z", notAfter: "2026-01-02T00:00:00Z"'
    assert found(inventory_of(issued(short))) == []
    overdue = f'{short}, renewalTime: "2026-01-01T01:00:00Z"'
    assert causes_of(found(inventory_of(issued(overdue)))) == {"certificate-expiring"}


def custom(kind: str, body: str, group: str = "acme.cert-manager.io", owners: str = "") -> str:
    return f"""
---
kind: {kind}
apiVersion: {group}/v1
metadata: {{name: web-1, namespace: shop, creationTimestamp: "2025-12-31T00:00:00Z", ownerReferences: [{owners}]}}
{body}
"""


@pytest.mark.parametrize("state", ["invalid", "errored"])
def test_a_failed_order_blames_the_certificate_that_owns_it(state: str) -> None:
    request = custom(
        "CertificateRequest", "", "cert-manager.io", "{kind: Certificate, name: web, controller: true}"
    )
    order = custom(
        "Order",
        f"status: {{state: {state}, reason: 'acme: order failed'}}",
        owners="{kind: CertificateRequest, name: web-1, controller: true}",
    )
    inventory = inventory_of(issued(READY), request, order)
    assert found(inventory)[0].claims[0].culprit == Ref("Certificate", "shop", "web")
    fine = order.replace(state, "valid")
    assert found(inventory_of(issued(READY), request, fine)) == []


def test_an_issuer_that_is_not_ready_is_its_own_cause() -> None:
    body = 'status: {conditions: [{type: Ready, status: "False", reason: ErrRegister, message: no account}]}'
    assert causes_of(found(inventory_of(custom("Issuer", body, "cert-manager.io")))) == {"issuer-not-ready"}


def request(age: str, conditions: str = "") -> str:
    return f"""
---
kind: CertificateSigningRequest
metadata: {{name: csr-1, creationTimestamp: "{age}"}}
spec: {{signerName: kubernetes.io/kubelet-serving, username: "system:node:n1"}}
status: {{conditions: [{conditions}]}}
"""


def test_a_signing_request_that_nobody_approves_is_about_its_node() -> None:
    finding = found(inventory_of(request("2026-01-01T02:00:00Z")))[0]
    assert finding.claims[0].culprit == Ref("Node", "", "n1")
    assert found(inventory_of(request("2026-01-01T03:09:00Z"))) == []
    assert found(inventory_of(request("2026-01-01T02:00:00Z", '{type: Approved, status: "True"}'))) == []


def authority(namespace: str, pem: str) -> str:
    lines = "\n".join(f"    {line}" for line in pem.splitlines())
    return f"""
---
kind: ConfigMap
metadata: {{name: kube-root-ca.crt, namespace: {namespace}}}
data:
  ca.crt: |
{lines}
"""


def test_one_expired_authority_in_many_namespaces_is_one_finding() -> None:
    old = certificate(days=-2)
    findings = found(inventory_of(authority("a", old), authority("b", old)))
    assert [(len(each.affected), each.severity) for each in findings] == [(2, Severity.ERROR)]
    assert found(inventory_of(authority("a", certificate()))) == []


def test_a_bundle_with_one_valid_certificate_still_works() -> None:
    assert found(inventory_of(authority("a", certificate(days=-2) + certificate()))) == []


def test_an_api_service_with_an_expired_authority_is_named() -> None:
    api = f"kind: APIService\nmetadata: {{name: v1.x.io}}\nspec: {{caBundle: {bundle(days=-2)}}}"
    assert causes_of(found(inventory_of(api))) == {"certificate-expired"}


@pytest.mark.parametrize("pem", ["", "no pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_not_read_as_one(pem: str) -> None:
    assert validities(pem) is None


def test_huge_bundles_are_left_alone() -> None:
    assert validities(certificate() * 50) is None


def test_the_validity_is_read_from_the_certificate() -> None:
    known = validities(certificate())
    assert known is not None
    assert (known[0].not_after - NOW).days == 100
