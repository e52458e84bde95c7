"""What a call of a webhook is, for whoever makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `failure` says why there is none (`Post "https://...": context deadline exceeded`)."""

    allowed: bool = True
    message: str = ""
    failure: str = ""


class WebhookCall(Protocol):
    """Calls one webhook, an entry of a configuration's `webhooks`, about a request."""

    def __call__(self, configuration: Obj, request: Request, /) -> Answer: ...


def host_of(client: Obj) -> tuple[str, int, str]:
    """Host, port and path that a `clientConfig` leads to."""
    service: Obj | None = client.get("service")
    if service is not None:
        host = f"{service.get('name')}.{service.get('namespace')}.svc"
        return host, int(service.get("port") or 443), _path(service.get("path") or "")
    rest = str(client.get("url") or "").partition("://")[2]
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    return host, int(port or 443), f"{slash}{path}" or "/"


def address_of(configuration: Obj) -> str:
    """The URL of a call, as error messages show it."""
    client: Obj = configuration.get("clientConfig") or {}
    host, port, path = host_of(client)
    place = f"{host}:{port}" if client.get("service") is not None or port != 443 else host
    return f"https://{place}{path}?timeout={configuration.get('timeoutSeconds') or 10}s"


def _path(text: str) -> str:
    return text if text.startswith("/") else f"/{text}"
