"""The HTTP server: TLS on the loopback, one handler for all paths, answers and streams written down."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from midwatch.lab.access import Access
from midwatch.lab.access.tokens import ADMIN_TOKEN
from midwatch.lab.api.audit import Audit, Trail
from midwatch.lab.api.body import MOST, too_large
from midwatch.lab.api.call import Answer, Stream
from midwatch.lab.api.certificates import Certificates, new_certificates, server_context
from midwatch.lab.api.encoding import encoded
from midwatch.lab.api.gate import Gate, Incoming
from midwatch.lab.api.kubeconfig import kubeconfig
from midwatch.lab.api.negotiation import JSON
from midwatch.lab.api.target import target_of, verb_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError, internal

_HOST = "127.0.0.1"
_ADMIN = "kubernetes-admin"


class Server:
    """The API server of a simulated cluster. Nothing is opened before `start`; `stop` ends every watch."""

    def __init__(self, env: Env, access: Access, *, name: str = "midwatch-lab", audit: Path | None = None) -> None:
        self._env = env
        self._gate = Gate(env, access)
        self._name = name
        self._runner: web.AppRunner | None = None
        self._certificates: Certificates | None = None
        self.audit = Audit(env.clock, audit)
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://{_HOST}:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on a port of the loopback (0: any free one). Raises `OSError` when it is taken."""
        self._certificates = new_certificates(_HOST)
        app = web.Application(client_max_size=MOST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, port, ssl_context=server_context(self._certificates))
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def kubeconfig(self, tokens: Mapping[str, str] | None = None) -> str:
        """A kubeconfig for the administrator, with further users (name to token) as further contexts."""
        authority = self._certificates.authority if self._certificates else b""
        return kubeconfig(self._name, self.url, authority, {_ADMIN: ADMIN_TOKEN, **(tokens or {})})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        trail = self._trail(request)
        try:
            reply = self._gate.reply(await _incoming(request), trail, self.audit)
        except ApiError as error:
            reply = _failure(error)
        except Exception as error:  # noqa: BLE001 - a bug must neither hang a client nor stay unseen
            reply = _failure(self._crashed(trail, error))
        if isinstance(reply, Stream):
            return await self._stream(request, reply, trail)
        failed = reply.content if isinstance(reply.content, dict) and reply.code >= 400 else None
        self.audit.complete(trail, reply.code, failed)
        media = reply.media or JSON
        headers = {**self._headers(trail), **reply.headers, "Content-Type": media}
        return web.Response(status=reply.code, headers=headers, body=encoded(reply.content, media))

    def _trail(self, request: web.Request) -> Trail:
        target = target_of(request.path)
        verb = verb_of(request.method, target, request.query)
        return Trail(
            request.headers.get("Audit-ID") or str(uuid.uuid4()),
            request.path_qs,
            verb,
            target,
            request.headers.get("User-Agent", ""),
            request.remote or _HOST,
            self._env.clock.now,
        )

    def _crashed(self, trail: Trail, error: Exception) -> ApiError:
        self._env.components.crashed("kube-apiserver", f"{trail.verb} {trail.uri}", error)
        return internal(f"{type(error).__name__}: {error}")

    def _headers(self, trail: Trail) -> dict[str, str]:
        now = datetime.fromtimestamp(self._env.clock.now, UTC)
        date = format_datetime(now, usegmt=True)
        return {"Audit-Id": trail.id, "Cache-Control": "no-cache, private", "Date": date}

    async def _stream(self, request: web.Request, reply: Stream, trail: Trail) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={**self._headers(trail), **reply.headers, "Content-Type": reply.media}
        )
        response.enable_chunked_encoding()
        try:
            await response.prepare(request)
            await _write(response, reply)
            await response.write_eof()
        except ConnectionError:
            pass  # the client left
        except Exception as error:  # noqa: BLE001 - see above; the client notices a cut stream
            self._crashed(trail, error)
            if request.transport is not None:
                request.transport.abort()
        finally:
            self.audit.complete(trail, 200)
        return response


async def _incoming(request: web.Request) -> Incoming:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None
    query = {each: request.query[each] for each in request.query}
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    return Incoming(request.method, query, headers, body)


def _failure(error: ApiError) -> Answer:
    headers = {"Retry-After": str(error.retry)} if error.retry else {}
    return Answer(error.status(), error.code, headers=headers)


async def _write(response: web.StreamResponse, reply: Stream) -> None:
    if not isinstance(reply.pieces, AsyncGenerator):
        for piece in reply.pieces:
            await response.write(piece)
        return
    async with aclosing(reply.pieces) as pieces:
        async for piece in pieces:
            await response.write(piece)
