"""Images that cannot be pulled."""

from __future__ import annotations

import pytest

from midwatch.detectors import images
from midwatch.detectors.images._pull_access import place_of
from midwatch.detectors.images._pull_errors import PullKind, classify
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {{name: web-1, namespace: shop}}
spec:
  nodeName: n1
  imagePullSecrets: [{secrets}]
  containers: [{{name: app, image: "{image}"}}]
status:
  phase: Pending
  containerStatuses:
  - name: app
    image: "{image}"
    state: {{waiting: {{reason: {reason}, message: '{message}'}}}}
"""
RUNNING = """
apiVersion: v1
kind: Pod
metadata: {name: old-1, namespace: shop}
spec: {containers: [{name: app, image: "registry.example/team/catalog:v1"}]}
status:
  phase: Running
  containerStatuses:
  - {name: app, ready: true, state: {running: {}}, image: "registry.example/team/catalog:v1"}
"""


def pod(
    image: str = "registry.example/team/web:v1",
    reason: str = "ImagePullBackOff",
    message: str = "",
    secrets: str = "",
) -> str:
    return POD.format(image=image, reason=reason, message=message, secrets=secrets)


def findings(inventory: Inventory) -> list[Finding]:
    return [each for detector in images.DETECTORS for each in detector(inventory)]


def strongest(found: list[Finding]) -> str:
    return max((claim for each in found for claim in each.claims), key=lambda claim: claim.strength).cause


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ('failed to resolve reference "r.io/a:b": r.io/a:b: not found', PullKind.NOT_FOUND),
        ("manifest for a:b not found: manifest unknown: manifest unknown", PullKind.NOT_FOUND),
        ("reading manifest b in r.io/a: manifest unknown", PullKind.NOT_FOUND),
        ("pull access denied, repository does not exist or may require authorization", PullKind.AMBIGUOUS),
        (
            "unexpected status from HEAD request to https://m/v2/a/manifests/b?ns=docker.io: 403 Forbidden",
            PullKind.AMBIGUOUS,
        ),
        ("failed to fetch anonymous token: unexpected status: 401 Unauthorized", PullKind.UNAUTHORIZED),
        ("no basic auth credentials", PullKind.UNAUTHORIZED),
        ("failed to fetch oauth token: unexpected status from POST request to a: 401", PullKind.CREDENTIALS),
        ('Head "https://r.io/v2/": dial tcp: lookup r.io on 127.0.0.53:53: no such host', PullKind.DNS),
        ("dial tcp: lookup r.io: Temporary failure in name resolution", PullKind.DNS),
        ("dial tcp: lookup r.io on 10.0.0.2:53: read udp 10.0.0.9:4->10.0.0.2:53: i/o timeout", PullKind.DNS),
        ("dial tcp 10.1.1.1:443: connect: connection refused", PullKind.UNREACHABLE),
        ("net/http: TLS handshake timeout", PullKind.UNREACHABLE),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", PullKind.TLS),
        ("http: server gave HTTP response to HTTPS client", PullKind.TLS),
        ("toomanyrequests: You have reached your pull rate limit", PullKind.RATE_LIMITED),
        ("no match for platform in manifest: not found", PullKind.PLATFORM),
        ("couldn't parse image name: invalid reference format", PullKind.INVALID),
        ("Back-off pulling image", PullKind.UNKNOWN),
    ],
)
def test_the_words_of_a_runtime_tell_why_a_pull_fails(message: str, kind: PullKind) -> None:
    assert classify(message).kind is kind


def test_a_failed_lookup_names_the_host() -> None:
    assert classify("dial tcp: lookup registry.corp on 1.1.1.1:53: no such host").host == "registry.corp"


def test_an_image_the_registry_does_not_have_is_named() -> None:
    found = findings(inventory_of(pod(message="ErrImagePull: code = NotFound desc = a: not found")))
    assert causes_of(found) == {"image-not-found"}
    assert found[0].severity is Severity.ERROR


def test_the_event_tells_when_the_status_does_not() -> None:
    event = """
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: web-1, fieldPath: "spec.containers{app}"}
reason: Failed
type: Warning
message: >-
  Failed to pull image "registry.example/team/web:v1": dial tcp: lookup registry.example on 1.1.1.1:53:
  no such host
"""
    assert strongest(findings(inventory_of(pod(), event))) == "image-registry-dns-failure"


def test_a_missing_pull_secret_explains_a_refusal() -> None:
    refused = pod(message="403 Forbidden", secrets="{name: regcred}")
    assert strongest(findings(inventory_of(refused))) == "image-pull-secret-missing"


def test_an_unlisted_secret_is_not_called_missing() -> None:
    refused = pod(message="403 Forbidden", secrets="{name: regcred}")
    assert "image-pull-secret-missing" not in causes_of(findings(inventory_of(refused, denied=["Secret"])))


def test_the_kubelet_may_tell_of_the_missing_secret() -> None:
    event = """
apiVersion: v1
kind: Event
metadata: {name: e1, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: web-1}
reason: FailedToRetrieveImagePullSecret
message: Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.
"""
    refused = pod(message="403 Forbidden", secrets="{name: regcred}")
    assert strongest(findings(inventory_of(refused, event, denied=["Secret"]))) == "image-pull-secret-missing"


def test_a_missing_secret_does_not_explain_a_registry_without_a_name() -> None:
    lost = pod(message="dial tcp: lookup r.example on 1.1.1.1:53: no such host", secrets="{name: regcred}")
    assert strongest(findings(inventory_of(lost))) == "image-registry-dns-failure"


def test_a_name_that_resembles_a_running_image_is_a_typing_error() -> None:
    typo = pod(image="registry.example/team/catalgo:v1", message="pull access denied")
    found = findings(inventory_of(typo, RUNNING))
    assert strongest(found) == "image-not-found"
    assert "catalog:v1" in found[0].message.en


def test_another_version_number_is_not_a_typing_error() -> None:
    found = findings(inventory_of(pod(image="registry.example/team/catalog:v2", message="x"), RUNNING))
    assert "differs by" not in found[0].message.en


def test_a_malformed_reference_needs_no_message() -> None:
    assert (
        strongest(findings(inventory_of(pod(image="Team/Web:v1:v2", reason="ErrImagePull"))))
        == "image-reference-invalid"
    )


def test_a_bare_back_off_is_the_generic_cause() -> None:
    assert causes_of(findings(inventory_of(pod()))) == {"image-pull-failing"}


def test_running_pods_are_silent() -> None:
    assert findings(inventory_of(RUNNING)) == []


def test_a_missing_secret_of_a_running_pod_is_advice_only() -> None:
    ready = RUNNING.replace("spec: {", "spec: {imagePullSecrets: [{name: regcred}], ")
    found = findings(inventory_of(ready))
    assert [(each.severity, each.status) for each in found] == [(Severity.INFO, Status.LATENT)]


def test_pods_of_one_workload_share_one_finding() -> None:
    owner = "ownerReferences: [{kind: ReplicaSet, name: web, controller: true}], "
    both = [pod(message="not found").replace("name: web-1", f"{owner}name: web-{n}") for n in (1, 2)]
    found = findings(inventory_of(*both))
    assert len(found) == 1
    assert len(found[0].affected) == 2


PULLS = """
apiVersion: v1
kind: Pod
metadata: {{name: {name}-1, namespace: shop}}
spec: {{imagePullSecrets: [{secrets}], containers: [{{name: app, image: "registry.example/team/{name}:v1"}}]}}
status:
  phase: Running
  containerStatuses: [{{name: app, ready: true, state: {{running: {{}}}}, containerID: "containerd://1"}}]
---
"""
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: regcred, namespace: shop}}\n---\n"
DENIED = "pull access denied, repository does not exist or may require authorization"


def others(secrets: str = "") -> str:
    return SECRET + "".join(PULLS.format(name=name, secrets=secrets) for name in ("billing", "shipping"))


def strengths(*manifests: str) -> dict[str, float]:
    found = findings(inventory_of(*manifests))
    return {claim.cause: claim.strength for each in found for claim in each.claims}


@pytest.mark.parametrize("message", [DENIED, "unexpected status: 401 Unauthorized", ""])
def test_a_secret_that_all_others_need_for_the_registry_is_missing_here(message: str) -> None:
    assert strongest(findings(inventory_of(pod(message=message), others("{name: regcred}")))) == (
        "image-pull-secret-missing"
    )


@pytest.mark.parametrize("secrets", ["", "{name: regcred}"])
def test_what_others_pull_in_the_same_way_is_not_there(secrets: str) -> None:
    found = strengths(pod(message=DENIED, secrets=secrets), others(secrets))
    assert max(found, key=lambda each: found[each]) == "image-not-found"
    assert found["image-not-found"] < 0.8


def test_an_official_image_needs_no_credentials() -> None:
    found = findings(inventory_of(pod(image="redis-nope:7", message=DENIED)))
    assert strongest(found) == "image-not-found"


@pytest.mark.parametrize("message", [DENIED, "no basic auth credentials", "denied: 403 Forbidden"])
def test_a_registry_that_nobody_else_uses_is_an_open_question(message: str) -> None:
    found = strengths(pod(image="private.example/team/web:v1", message=message), others())
    assert max(found, key=lambda each: found[each]) == "image-pull-secret-missing"
    assert found["image-pull-secret-missing"] < 0.8
    assert found["image-not-found"] > 0.3


def test_credentials_that_are_refused_are_wrong() -> None:
    refused = pod(image="private.example/team/web:v1", message="401 Unauthorized", secrets="{name: regcred}")
    assert strongest(findings(inventory_of(refused, SECRET))) == "image-pull-unauthorized"


@pytest.mark.parametrize(
    ("image", "place"),
    [
        ("redis:7", "docker.io/library"),
        ("team/web", "docker.io/team"),
        ("docker.io/redis:7", "docker.io/library"),
        ("localhost:5000/web:v1", "localhost:5000"),
        ("r.example/a/b/c@sha256:0", "r.example/a/b"),
    ],
)
def test_the_place_of_an_image_is_its_registry_and_path(image: str, place: str) -> None:
    assert place_of(image) == place


def test_a_password_that_the_registry_rejects_is_no_missing_image_though_the_repository_is_known() -> None:
    told = "failed to fetch oauth token: unexpected status from POST request to https://r.io/token: 401"
    refused = pod("registry.example/team/catalog:v2", message=told, secrets="{name: pull}")
    secret = "{kind: Secret, metadata: {name: pull, namespace: shop}, type: kubernetes.io/dockerconfigjson}"
    assert strongest(findings(inventory_of(RUNNING, refused, secret))) == "image-pull-unauthorized"
