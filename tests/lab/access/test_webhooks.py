"""Admission webhooks: which are called, what a failed call says, and what a denial says."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from midwatch.lab.access import Answer, new_certificate, webhook_call
from midwatch.lab.core.objects import Obj, with_meta
from midwatch.lab.core.registry import Request
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.programs import AdmissionRule, Program
from tests.lab.access.lab import START, Lab, new_lab, pod

NAME = "policy.example.com"
HOOK: Obj = {
    "name": NAME,
    "clientConfig": {"service": {"namespace": "shop", "name": "policy", "path": "/validate"}},
    "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
}


def configure(lab: Lab, kind: str = "ValidatingWebhookConfiguration", **changes: object) -> None:
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "policy"}}
    lab.create({**head, "webhooks": [{**HOOK, **changes}]})


def answering(lab: Lab, answer: Answer) -> list[str]:
    called: list[str] = []

    def call(configuration: Obj, request: Request) -> Answer:
        called.append(f"{configuration['name']} {request.operation} {request.kind.plural}")
        return answer

    lab.access.call_webhooks_with(call)
    return called


@pytest.mark.parametrize("kind", ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
def test_a_denial_reads_as_from_the_api_server(kind: str) -> None:
    lab = new_lab()
    answering(lab, Answer(False, "no latest tags"))
    configure(lab, kind)
    error = lab.refused(pod())
    message = f'admission webhook "{NAME}" denied the request: no latest tags'
    assert (error.code, error.reason, error.message) == (403, "Forbidden", message)


def test_a_failed_call_refuses_unless_failures_are_ignored() -> None:
    lab = new_lab()
    why = 'Post "https://policy.shop.svc:443/validate?timeout=10s": context deadline exceeded'
    answering(lab, Answer(failure=why))
    configure(lab)
    error = lab.refused(pod())
    message = f'Internal error occurred: failed calling webhook "{NAME}": failed to call webhook: {why}'
    assert (error.code, error.reason, error.message) == (500, "InternalError", message)
    lenient = new_lab()
    answering(lenient, Answer(failure=why))
    configure(lenient, failurePolicy="Ignore")
    lenient.create(pod())


def test_rules_and_selectors_choose_what_is_asked_about() -> None:
    lab = new_lab()
    called = answering(lab, Answer())
    configure(
        lab,
        namespaceSelector={"matchExpressions": [{"key": "policy", "operator": "DoesNotExist"}]},
        objectSelector={"matchLabels": {"checked": "yes"}},
    )
    lab.create(pod("a"))
    lab.create({"kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop", "labels": {"checked": "yes"}}})
    assert called == []
    lab.create(with_meta(pod("b"), labels={"checked": "yes"}))
    assert called == [f"{NAME} CREATE pods"]


def connected(lab: Lab, connection: Connection) -> None:
    lab.access.call_webhooks_with(
        webhook_call(lab.env, lambda host, port: replace(connection, host=host, port=port))
    )


def serve(lab: Lab, *, ready: bool = True) -> None:
    head = {"name": "policy", "namespace": "shop"}
    body = {"selector": {"app": "policy"}, "ports": [{"port": 443, "targetPort": 8443}]}
    lab.create({"kind": "Service", "metadata": head, "spec": body})
    lab.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**head, "labels": {"kubernetes.io/service-name": "policy"}},
            "addressType": "IPv4",
            "ports": [{"port": 8443, "protocol": "TCP", "name": ""}],
            "endpoints": [{"addresses": ["10.244.1.5"], "conditions": {"ready": ready}}],
        }
    )


def process(rule: AdmissionRule | None) -> Process:
    program = Program("policy", admission=rule)
    return Process(
        "uid", "shop", "policy-1", "app", "node", "10.244.1.5", False, {}, "default", "policy:1",
        program, {}, (), {}, START,
    )  # fmt: skip


def test_missing_services_and_endpoints_are_told_apart() -> None:
    lab = new_lab()
    connected(lab, Connection("", 443, process=process(None)))
    configure(lab)
    post = 'failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": '
    assert lab.refused(pod()).message.endswith(f'{post}service "policy" not found')
    serve(lab, ready=False)
    assert lab.refused(pod()).message.endswith(f'{post}no endpoints available for service "policy"')
    ready = new_lab()
    connected(ready, Connection("", 443, process=process(None)))
    configure(ready)
    serve(ready)
    ready.create(pod())


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (Failure.REFUSED, "dial tcp 10.96.1.2:443: connect: connection refused"),
        (Failure.NO_ROUTE, "dial tcp 10.96.1.2:443: connect: no route to host"),
        (Failure.TIMEOUT, "context deadline exceeded"),
    ],
)
def test_what_the_network_does_is_what_the_error_says(failure: Failure, text: str) -> None:
    lab = new_lab()
    connected(lab, Connection("", 443, address="10.96.1.2:443", failure=failure))
    configure(lab)
    serve(lab)
    assert lab.refused(pod()).message.endswith(f'?timeout=10s": {text}')


def test_the_program_refuses_objects_without_the_label_it_wants() -> None:
    lab = new_lab()
    rule = AdmissionRule(("Pod",), "team", "label team is required")
    connected(lab, Connection("", 443, process=process(rule)))
    configure(lab)
    serve(lab)
    assert lab.refused(pod()).message == f'admission webhook "{NAME}" denied the request: label team is required'
    lab.create(with_meta(pod(), labels={"team": "shop"}))


def certified(lab: Lab, start: float, end: float) -> None:
    pem = new_certificate("policy", start, end, hosts=("policy.shop.svc",))
    data = {"tls.crt": b64encode(pem.encode()).decode(), "tls.key": "a2V5"}
    head = {"name": "policy-tls", "namespace": "shop"}
    lab.create({"kind": "Secret", "metadata": head, "type": "kubernetes.io/tls", "data": data})
    lab.create(pod("policy-1", volumes=[{"name": "tls", "secret": {"secretName": "policy-tls"}}]))
    connected(lab, Connection("", 443, process=process(None)))
    serve(lab)


def test_an_expired_certificate_fails_the_call() -> None:
    lab = new_lab()
    certified(lab, START - 1000, START + 100)
    configure(lab)
    lab.create(pod("a"))
    lab.run(200)
    assert lab.refused(pod("b")).message.endswith(
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time "
        "2027-01-15T08:03:21Z is after 2027-01-15T08:01:40Z"
    )


def test_a_certificate_of_another_authority_fails_the_call() -> None:
    lab = new_lab()
    certified(lab, START - 1000, START + 10_000)
    other = b64encode(new_certificate("other", START - 1000, START + 10_000).encode()).decode()
    configure(lab, clientConfig={**HOOK["clientConfig"], "caBundle": other})
    message = lab.refused(pod("a")).message
    assert message.endswith("tls: failed to verify certificate: x509: certificate signed by unknown authority")
