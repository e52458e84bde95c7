"""GET requests to a Prometheus: bounded in time and size, with the state of evidence when none is answered."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from midwatch import __version__
from midwatch.domain.evidence import EvidenceState
from midwatch.errors import SourceUnusable

LIMIT = 64 * 1024 * 1024
_CONCURRENT = 4
_DENIED = (401, 403)
_BUSY = (429, 502, 503, 504)
_PAUSE = 0.5


class CannotAsk(Exception):
    """No usable response came; `state` says whose fault that is."""

    def __init__(self, state: EvidenceState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Prometheus answers, and the header that it wants; `where` is fit to be shown."""

    url: URL
    authorization: str = ""

    @property
    def where(self) -> str:
        """Host and port, without credentials."""
        return self.url.authority


def address_of(url: str, token: str = "") -> Address:
    """The address in a setting. `token` is sent as a bearer token; a user in the URL as basic authentication.

    Raises `SourceUnusable` when it is no address.
    """
    try:
        found = URL(url)
    except ValueError as error:
        raise SourceUnusable(
            "MIDWATCH_PROMETHEUS_URL is not a URL: give one like http://prometheus:9090"
        ) from error
    if found.scheme not in ("http", "https") or not found.host:
        raise SourceUnusable("MIDWATCH_PROMETHEUS_URL is not a URL: give one like http://prometheus:9090")
    header = f"Bearer {token}" if token else ""
    if not token and found.user is not None:
        header = f"Basic {b64encode(f'{found.user}:{found.password or str()}'.encode()).decode()}"
    return Address(found.with_user(None).with_query(None).with_fragment(None), header)


class Transport:
    """The connection to one Prometheus; opened on first use. `timeout` in seconds, for one request."""

    def __init__(self, address: Address, *, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(_CONCURRENT)

    @property
    def where(self) -> str:
        """Host and port."""
        return self._address.where

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str, params: Mapping[str, str]) -> bytes:
        """The body of a successful answer; tried twice when the server is busy. Raises `CannotAsk`."""
        status, body = await self._get(path, params)
        if status in _BUSY:
            await asyncio.sleep(_PAUSE)
            status, body = await self._get(path, params)
        if status == 200:
            return body
        state = EvidenceState.DENIED if status in _DENIED else EvidenceState.FAILED
        raise CannotAsk(state, f"{self.where} answered {_said(status, body)}")

    async def _get(self, path: str, params: Mapping[str, str]) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": f"midwatch/{__version__}", **self._authorization},
                timeout=aiohttp.ClientTimeout(total=self._timeout),
            )
        async with self._places:
            try:
                url = self._address.url.joinpath(path.lstrip("/"))
                async with self._session.get(url, params=params, allow_redirects=False) as response:
                    return response.status, await _bounded(response)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise self._explained(error) from error

    @property
    def _authorization(self) -> dict[str, str]:
        return {"Authorization": self._address.authorization} if self._address.authorization else {}

    def _explained(self, error: Exception) -> CannotAsk:
        if isinstance(error, TimeoutError):
            return CannotAsk(EvidenceState.UNREACHABLE, f"{self.where} did not answer within {self._timeout:g} s")
        if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
            return CannotAsk(
                EvidenceState.FAILED, f"{self.where} sent a damaged response ({type(error).__name__})"
            )
        return CannotAsk(EvidenceState.UNREACHABLE, f"cannot connect to {self.where} ({type(error).__name__})")


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    left = LIMIT
    async for part in response.content.iter_any():
        left -= len(part)
        if left < 0:
            raise CannotAsk(EvidenceState.TRUNCATED, f"an answer was longer than {LIMIT} bytes")
        parts.append(part)
    return b"".join(parts)


def _said(status: int, body: bytes) -> str:
    """The status and, of JSON, the beginning of the message; pages of proxies are not repeated."""
    text = body[:300].decode("utf-8", "replace") if body[:1] == b"{" else ""
    return f"HTTP {status}{': ' if text else ''}{' '.join(text.split())}"
