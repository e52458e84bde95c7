"""What comes of pulling an image, in containerd's words.

Source: containerd/internal/cri/server/images/image_pull.go, containerd/core/remotes/docker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from midwatch.lab.world.images import Build, Image, ImageRegistry, split_reference
from midwatch.lab.world.world import World

_RATE = 60_000_000.0  # bytes a second that come down and are unpacked


@dataclass(frozen=True, slots=True)
class Pull:
    """An attempt: `build` when it went well, else the `error`; both after `seconds`."""

    seconds: float
    error: str = ""
    build: Build | None = None
    digest: str = ""


def canonical(reference: str) -> str:
    """The full name of an image: `docker.io/library/nginx:latest` for `nginx`."""
    _, repository, tag = split_reference(reference)
    return f"{repository}{tag}" if tag.startswith("@") else f"{repository}:{tag}"


def pull(
    world: World, reference: str, architecture: str, accounts: Mapping[str, tuple[str, str]], *, cached: bool
) -> Pull:
    """Try it. `accounts` are user and password by registry host."""
    host, repository, _ = split_reference(reference)
    name = canonical(reference)
    registry = world.registries.get(host) or ImageRegistry(host, resolvable=host == "docker.io")
    unreachable = _unreachable(registry, reference, name)
    if unreachable is not None:
        return unreachable
    image = world.images.get(repository)
    refused = _refused(registry, image, repository, name, accounts.get(host))
    if refused:
        return Pull(0.6, refused)
    build = world.build(reference)
    if image is None or build is None:
        return Pull(0.5, _failed("NotFound", name, f"{_unresolved(name)}: {name}: not found"))
    if registry.limited:
        return Pull(0.8, _failed("Unknown", name, _limited(registry, image, reference)))
    if architecture not in build.architectures:
        return Pull(0.6, _failed("NotFound", name, "no match for platform in manifest: not found"))
    seconds = 0.35 if cached else 0.6 + build.size / _RATE
    return Pull(seconds, build=build, digest=digest(image, reference))


def digest(image: Image, reference: str) -> str:
    """The digest that a reference stands for."""
    tag = split_reference(reference)[2]
    return tag[1:] if tag.startswith("@") else image.digest(tag)


def _failed(code: str, name: str, why: str) -> str:
    return f'rpc error: code = {code} desc = failed to pull and unpack image "{name}": {why}'


def _unresolved(name: str) -> str:
    return f'failed to resolve reference "{name}"'


def _service(registry: ImageRegistry) -> str:
    return "registry-1.docker.io" if registry.host == "docker.io" else registry.host


def _unreachable(registry: ImageRegistry, reference: str, name: str) -> Pull | None:
    """Name resolution, connection, certificate: in that order."""
    host, repository, tag = split_reference(reference)
    path = repository.removeprefix(f"{host}/")
    where = _service(registry)
    server = where.partition(":")[0]
    port = where.partition(":")[2] or "443"
    head = (
        f'{_unresolved(name)}: failed to do request: Head "https://{where}/v2/{path}/manifests/{tag.lstrip("@")}"'
    )
    if not registry.resolvable:
        return Pull(0.3, _failed("Unknown", name, f"{head}: dial tcp: lookup {server}: no such host"))
    if not registry.reachable:
        why = f"{head}: dial tcp {registry.address}:{port}: i/o timeout"
        return Pull(30.0, _failed("DeadlineExceeded", name, why))
    if not registry.trusted:
        why = f"{head}: tls: failed to verify certificate: x509: certificate signed by unknown authority"
        return Pull(0.4, _failed("Unknown", name, why))
    return None


def _refused(
    registry: ImageRegistry, image: Image | None, repository: str, name: str, account: tuple[str, str] | None
) -> str:
    """Why the registry does not let this account in; empty when it does."""
    hub = registry.host == "docker.io"
    known = account is not None and registry.accounts.get(account[0]) == account[1]
    if account is not None and registry.accounts and not known:
        why = (
            f"failed to authorize: failed to fetch oauth token: unexpected status from {_token(registry, 'POST')}"
        )
        return _failed("Unknown", name, f"{_unresolved(name)}: {why}: 401 Unauthorized")
    if image is None and not hub:
        return ""
    if image is not None and (not image.private or known):
        return ""
    if hub:
        why = (
            "pull access denied, repository does not exist or may require authorization: "
            "server message: insufficient_scope: authorization failed"
        )
        return _failed("Unknown", name, f"{_unresolved(name)}: {why}")
    path = repository.removeprefix(f"{registry.host}/").replace("/", "%2F")
    scope = f"?scope=repository%3A{path}%3Apull&service={registry.host}"
    token = _token(registry, "GET", scope)
    why = f"failed to authorize: failed to fetch anonymous token: unexpected status from {token}"
    return _failed("Unknown", name, f"{_unresolved(name)}: {why}: 401 Unauthorized")


def _token(registry: ImageRegistry, verb: str, scope: str = "") -> str:
    host = "auth.docker.io" if registry.host == "docker.io" else registry.host
    return f"{verb} request to https://{host}/token{scope}"


def _limited(registry: ImageRegistry, image: Image, reference: str) -> str:
    path = image.name.removeprefix(f"{registry.host}/")
    where = f"https://{_service(registry)}/v2/{path}/manifests/{digest(image, reference)}"
    return (
        f"failed to copy: httpReadSeeker: failed open: unexpected status from GET request to {where}: "
        "429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. "
        "https://www.docker.com/increase-rate-limit"
    )
