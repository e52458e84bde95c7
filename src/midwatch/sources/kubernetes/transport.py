"""GET requests to an API server: bounded in number, time and size, repeated when the server asks for it.

`Transport._get` is the only line of a diagnosis that sends anything to a cluster, and its verb is fixed. (What
writes is `midwatch.lab.real` alone, in namespaces of its own, when a user asks for it.)
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from midwatch import __version__
from midwatch.domain.evidence import EvidenceState
from midwatch.sources.kubernetes.answer import CannotRead, Reply
from midwatch.sources.kubernetes.login import Login

Params = Sequence[tuple[str, str]]

JSON_ONLY = "application/json"
_ATTEMPTS = 4
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_OVERLOADED = 429
_UNAUTHORIZED = 401
_SERVER_ERROR = 500
_jitter = SystemRandom()


class Rest(Protocol):
    """The part of `kubernetes_asyncio.client.rest.RESTClientObject` in use."""

    async def GET(  # noqa: N802
        self,
        url: str,
        headers: dict[str, str],
        query_params: list[tuple[str, str]],
        _preload_content: bool,
        _request_timeout: float,
    ) -> aiohttp.ClientResponse:
        """Sends a GET request."""
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...


class Transport:
    """The connection to one API server, shared by all reads."""

    def __init__(
        self,
        rest: Rest,
        login: Login,
        *,
        timeout: float,
        concurrency: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rest = rest
        self._login = login
        self._timeout = timeout
        self._sleep = sleep
        self._places = asyncio.Semaphore(concurrency)
        self._renewing = asyncio.Lock()

    @property
    def host(self) -> str:
        """Address of the API server."""
        return self._login.host

    async def close(self) -> None:
        """Close the connections."""
        await self._rest.close()

    async def pause(self, attempt: int, retry_after: float | None) -> None:
        """Wait before repeating a request: as long as the server says, else longer each time."""
        wait = _FIRST_PAUSE * 2**attempt if retry_after is None else retry_after
        await self._sleep(min(wait, _LONGEST_PAUSE) * _jitter.uniform(1.0, 1.5))

    async def renew(self, used: str) -> bool:
        """Get new credentials after a refusal of `used`; whether there are any others to try."""
        async with self._renewing:
            if await self._login.header() == used:
                await self._login.renew()
            return await self._login.header() != used

    async def send(self, path: str, params: Params, accept: str, limit: int) -> tuple[Reply, str]:
        """One request: the response, at most `limit` bytes of it, and the credential that was used."""
        credential = await self._login.header()
        headers = {"Accept": accept, "User-Agent": f"midwatch/{__version__}"}
        if credential:
            headers["Authorization"] = credential
        async with self._places:
            try:
                return await self._get(path, params, headers, limit), credential
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                raise self._explained(error) from error

    async def _get(self, path: str, params: Params, headers: dict[str, str], limit: int) -> Reply:
        response = await self._rest.GET(
            self._login.host + path,
            headers=headers,
            query_params=list(params),
            _preload_content=False,
            _request_timeout=self._timeout,
        )
        async with response:
            body, whole = await _body(response, limit)
            found = response.headers
            return Reply(
                response.status,
                body,
                found.get("Content-Type", ""),
                _seconds(found.get("Retry-After")),
                whole,
                _time(found.get("Date")),
            )

    def _explained(self, error: Exception) -> CannotRead:
        where = urlsplit(self._login.host).netloc
        if isinstance(error, TimeoutError):
            why = f"{where} did not answer within {self._timeout:g} s"
        elif isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            why = f"TLS with {where} failed: {_tls_reason(error)}"
        elif isinstance(error, aiohttp.ClientConnectorDNSError):
            why = f"the host name of {where} does not resolve"
        elif isinstance(error, aiohttp.ClientConnectorError):
            why = f"cannot connect to {where}: {error.os_error.strerror or type(error.os_error).__name__}"
        elif isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError | aiohttp.InvalidURL):
            return CannotRead(EvidenceState.FAILED, f"{where} sent a damaged response ({type(error).__name__})")
        else:
            why = f"the connection to {where} broke ({type(error).__name__})"
        return CannotRead(EvidenceState.UNREACHABLE, why)


class Reader:
    """The requests of one read, counted."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.requests = 0
        self.at: datetime | None = None
        """The server's time at its last response."""

    async def get(
        self,
        path: str,
        params: Params = (),
        *,
        accept: str = JSON_ONLY,
        limit: int,
        attempts: int = _ATTEMPTS,
    ) -> Reply:
        """GET with bounded repetition on 429 and 5xx, and new credentials after a 401. Raises `CannotRead`."""
        renewed = False
        attempt = 0
        while True:
            attempt += 1
            self.requests += 1
            reply, credential = await self._transport.send(path, params, accept, limit)
            self.at = reply.at or self.at
            if reply.status == _UNAUTHORIZED and not renewed and await self._transport.renew(credential):
                renewed = True
                continue
            busy = reply.status == _OVERLOADED or reply.status >= _SERVER_ERROR
            if not busy or attempt >= attempts:
                return reply
            await self._transport.pause(attempt - 1, reply.retry_after)


async def _body(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    chunks: list[bytes] = []
    left = limit
    async for chunk in response.content.iter_any():
        if len(chunk) > left:
            chunks.append(chunk[:left])
            response.close()
            return b"".join(chunks), False
        left -= len(chunk)
        chunks.append(chunk)
    return b"".join(chunks), True


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def _time(date: str | None) -> datetime | None:
    """A `Date` header. Source: RFC 9110, 6.6.1."""
    try:
        found = parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _tls_reason(error: BaseException) -> str:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    reason = cause.reason if isinstance(cause, ssl.SSLError) else ""
    return reason or type(cause).__name__
