from __future__ import annotations

import pytest

from midwatch.detectors import webhooks
from midwatch.detectors.webhooks._webhook_messages import parse_failed_call
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.pem import bundle

URL = "https://hook.policy.svc:443/v?timeout=10s"
POST = f'failed calling webhook "v.policy.io": failed to call webhook: Post "{URL}": '


def configuration(
    policy: str = "Fail", ca: str = "", port: int = 443, selector: str = "{matchLabels: {a: b}}"
) -> str:
    return f"""
---
kind: ValidatingWebhookConfiguration
metadata: {{name: policy, creationTimestamp: "2025-12-01T00:00:00Z"}}
webhooks:
- name: v.policy.io
  failurePolicy: {policy}
  namespaceSelector: {selector}
  clientConfig: {{service: {{name: hook, namespace: policy, port: {port}}}, caBundle: "{ca or bundle()}"}}
  rules: [{{operations: [CREATE], apiGroups: [""], resources: [pods]}}]
"""


SERVICE = """
---
kind: Service
metadata: {name: hook, namespace: policy}
spec: {selector: {app: hook}, ports: [{port: 443}]}
"""


def endpoint(ready: str) -> str:
    return f"""
---
kind: EndpointSlice
metadata: {{name: hook-1, namespace: policy, labels: {{kubernetes.io/service-name: hook}}}}
endpoints: [{{addresses: [10.0.0.1], conditions: {{ready: {ready}}}}}]
"""


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in webhooks.DETECTORS for each in detector(inventory)]


def test_a_webhook_that_answers_yields_nothing() -> None:
    assert found(inventory_of(configuration(), SERVICE, endpoint("true"))) == []


def test_a_missing_service_blocks_when_the_webhook_fails_closed() -> None:
    finding = found(inventory_of(configuration()))[0]
    assert causes_of([finding]) == {"webhook-service-missing"}
    assert finding.severity is Severity.ERROR
    assert "pods" in finding.message.en
    assert found(inventory_of(configuration("Ignore")))[0].severity is Severity.WARNING
    assert found(inventory_of(configuration(), denied=["Service"])) == []


def test_a_service_without_ready_endpoints_or_without_the_port_is_unavailable() -> None:
    assert causes_of(found(inventory_of(configuration(), SERVICE, endpoint("false")))) == {"webhook-unavailable"}
    other = inventory_of(configuration(port=9443), SERVICE, endpoint("true"))
    assert [each.rule for each in found(other)] == ["webhooks/port-mismatch"]


def test_pods_stand_in_for_endpoints_that_were_not_read() -> None:
    pod = "kind: Pod\nmetadata: {name: hook-1, namespace: policy, labels: {app: hook}}\nstatus: {phase: Pending}"
    inventory = inventory_of(configuration(), SERVICE, pod, denied=["EndpointSlice", "Endpoints"])
    assert causes_of(found(inventory)) == {"webhook-unavailable"}
    assert found(inventory_of(configuration(), SERVICE, denied=["EndpointSlice", "Endpoints", "Pod"])) == []


def test_a_webhook_that_is_being_installed_may_wait_for_its_pods() -> None:
    fresh = configuration().replace("2025-12-01T00:00:00Z", "2026-01-01T03:09:00Z")
    assert found(inventory_of(fresh, SERVICE, endpoint("false"))) == []


@pytest.mark.parametrize(("ca", "status"), [(bundle(days=-3), Status.ACTIVE), ("bm90IHBlbQ==", Status.ACTIVE)])
def test_a_bundle_that_is_expired_or_no_certificate_is_invalid(ca: str, status: Status) -> None:
    finding = found(inventory_of(configuration(ca=ca), SERVICE, endpoint("true")))[0]
    assert causes_of([finding]) == {"webhook-certificate-invalid"}
    assert finding.status is status


def test_a_webhook_for_all_namespaces_is_mentioned() -> None:
    broad = found(inventory_of(configuration(selector="{}"), SERVICE, endpoint("true")))
    assert [(each.rule, each.severity) for each in broad] == [("webhooks/broad", Severity.INFO)]


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        ('service "hook" not found', "webhook-service-missing"),
        ('no endpoints available for service "timeout"', "webhook-unavailable"),
        ("dial tcp 10.0.0.1:443: connect: connection refused", "webhook-unavailable"),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "webhook-certificate-invalid",
        ),
        ("x509: certificate has expired or is not yet valid", "webhook-certificate-invalid"),
        ("context deadline exceeded", "webhook-timeout"),
        ("net/http: request canceled (Client.Timeout exceeded while awaiting headers)", "webhook-timeout"),
    ],
)
def test_the_reason_of_a_failed_call_names_the_cause(why: str, cause: str) -> None:
    call = parse_failed_call(f"Internal error occurred: {POST}{why}")
    assert call is not None
    assert (call.cause, call.name) == (cause, "v.policy.io")
    assert (call.service_namespace, call.service) == ("policy", "hook")


def event(at: str) -> str:
    return f"""
---
kind: Event
metadata: {{name: e, namespace: shop}}
involvedObject: {{kind: ReplicaSet, name: cart-1, namespace: shop}}
type: Warning
reason: FailedCreate
message: 'Error creating: Internal error occurred: {POST}context deadline exceeded'
lastTimestamp: "{at}"
"""


def test_failed_calls_blame_the_configuration_or_else_the_service() -> None:
    healthy = (configuration(), SERVICE, endpoint("true"))
    finding = found(inventory_of(*healthy, event("2026-01-01T03:09:00Z")))[0]
    assert finding.claims[0].culprit == Ref("ValidatingWebhookConfiguration", "", "policy")
    assert finding.status is Status.ACTIVE
    alone = found(inventory_of(event("2026-01-01T03:09:00Z")))[0]
    assert alone.claims[0].culprit == Ref("Service", "policy", "hook")


def test_old_failures_are_over() -> None:
    assert found(inventory_of(event("2026-01-01T02:09:00Z")))[0].status is Status.RECOVERED
