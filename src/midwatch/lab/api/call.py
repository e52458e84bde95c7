"""One request as the handlers see it, and what they answer: no HTTP library below this line."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from midwatch.lab.access import Access
from midwatch.lab.api.resources import Resource
from midwatch.lab.api.target import Target
from midwatch.lab.core.env import Env
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.registry import User


@dataclass(frozen=True, slots=True)
class Call:
    """A request by an authenticated user. Names of `headers` are in lower case."""

    env: Env
    access: Access
    method: str
    verb: str
    target: Target
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    user: User

    def flag(self, name: str) -> bool:
        """Whether a query parameter is true."""
        return self.query.get(name, "") in ("true", "1", "True")

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be stored."""
        return self.query.get("dryRun") == "All"

    @property
    def agent(self) -> str:
        """What the client calls itself."""
        return self.headers.get("user-agent", "")

    @property
    def manager(self) -> str:
        """Who owns the fields that this request sets.

        Source: k8s.io/apiserver/pkg/endpoints/handlers/create.go (managerOrUserAgent).
        """
        return self.query.get("fieldManager") or self.agent.partition("/")[0][:128] or "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """An object, or a text, or JSON that is encoded already."""

    content: Obj | str | bytes
    code: int = 200
    media: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Stream:
    """Pieces that are sent as they come; an asynchronous one may take as long as the client listens."""

    pieces: Iterator[bytes] | AsyncGenerator[bytes, None]
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Reply: TypeAlias = Answer | Stream
Handler: TypeAlias = Callable[[Call, Resource], Reply]
