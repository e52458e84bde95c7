"""Any program as an agent."""

from __future__ import annotations

import asyncio
import json
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from midwatch.errors import UsageError
from midwatch.evals.lab.agent import Answer, Incident


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
        code, out = await self._run("investigate", {"incident": incident.plain()})
        if code:
            raise UsageError(f"the agent {self.command!r} ended with exit code {code} when asked to investigate")
        try:
            found = msgspec.json.decode(out, type=Answer)
        except msgspec.MsgspecError as error:
            raise UsageError(f"the agent {self.command!r} answered no valid JSON: {error}") from error
        return msgspec.structs.replace(found, seconds=found.seconds or time.monotonic() - started)

    async def mend(self, incident: Incident, answer: Answer) -> bool:
        """Run it with its own answer."""
        document = {"incident": incident.plain(), "answer": msgspec.to_builtins(answer)}
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
