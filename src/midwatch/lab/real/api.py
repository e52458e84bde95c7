"""Requests that change a real cluster, confined to one namespace by the way their paths are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec

from midwatch import __version__
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.lab.core.objects import Obj, ref_of
from midwatch.sources.kubernetes.answer import CannotRead, Reply, explain
from midwatch.sources.kubernetes.connect import Connection
from midwatch.sources.kubernetes.transport import Reader

_LIMIT = 64 * 1024 * 1024
_TIMEOUT = 30.0
_CONFLICT = 409
_ATTEMPTS = 5
Body = Mapping[str, object]


class Refused(UsageError):
    """The cluster refuses a request; `code` is HTTP's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Rest(Protocol):
    """The part of `kubernetes_asyncio.client.rest.RESTClientObject` in use."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str],
        body: object,
        _preload_content: bool,
        _request_timeout: float,
    ) -> aiohttp.ClientResponse: ...


@dataclass(frozen=True)
class Api:
    """A cluster to write to. Raises `Refused` for what it refuses, `UsageError` when it cannot be reached."""

    connection: Connection

    async def get(self, path: str) -> Obj:
        """Read one path."""
        try:
            reply = await Reader(self.connection.transport).get(path, limit=_LIMIT)
        except CannotRead as error:
            raise UsageError(f"{self.connection.name} cannot be read: {error.reason}") from error
        return _content(reply, f"GET {path}")

    async def send(self, method: str, path: str, body: Body) -> Obj:
        """Change something. It is not repeated: what came of it is seen by reading."""
        login = self.connection.login
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        headers["User-Agent"] = f"midwatch-lab/{__version__}"
        if credential := await login.header():
            headers["Authorization"] = credential
        rest = cast("_Rest", self.connection.rest)
        try:
            response = await rest.request(
                method,
                login.host + path,
                headers=headers,
                body=body,
                _preload_content=False,
                _request_timeout=_TIMEOUT,
            )
            async with response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            where = urlsplit(login.host).netloc
            raise UsageError(
                f"{method} {path}: the connection to {where} broke ({type(error).__name__})"
            ) from error
        reply = Reply(response.status, content, response.headers.get("Content-Type", ""))
        return _content(reply, f"{method} {path}")


@dataclass(frozen=True)
class Home:
    """One namespace: every path begins with it, so nothing outside of it can be written."""

    api: Api
    name: str

    async def create(self, obj: Obj) -> None:
        """Create an object in it."""
        await self.api.send("POST", self._path(ref_of(obj), collection=True), obj)

    async def edit(self, ref: Ref, change: Callable[[Obj], Obj]) -> None:
        """Change an object in it, again when somebody else changed it meanwhile."""
        for attempt in range(_ATTEMPTS):
            found = await self.api.get(self._path(ref))
            wanted = change(found)
            try:
                await self.api.send("PUT", self._path(ref), wanted)
            except Refused as error:
                if error.code == _CONFLICT and attempt + 1 < _ATTEMPTS:
                    continue
                raise
            return

    async def delete(self, ref: Ref, *, force: bool = False) -> None:
        """Delete an object in it."""
        await self.api.send("DELETE", self._path(ref), {"gracePeriodSeconds": 0} if force else {})

    async def list(self, kind: str) -> list[Obj]:
        """All objects of a kind in it."""
        found = await self.api.get(self._path(Ref(kind, self.name, "-"), collection=True))
        return [{**each, "kind": kind} for each in found.get("items") or ()]

    def _path(self, ref: Ref, *, collection: bool = False) -> str:
        known = BY_KIND.get(ref.kind)
        if known is None or not known.namespaced or ref.namespace != self.name:
            raise UsageError(f"{ref} is not in the namespace {self.name!r}, and nothing else may be changed")
        base = f"/apis/{known.group}/{known.version}" if known.group else f"/api/{known.version}"
        path = f"{base}/namespaces/{quote(self.name, safe='')}/{known.resource}"
        return path if collection else f"{path}/{quote(ref.name, safe='')}"


def _content(reply: Reply, what: str) -> Obj:
    if reply.status >= 400:
        raise Refused(reply.status, f"the cluster refuses {what}: {explain(reply)}")
    try:
        return msgspec.json.decode(reply.body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{what}: what answers is no Kubernetes API server") from error
