"""What an image pull error means, from the words of containerd, CRI-O and docker as the kubelet passes them on.

Sources: containerd core/remotes/docker (resolver.go, authorizer.go), containers/image docker/docker_client.go,
moby registry errors, pkg/kubelet/images/types.go.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from midwatch.detectors._runs import MAX_TEXT


class PullKind(StrEnum):
    """Why an image is not there."""

    NOT_FOUND = "not-found"
    AMBIGUOUS = "not-found-or-unauthorized"
    UNAUTHORIZED = "unauthorized"
    CREDENTIALS = "credentials-refused"
    DNS = "registry-dns"
    UNREACHABLE = "registry-unreachable"
    TLS = "registry-tls"
    RATE_LIMITED = "rate-limited"
    PLATFORM = "platform"
    INVALID = "invalid-reference"
    NEVER = "never-pulled"
    UNKNOWN = "pull-failing"


PULL_REASONS = frozenset({
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
    "RegistryUnavailable", "SignatureValidationFailed", "ErrRegistryUnavailable",
})  # fmt: skip
"""Why a container may wait for its image."""


class PullError(NamedTuple):
    """The kind and, for a failed lookup, the host that was looked up."""

    kind: PullKind
    host: str = ""


AUTH = frozenset({PullKind.UNAUTHORIZED, PullKind.CREDENTIALS, PullKind.AMBIGUOUS, PullKind.UNKNOWN})
"""Errors that missing or wrong credentials may explain."""

_LOOKUP = re.compile(r"lookup ([A-Za-z0-9_.-]{1,253})(?: on [^ ]{1,64})?: ")
_RESOLVER = re.compile(
    r"could not resolve host|temporary failure in name resolution|no such host|server misbehaving"
    r"|name or service not known"
)
_NO_PLATFORM = re.compile(
    r"no match for platform|no matching manifest for|does not match the specified platform"
    r"|no image found in (?:manifest list|image index) for architecture"
)
_HIDDEN = re.compile(
    r"repository does not exist or may require|may require '?docker login|insufficient_scope"
    r"|pull access denied|requested access to the resource is denied"
)
_NO_TOKEN = re.compile(
    r"failed to fetch oauth token: unexpected status[^\n]{0,400}: 40[13]\b|incorrect username or password"
    r"|invalid username|authorization token has expired"
)
"""The registry does not take the name and password at all, whichever image they are for."""
_MIRROR_REFUSES = re.compile(r"\?ns=[^ ]{1,200}: 40[13]")

# In this order: a later pattern also occurs in messages that an earlier one explains better.
_PATTERNS: tuple[tuple[re.Pattern[str], PullKind], ...] = (
    (
        re.compile(r"couldn't parse image|invalid reference format|invalidimagename|must be lowercase"),
        PullKind.INVALID,
    ),
    (re.compile(r"pull policy of never|errimageneverpull"), PullKind.NEVER),
    (re.compile(r"toomanyrequests|too many requests|rate limit|pull qps exceeded"), PullKind.RATE_LIMITED),
    (_NO_PLATFORM, PullKind.PLATFORM),
    (_RESOLVER, PullKind.DNS),
    (
        re.compile(r"x509:|tls: (?!handshake)|gave http response to https|certificate (?:verify|has expired)"),
        PullKind.TLS,
    ),
    (_NO_TOKEN, PullKind.CREDENTIALS),
    (_HIDDEN, PullKind.AMBIGUOUS),
    (_MIRROR_REFUSES, PullKind.AMBIGUOUS),
    (
        re.compile(
            r"manifest unknown|manifest_unknown|name unknown|name_unknown|code = notfound|404 not found"
            r"|: not found|not known to registry|manifest for [^ ]{1,300} not found|no such image|image not found"
        ),
        PullKind.NOT_FOUND,
    ),
    (
        re.compile(
            r"unauthorized|authentication required|no basic auth credentials|403 forbidden|401 |access denied"
            r"|: denied|denied:|failed to authorize|failed to fetch (?:anonymous|oauth) token"
            r"|authorization failed"
        ),
        PullKind.UNAUTHORIZED,
    ),
    (
        re.compile(
            r"connection refused|i/o timeout|deadline exceeded|no route to host|network is unreachable"
            r"|connection reset|handshake timeout|timeout exceeded|unexpected eof|: eof|registryunavailable"
            r"|(?:500 internal|502 bad|503 service|504 gateway)|proxyconnect"
        ),
        PullKind.UNREACHABLE,
    ),
)


def classify(message: str, reason: str = "") -> PullError:
    """The kind of a pull error; `UNKNOWN` for words that say only that pulling fails."""
    text = message[:MAX_TEXT]
    lookup = _LOOKUP.search(text)
    if lookup is not None:
        return PullError(PullKind.DNS, lookup[1])
    lowered = f"{reason}: {text}".lower()
    for pattern, kind in _PATTERNS:
        if pattern.search(lowered):
            return PullError(kind)
    return PullError(PullKind.UNKNOWN)
