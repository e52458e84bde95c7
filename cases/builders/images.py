"""Images that cannot be pulled."""

from __future__ import annotations

from cases.builders.world import BORN, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config
from midwatch.evals.synthetic.containers import Run, waiting
from midwatch.evals.synthetic.values import Obj
from midwatch.evals.synthetic.workloads import Rollout


def _backing_off(image: str, why: str) -> Run:
    return waiting("ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {why}')


def _pull_events(w: World, made: Rollout, image: str, why: str) -> None:
    w.warn_all(made.pods, "Pulling", f'Pulling image "{image}"', count=6, normal=True)
    w.warn_all(made.pods, "Failed", f'Failed to pull image "{image}": {why}', count=6)
    w.warn_all(made.pods, "Failed", "Error: ErrImagePull", count=6)
    w.warn_all(made.pods, "BackOff", f'Back-off pulling image "{image}"', count=92, normal=True)
    w.warn_all(made.pods, "Failed", "Error: ImagePullBackOff", count=92)


def _case(w: World, name: str, space: str, port: int, image: str, why: str, spec: Obj | None = None) -> Ref:
    run = _backing_off(image, why) if w.broken else None
    made = w.app(name, space, port, image=image, run=run, spec=spec)
    if w.broken:
        _pull_events(w, made, image, why)
    return of("Deployment", made)


def not_found(w: World) -> Ref:
    """The tag was never pushed."""
    image = f"registry.example.com/weather/forecast:{'2.31.0' if w.broken else '2.30.4'}"
    why = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve '
        f"reference "
        f'"{image}": {image}: not found'
    )
    return _case(w, "forecast", "weather", 8420, image, why)


def unauthorized(w: World) -> Ref:
    image = "private.example.com/radar/decoder:0.9.4"
    why = (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": failed to authorize: failed to fetch oauth token: unexpected status from GET request to '
        "https://private.example.com/token?scope=repository%3Aradar%2Fdecoder%3Apull: 401 Unauthorized"
    )
    w.space("radar")
    w.add(config.secret("radar-pull", "radar", [".dockerconfigjson"], BORN, "kubernetes.io/dockerconfigjson"))
    spec: Obj = {"imagePullSecrets": [{"name": "radar-pull"}]}
    return _case(w, "decoder", "radar", 8421, image, why, spec=spec)


def pull_secret_missing(w: World) -> Ref:
    """The pod names a pull Secret that is not in its namespace."""
    image = "private.example.com/telemetry/probe:1.1.0"
    why = (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": pull access denied, repository does not exist or may require authorization: server message: '
        "insufficient_scope: authorization failed"
    )
    w.space("telemetry")
    if not w.broken:
        w.add(config.secret("regcred", "telemetry", [".dockerconfigjson"], BORN, "kubernetes.io/dockerconfigjson"))
    spec: Obj = {"imagePullSecrets": [{"name": "regcred"}]}
    found = _case(w, "probe", "telemetry", 8422, image, why, spec=spec)
    told = "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed."
    for each in w.objects if w.broken else ():
        if each["kind"] == "Pod":
            w.warn(each, "FailedToRetrieveImagePullSecret", told, count=110)
    return found


def registry_dns(w: World) -> Ref:
    """A typing error in the registry's host."""
    host = "registy.example.com" if w.broken else "registry.example.com"
    image = f"{host}/tracker/tracker:2.1.0"
    why = (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": failed to do request: Head "https://{host}/v2/tracker/tracker/manifests/2.1.0": dial tcp: '
        f"lookup {host} on 10.0.0.2:53: no such host"
    )
    return _case(w, "tracker", "tracker", 8423, image, why)


def invalid_name(w: World) -> Ref:
    image = f"registry.example.com/{'Reports' if w.broken else 'reports'}/pdf:1.0.2"
    why = (
        f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid reference '
        "format: repository name (Reports/pdf) must be lowercase"
    )
    run = waiting("InvalidImageName", why) if w.broken else None
    made = w.app("pdf", "reports", 8424, image=image, run=run)
    if w.broken:
        w.warn_all(made.pods, "InspectFailed", why, count=112)
        w.warn_all(made.pods, "Failed", "Error: InvalidImageName", count=112)
    return of("Deployment", made)


def never_pulled(w: World) -> Ref:
    image = "registry.example.com/kiosk/kiosk:5.0.0"
    why = f'Container image "{image}" is not present with pull policy of Never'
    run = waiting("ErrImageNeverPull", why) if w.broken else None
    made = w.app(
        "kiosk", "kiosk", 8425, image=image, run=run, fields={"imagePullPolicy": "Never"} if w.broken else None
    )
    if w.broken:
        w.warn_all(made.pods, "ErrImageNeverPull", why, count=112)
        w.warn_all(made.pods, "Failed", "Error: ErrImageNeverPull", count=112)
    return of("Deployment", made)


def rate_limited(w: World) -> Ref:
    image = "docker.io/library/memcached:1.6.38"
    why = (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to copy: '
        f"httpReadSeeker: "
        "failed open: unexpected status code "
        "https://registry-1.docker.io/v2/library/memcached/manifests/sha256:8f1c: "
        "429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull "
        "rate limit. "
        "https://www.docker.com/increase-rate-limit"
    )
    return _case(w, "memcached", "sessions", 11211, image, why)


def tls_failure(w: World) -> Ref:
    image = "harbor.corp.example.com/desk/desk:4.4.1"
    why = (
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference '
        f'"{image}": failed to do request: Head "https://harbor.corp.example.com/v2/desk/desk/manifests/4.4.1": '
        "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    )
    return _case(w, "desk", "helpdesk", 8427, image, why)


CASES = (
    CaseSpec("image-not-found", "image-not-found", "The tag does not exist", not_found),
    CaseSpec(
        "image-pull-unauthorized", "image-pull-unauthorized", "The pull Secret is no longer valid", unauthorized
    ),
    CaseSpec(
        "image-pull-secret-missing",
        "image-pull-secret-missing",
        "The pull Secret is not there",
        pull_secret_missing,
    ),
    CaseSpec(
        "image-registry-dns-failure", "image-registry-dns-failure", "The registry's name is misspelt", registry_dns
    ),
    CaseSpec("image-reference-invalid", "image-reference-invalid", "An image name with capitals", invalid_name),
    CaseSpec("image-never-pulled", "image-never-pulled", "Pull policy Never, image not on the node", never_pulled),
    CaseSpec("image-pull-rate-limited", "image-pull-rate-limited", "The registry limits pulls", rate_limited),
    CaseSpec(
        "image-registry-tls-failure",
        "image-registry-tls-failure",
        "The registry's certificate is not trusted",
        tls_failure,
    ),
)
