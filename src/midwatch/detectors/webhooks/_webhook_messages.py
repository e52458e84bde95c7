"""webhooks: what the API server says when it cannot call an admission or conversion webhook.

Source: apiserver/pkg/admission/plugin/webhook/errors, webhook/{validating,mutating}/dispatcher.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MAX = 4096
_CALL = re.compile(r"failed calling (?:admission )?webhook \"([^\"]{1,253})\"")
_CONVERSION = re.compile(r"conversion webhook for ([^\s,]{1,300}),")
_HOST = re.compile(r"https://([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(?:[.:/\"]|$)")
_SERVICE = re.compile(
    r"service \"([a-z0-9.-]{1,253})\" not found|no endpoints available for service \"([^\"]{1,253})\""
)


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call of the webhook `name` that failed: the cause, and the Service called where it is named."""

    name: str
    cause: str
    why: str
    service_namespace: str = ""
    service: str = ""


_CAUSES: tuple[tuple[str, str], ...] = (
    ("x509:", "webhook-certificate-invalid"),
    ("tls: failed to verify certificate", "webhook-certificate-invalid"),
    ("certificate signed by unknown authority", "webhook-certificate-invalid"),
    ("no endpoints available for service", "webhook-unavailable"),
    ("not found", "webhook-service-missing"),
    ("connection refused", "webhook-unavailable"),
    ("no route to host", "webhook-unavailable"),
    ("connection reset", "webhook-unavailable"),
    ("bad gateway", "webhook-unavailable"),
    ("service unavailable", "webhook-unavailable"),
    ("no such host", "webhook-unavailable"),
    ("eof", "webhook-unavailable"),
    ("context deadline exceeded", "webhook-timeout"),
    ("i/o timeout", "webhook-timeout"),
    ("client.timeout", "webhook-timeout"),
    ("timeout", "webhook-timeout"),
)


@lru_cache(maxsize=4096)
def parse_failed_call(message: str) -> FailedCall | None:
    """The failed call of a webhook in an error message; None when it is about something else."""
    text = message[:_MAX]
    match = _CALL.search(text) or _CONVERSION.search(text)
    if match is None:
        return None
    why = text[match.end() :].strip(" :")
    host = _HOST.search(why)
    lowered = _SERVICE.sub(_keep_verdict, why).lower()
    cause = next((cause for words, cause in _CAUSES if words in lowered), "webhook-unavailable")
    if cause == "webhook-service-missing" and "service" not in why:
        cause = "webhook-unavailable"
    return FailedCall(match[1], cause, why[-200:], host[2] if host else "", host[1] if host else "")


def _keep_verdict(match: re.Match[str]) -> str:
    """The phrase without the name in it: a Service may be called `timeout`."""
    return "service not found" if match[1] else "no endpoints available for service"
