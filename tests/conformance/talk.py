"""A scenario's talk with one server: requests under labels, and what was said, ready to be compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec
import yaml

from tests.conformance.client import Client, Reply
from tests.conformance.normal import normal

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"

_PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Said:
    """What one labelled request got, without what may differ."""

    label: str
    said: dict[str, Any]


@dataclass
class Talk:
    """Asks one server, inside one namespace."""

    client: Client
    namespace: str
    heard: list[Said] = field(default_factory=list[Said])

    @property
    def space(self) -> str:
        """The path of the namespace in the core group."""
        return f"/api/v1/namespaces/{self.namespace}"

    def group(self, group: str) -> str:
        """The path of the namespace in another group and version (`apps/v1`)."""
        return f"/apis/{group}/namespaces/{self.namespace}"

    def quiet(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        media: str = "application/json",
        accept: str = "application/json",
        **headers: str,
    ) -> Reply:
        """Ask without comparing the answer. Underscores in names of headers become dashes."""
        sent = {"Accept": accept, "User-Agent": "conformance/1"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None
        if body is not None:
            sent["Content-Type"] = media
            data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.client.ask(method, path, data, sent)

    def ask(self, label: str, method: str, path: str, body: Any = None, *, code: int = 200, **more: Any) -> Any:
        """Ask, demand the code, and keep code, warnings and content for the comparison; returns the content."""
        found = self.quiet(method, path, body, **more)
        assert found.code == code, f"{label}: {found.code}, not {code}: {found.body[:600]!r}"
        said: dict[str, Any] = {"code": found.code, "content": normal(found.content, self.namespace)}
        if "warning" in found.headers:
            said["warning"] = normal(found.headers["warning"], self.namespace)
        if "retry-after" in found.headers:
            said["retry-after"] = found.headers["retry-after"]
        self.heard.append(Said(label, said))
        return found.content

    def refused(
        self,
        label: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        code: int,
        reason: str,
        message: str,
        **more: Any,
    ) -> Any:
        """Ask for something that is refused with this `Status`; `NS` in the message is the namespace."""
        found = self.ask(label, method, path, body, code=code, **more)
        wanted = message.replace("NS", self.namespace)
        said = found["kind"], found.get("reason", ""), found["message"]
        assert said == ("Status", reason, wanted), f"{label}: {said}"
        assert found["code"] == code, label
        return found

    def note(self, label: str, **found: Any) -> None:
        """Keep something for the comparison that is no single answer."""
        self.heard.append(Said(label, normal(found, self.namespace)))

    def until(self, path: str, wanted: Callable[[Reply], bool], what: str) -> Reply:
        """Ask again and again until the answer is as wanted; fails with `what` after some seconds."""
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            found = self.quiet("GET", path)
            if wanted(found):
                return found
            time.sleep(0.1)
        raise AssertionError(f"{path} did not come to be: {what}")


@contextmanager
def talking(client: Client) -> Generator[Talk]:
    """A talk in a namespace of its own, which is taken away afterwards."""
    talk = Talk(client, f"conformance-{uuid4().hex[:8]}")
    space = {"metadata": {"name": talk.namespace}}
    assert talk.quiet("POST", "/api/v1/namespaces", space).code == 201
    account = {"metadata": {"name": "default"}}
    assert talk.quiet("POST", f"{talk.space}/serviceaccounts", account).code in (201, 409)
    try:
        yield talk
    finally:
        talk.quiet("DELETE", f"/api/v1/namespaces/{talk.namespace}")


def loaded(text: str, talk: Talk) -> Any:
    """A manifest in YAML; `NS` is the namespace."""
    return yaml.safe_load(text.replace("NS", talk.namespace))
