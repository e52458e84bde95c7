"""Who is scored: any agent, by a small protocol. midwatch itself, a Python object, or any command."""

from __future__ import annotations

import asyncio
import importlib
import json
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import msgspec

from midwatch.app import Target, investigate, open_source
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.resource import Ref
from midwatch.errors import UsageError
from midwatch.settings import Settings
from midwatch.workflow.state import Scope


@dataclass(frozen=True, slots=True)
class Incident:
    """What an agent is given: access to a cluster and its telemetry, the alerts that fire, and the time there."""

    kubeconfig: Path
    namespace: str
    prometheus: str
    loki: str
    tempo: str
    alerts: tuple[Mapping[str, object], ...]
    now: float


class Suspect(msgspec.Struct, frozen=True):
    """One answer: an object, and the id of a cause of the catalogue."""

    kind: str
    name: str
    cause: str
    namespace: str = ""

    @property
    def ref(self) -> Ref:
        """The object."""
        return Ref(self.kind, self.namespace, self.name)


class Answer(msgspec.Struct, frozen=True):
    """What an agent says: whether something is wrong, whom it suspects (best first), and what it cost.

    `requests` to the API and to telemetry, `steps` of its loop, model `tokens`, and wall `seconds`.
    """

    faulty: bool
    suspects: tuple[Suspect, ...] = ()
    steps: int = 0
    requests: int = 0
    tokens: int = 0
    seconds: float = 0.0


class Agent(Protocol):
    """An agent under test. `mend` may change the cluster by its API; it returns False when it does not try."""

    @property
    def name(self) -> str: ...
    async def investigate(self, incident: Incident) -> Answer: ...
    async def mend(self, incident: Incident, answer: Answer) -> bool: ...


@dataclass(frozen=True, slots=True)
class Midwatch:
    """midwatch with the built-in expert. It proposes and never writes: mending is left to its pull requests."""

    name: str = "midwatch (expert)"

    async def investigate(self, incident: Incident) -> Answer:
        """One investigation of the whole cluster through its real API."""
        settings = Settings(kubeconfig=incident.kubeconfig, prometheus_url=incident.prometheus)
        started = time.monotonic()
        async with open_source(Target(), settings) as source:
            found = (await investigate(source, Scope(), settings)).diagnosis
        suspects = tuple(
            Suspect(each.culprit.kind, each.culprit.name, each.cause, each.culprit.namespace)
            for each in found.hypotheses[:5]
        )
        faulty = found.verdict is Verdict.FAULT
        seconds = time.monotonic() - started
        return Answer(faulty, suspects if faulty else (), found.stats.steps, found.stats.api_calls, 0, seconds)

    async def mend(self, incident: Incident, answer: Answer) -> bool:  # noqa: ARG002
        """Not by itself."""
        return False


@dataclass(frozen=True, slots=True)
class Command:
    """Any program: reads the incident as JSON on standard input, answers in JSON on standard output.

    It is called as `COMMAND investigate` and as `COMMAND mend` (its exit code 0: it tried, 3: it does not try).
    """

    command: str
    timeout: float = 600.0

    @property
    def name(self) -> str:
        """The command itself."""
        return self.command

    async def investigate(self, incident: Incident) -> Answer:
        """Run it, and read its answer."""
        started = time.monotonic()
        code, out = await self._run("investigate", {"incident": _plain(incident)})
        if code:
            raise UsageError(f"the agent {self.command!r} ended with exit code {code} when asked to investigate")
        try:
            found = msgspec.json.decode(out, type=Answer)
        except msgspec.MsgspecError as error:
            raise UsageError(f"the agent {self.command!r} answered no valid JSON: {error}") from error
        return msgspec.structs.replace(found, seconds=found.seconds or time.monotonic() - started)

    async def mend(self, incident: Incident, answer: Answer) -> bool:
        """Run it with its own answer."""
        document = {"incident": _plain(incident), "answer": msgspec.to_builtins(answer)}
        code, _ = await self._run("mend", document)
        return code == 0

    async def _run(self, verb: str, document: Mapping[str, object]) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(self.command), verb, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            out, _ = await asyncio.wait_for(process.communicate(json.dumps(document).encode()), self.timeout)
        except TimeoutError:
            process.kill()
            await process.wait()
            return 124, b""
        return process.returncode or 0, out


def _plain(incident: Incident) -> Mapping[str, object]:
    return {
        "kubeconfig": str(incident.kubeconfig),
        "namespace": incident.namespace,
        "prometheus": incident.prometheus,
        "loki": incident.loki,
        "tempo": incident.tempo,
        "alerts": list(incident.alerts),
        "now": incident.now,
    }


def agent_of(text: str) -> Agent:
    """`midwatch`, `python:package.module:factory` (a callable that returns an agent), or `command:...`."""
    kind, _, rest = text.partition(":")
    if text == "midwatch":
        return Midwatch()
    if kind == "command" and rest:
        return Command(rest)
    module, _, factory = rest.partition(":")
    if kind != "python" or not factory:
        raise UsageError(f"--agent {text!r}: say midwatch, python:MODULE:FACTORY or command:PROGRAM ARGUMENTS")
    try:
        return cast("Agent", getattr(importlib.import_module(module), factory)())
    except (ImportError, AttributeError) as error:
        raise UsageError(f"--agent {text!r} cannot be loaded: {error}") from error
