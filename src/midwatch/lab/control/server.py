"""The control endpoint of a running lab: on the loopback, for whoever holds the token of its private file."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
from aiohttp import web

from midwatch.errors import MidwatchError, UsageError
from midwatch.lab.control.faults import Faults, Struck, all_targets
from midwatch.lab.control.messages import Failure, FaultIn, Firing, Forward, Mend, Mended, Status, Strike
from midwatch.lab.control.notes import Note, noted
from midwatch.lab.core.objects import stamp
from midwatch.lab.faults.catalogue import fault_named
from midwatch.lab.serve import Open, forward
from midwatch.lab.telemetry.alerting.alert import Alert, AlertState

_HOST = "127.0.0.1"
_MOST = 64 * 1024
_LONGEST = 7 * 86400.0
_LIMITED = 422
T = TypeVar("T")


@dataclass(frozen=True)
class Control:
    """What a user may do to a running lab. `speed` is of its time; one that is `pinned` passes no faster."""

    lab: Open
    faults: Faults
    app: str
    namespace: str
    speed: float
    telemetry: str
    pinned: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def application(self) -> web.Application:
        """The endpoint. Errors are sentences."""
        found = web.Application(client_max_size=_MOST, middlewares=[self._guarded])
        found.router.add_get("/status", self._status)
        found.router.add_get("/targets", self._targets)
        found.router.add_post("/strike", self._strike)
        found.router.add_post("/mend", self._mend)
        found.router.add_post("/forward", self._forward)
        return found

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return _answer(Failure("the token is not that of this lab"), 401)
        try:
            return await handler(request)  # type: ignore[misc]
        except MidwatchError as error:
            return _answer(Failure(str(error)), _LIMITED)

    def status(self) -> Status:
        """How the lab is."""
        lab = self.lab
        firing = [each for each in lab.cluster.telemetry.alerts() if each.state is AlertState.FIRING]
        return Status(
            folder=str(lab.kubeconfig.parent),
            app=self.app,
            namespace=self.namespace,
            now=stamp(lab.cluster.env.clock.now),
            speed=self.speed,
            faults=[fault_in(each) for each in self.faults.all()],
            alerts=[firing_of(each) for each in sorted(firing, key=lambda each: (each.fired or 0, each.name))],
            kubeconfig=str(lab.kubeconfig),
            telemetry=self.telemetry,
            pid=os.getpid(),
        )

    async def _status(self, request: web.Request) -> web.Response:  # noqa: ARG002
        return _answer(self.status())

    async def _targets(self, request: web.Request) -> web.Response:  # noqa: ARG002
        return _answer(all_targets(self.lab.cluster))

    async def _strike(self, request: web.Request) -> web.Response:
        wanted = await _asked(request, Strike)
        return _answer(fault_in(self.faults.strike(fault_named(wanted.fault), wanted.target, wanted.seed)))

    async def _mend(self, request: web.Request) -> web.Response:
        wanted = await _asked(request, Mend)
        if wanted.fault:
            fault_named(wanted.fault)
        mended, refused = self.faults.mend(wanted.fault, wanted.target)
        return _answer(Mended([fault_in(each) for each in mended], refused))

    async def _forward(self, request: web.Request) -> web.Response:
        wanted = await _asked(request, Forward)
        if self.pinned:
            raise UsageError("this lab is scraped by a real Prometheus: its time passes only with the real one")
        if not 0 < wanted.seconds <= _LONGEST:
            raise UsageError("time can be let pass for up to seven days at once")
        cluster = self.lab.cluster
        await forward(cluster, cluster.env.clock.now + wanted.seconds)
        return _answer(self.status())


def fault_in(struck: Struck) -> FaultIn:
    """A fault as it is told."""
    return FaultIn(struck.fault.name, str(struck.target), struck.fault.title.en, stamp(struck.at))


def firing_of(alert: Alert) -> Firing:
    """An alert as it is told."""
    notes = dict(alert.annotations)
    text = " ".join(filter(None, (notes.get("summary"), notes.get("description"))))
    return Firing(alert.name, alert.label("severity"), stamp(alert.fired or alert.since), text, dict(alert.labels))


@asynccontextmanager
async def controlled(control: Control, folder: Path, runtime: Path | None) -> AsyncGenerator[str]:
    """Listen until the block ends; yields the URL. The lab's folder and the user's own one say where."""
    runner = web.AppRunner(control.application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, 0).start()
        url = f"http://{_HOST}:{runner.addresses[0][1]}"
        with noted(folder, Note(url, control.token, os.getpid()), runtime):
            yield url
    finally:
        await runner.cleanup()


async def _asked(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{request.path} is asked wrongly: {error}") from error


def _answer(content: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")
