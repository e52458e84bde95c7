"""Calling webhooks over the cluster's network: services, connections, certificates, the program's answer.

Source: k8s.io/apiserver/pkg/util/{webhook,proxy}, net/http, crypto/x509/verify.go.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadEncoding
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from midwatch.errors import MidwatchError
from midwatch.lab.access.authority import validity
from midwatch.lab.access.webhooks.call import Answer, WebhookCall, address_of, host_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import ENDPOINT_SLICE, POD, SECRET, SERVICE
from midwatch.lab.core.objects import Obj, labels_of, part, parts, spec, stamp
from midwatch.lab.core.registry import Request
from midwatch.lab.core.runtime import Process

_X509 = "tls: failed to verify certificate: x509: certificate"


class Reached(Protocol):
    """What came of connecting (`network.Connection`): `process` answers unless there is a `failure`."""

    @property
    def host(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def process(self) -> Process | None: ...
    @property
    def failure(self) -> str | None: ...
    @property
    def seconds(self) -> float: ...
    @property
    def detail(self) -> str: ...


Connect: TypeAlias = Callable[[str, int], Reached]
"""Connects from the control plane to an IP address (of a Service, a pod) or the host of a URL, and a port."""


def webhook_call(env: Env, connect: Connect) -> WebhookCall:
    """Calls that go over a network. Services are resolved here, as the API server asks no DNS server for them."""

    def call(configuration: Obj, request: Request) -> Answer:
        client = part(configuration, "clientConfig")
        post = f'Post "{address_of(configuration)}": '
        try:
            target = _target(env, client)
        except Unresolved as error:
            return Answer(failure=f"{post}{error}")
        reached = connect(*target)
        problem = _problem(env, configuration, reached, target[1])
        if problem:
            return Answer(failure=post + problem)
        return _answer(reached.process, request)

    return call


class Unresolved(MidwatchError):
    """A Service that leads nowhere; its text is the API server's."""


def _target(env: Env, client: Obj) -> tuple[str, int]:
    """The address to connect to: the Service's cluster IP, an endpoint of a headless one, or the URL's host."""
    host, port, _ = host_of(client)
    if client.get("service") is None:
        return host, port
    target = part(client, "service")
    namespace, name = target.get("namespace") or "", target.get("name") or ""
    service = env.store.get(SERVICE, namespace, name)
    if service is None:
        raise Unresolved(f'service "{name}" not found')
    own = next((each for each in parts(service, "spec", "ports") if each.get("port") == port), None)
    if own is None:
        raise Unresolved(f'no service port {port} found for service "{name}"')
    ready = [each for found in _slices(env, namespace, name) for each in _ready(found)]
    if not ready:
        raise Unresolved(f'no endpoints available for service "{name}"')
    ip = spec(service).get("clusterIP")
    if ip and ip != "None":
        return ip, port
    number = str(own.get("targetPort") or port)
    return ready[0], int(number) if number.isdecimal() else port


def _slices(env: Env, namespace: str, name: str) -> Iterator[Obj]:
    for each in env.store.list(ENDPOINT_SLICE, namespace):
        if labels_of(each).get("kubernetes.io/service-name") == name:
            yield each


def _ready(found: Obj) -> Iterator[str]:
    for each in parts(found, "endpoints"):
        if part(each, "conditions").get("ready") is not False:
            yield from each.get("addresses") or ()


def _problem(env: Env, configuration: Obj, reached: Reached, port: int) -> str:
    """Why there is no answer, as Go's HTTP client says it; empty when there is one."""
    timeout = float(configuration.get("timeoutSeconds") or 10)
    if reached.failure is not None:
        return _failure_text(reached, str(reached.failure), port)
    if reached.seconds * 3 > timeout:
        return "context deadline exceeded"
    return _certificate_problem(env, configuration.get("clientConfig") or {}, reached.process)


def _failure_text(reached: Reached, failure: str, port: int) -> str:
    address = reached.address or f"{reached.host}:{port}"
    texts = {
        "connection refused": f"dial tcp {address}: connect: connection refused",
        "no route to host": f"dial tcp {address}: connect: no route to host",
        "i/o timeout": "context deadline exceeded",
        "connection reset by peer": "EOF",
        "no such host": f"dial tcp: lookup {reached.host} on 10.96.0.10:53: no such host",
        "tls": f"tls: failed to verify certificate: {reached.detail}",
        "protocol": "http: server gave HTTP response to HTTPS client",
    }
    return texts.get(failure) or reached.detail or failure


def _certificate_problem(env: Env, client: Obj, process: Process | None) -> str:
    """Whether the certificate in the Secret that the process serves with is valid and of the trusted authority."""
    if process is None:
        return ""
    served = _serving_secret(env, process)
    if served is None:
        return ""
    trusted = _decoded(client.get("caBundle") or "")
    own = served.get("ca.crt", ""), served["tls.crt"]
    for pem in (served["tls.crt"], trusted):
        problem = _time_problem(pem, env.clock.now)
        if problem:
            return problem
    if trusted and trusted.strip() not in (each.strip() for each in own) and validity(trusted):
        return f"{_X509} signed by unknown authority"
    return ""


def _time_problem(pem: str, now: float) -> str:
    found = validity(pem) if pem else None
    if found is None or found[0] <= now <= found[1]:
        return ""
    when = f"is before {stamp(found[0])}" if now < found[0] else f"is after {stamp(found[1])}"
    return f"{_X509} has expired or is not yet valid: current time {stamp(now)} {when}"


def _serving_secret(env: Env, process: Process) -> dict[str, str] | None:
    """The first mounted Secret with a `tls.crt`, decoded."""
    pod = env.store.get(POD, process.namespace, process.pod)
    for volume in parts(pod or {}, "spec", "volumes"):
        name: str | None = part(volume, "secret").get("secretName")
        secret = env.store.get(SECRET, process.namespace, name) if name else None
        data: Obj = (secret or {}).get("data") or {}
        if "tls.crt" in data:
            return {key: _decoded(str(value)) for key, value in data.items() if key.endswith(".crt")}
    return None


def _decoded(text: str) -> str:
    try:
        return b64decode(text).decode()
    except (BadEncoding, UnicodeDecodeError):
        return ""


def _answer(process: Process | None, request: Request) -> Answer:
    """What the program says: it refuses objects without the label it asks for."""
    rule = process.program.admission if process is not None else None
    if rule is None or request.operation == "DELETE" or request.kind.kind not in rule.kinds:
        return Answer()
    if not rule.label or rule.label in labels_of(request.obj):
        return Answer()
    return Answer(False, rule.message or f"label {rule.label!r} is required")
