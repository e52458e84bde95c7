"""Why the API server refused to create an object, read from the message that the controller recorded.

Sources: plugin/pkg/admission/{resourcequota,serviceaccount,limitranger,priority,runtimeclass},
pod-security-admission, apiserver/pkg/admission/plugin/{webhook,policy}, apimachinery/pkg/api/errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from midwatch.detectors._amounts import amount

_MAX_MESSAGE = 4096

_NEEDLES = (
    ("failed quota", "quota-requires-requests"),
    ("error looking up service account", "service-account-missing"),
    ("violates PodSecurity", "pod-security-violated"),
    ("PodSecurityPolicy: unable to", "pod-security-violated"),
    ("security context constraint", "pod-security-violated"),
    ("ValidatingAdmissionPolicy", "admission-policy-denied"),
    ("no PriorityClass with name", "priority-class-missing"),
    ('RuntimeClass "', "runtime-class-missing"),
    (" usage per ", "limit-range-violated"),
    (" max limit to request ratio per ", "limit-range-violated"),
    ("because it is being terminated", "namespace-terminating"),
    ("cannot create resource", "rbac-denied"),
    (" is invalid: ", "pod-spec-invalid"),
    ("Invalid value", "pod-spec-invalid"),
    ("Unsupported value", "pod-spec-invalid"),
    ("Required value", "pod-spec-invalid"),
)
_WEBHOOK = re.compile(r"webhook \"([^\"]{1,253})\"")
_ACCOUNT = re.compile(r"serviceaccount \"([^\"]{1,253})\" not found")
_STORAGE = ("persistentvolumeclaims", "count/persistentvolumeclaims", "requests.storage")
_COUNTED = {
    "pods": "quota-pods-exceeded",
    "count/pods": "quota-pods-exceeded",
    "count/services": "quota-services-exceeded",
}


@dataclass(frozen=True, slots=True)
class Overrun:
    """A quota resource that one more object would exceed, as the message prints it."""

    resource: str
    requested: str
    used: str
    limited: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What refused: the cause, the object it names (quota, webhook, ServiceAccount), the exceeded resources."""

    cause: str
    name: str = ""
    overruns: tuple[Overrun, ...] = ()


@lru_cache(maxsize=4096)
def read_refusals(message: str) -> tuple[Refusal, ...]:
    """The reasons in a message; several when a quota is exceeded in several ways; none when it tells nothing.

    Webhooks that could not be called at all are the family `webhooks`.
    """
    text = message[:_MAX_MESSAGE]
    webhook = _WEBHOOK.search(text)
    if webhook is not None:
        return (Refusal("admission-webhook-denied", webhook[1]),) if "denied the request" in text else ()
    if "exceeded quota: " in text:
        return _read_quota(text)
    account = _ACCOUNT.search(text)
    if account is not None:
        return (Refusal("service-account-missing", account[1]),)
    cause = next((cause for needle, cause in _NEEDLES if needle in text), None)
    return (Refusal(cause),) if cause else ()


def quota_cause(resource: str) -> str:
    """The cause that an exhausted quota resource stands for (pkg/quota/v1/evaluator/core)."""
    if resource in _COUNTED:
        return _COUNTED[resource]
    if resource in _STORAGE or ".storageclass.storage.k8s.io/" in resource:
        return "quota-storage-exceeded"
    if resource.partition(".")[0] == "services":
        return "quota-services-exceeded"
    last = resource.removeprefix("requests.").removeprefix("limits.")
    return f"quota-{last}-exceeded" if last in ("cpu", "memory") else "quota-objects-exceeded"


def _read_quota(text: str) -> tuple[Refusal, ...]:
    rest = text.partition("exceeded quota: ")[2]
    name, _, rest = rest.partition(", requested: ")
    requested, _, rest = rest.partition(", used: ")
    used, _, limited = rest.partition(", limited: ")
    overruns = _overruns(_pairs(requested), _pairs(used), _pairs(limited))
    causes = dict.fromkeys(quota_cause(each.resource) for each in overruns)
    return tuple(
        Refusal(cause, name, tuple(each for each in overruns if quota_cause(each.resource) == cause))
        for cause in causes
    ) or (Refusal("quota-objects-exceeded", name),)


def _overruns(requested: dict[str, str], used: dict[str, str], limited: dict[str, str]) -> tuple[Overrun, ...]:
    """Those beyond their limit; all when the numbers do not tell."""
    every = tuple(
        Overrun(each, value, used.get(each, ""), limited.get(each, "")) for each, value in requested.items()
    )
    beyond = tuple(each for each in every if amount(each.requested) + amount(each.used) > amount(each.limited))
    return beyond or every


def _pairs(text: str) -> dict[str, str]:
    """`requests.cpu=1,limits.cpu=2` as a mapping; what is not `name=value` ends it."""
    pairs: dict[str, str] = {}
    for part in text.split(","):
        name, separator, value = part.strip().partition("=")
        if not separator or not name:
            break
        pairs[name] = value.split(maxsplit=1)[0].rstrip(";.)") if value.strip() else ""
    return pairs
