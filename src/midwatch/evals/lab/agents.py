"""The agents that are known by name, and how to name others."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from midwatch.app import Target, investigate, load, open_source
from midwatch.domain.diagnosis import Verdict
from midwatch.errors import UsageError
from midwatch.evals.lab.agent import Agent, Answer, Incident, Suspect
from midwatch.evals.lab.command import Command
from midwatch.settings import Settings
from midwatch.workflow.state import Scope


@dataclass(frozen=True, slots=True)
class Midwatch:
    """midwatch with the built-in expert. It proposes and never writes: mending is left to its pull requests."""

    name: str = "midwatch (expert)"

    async def investigate(self, incident: Incident) -> Answer:
        """One investigation of the whole cluster through its API and its telemetry."""
        settings = Settings(kubeconfig=incident.kubeconfig, prometheus_url=incident.telemetry)
        started = time.monotonic()
        async with open_source(Target(), settings) as source:
            found = (await investigate(source, Scope(), settings)).diagnosis
        suspects = tuple(
            Suspect(each.culprit.kind, each.culprit.name, each.cause, each.culprit.namespace)
            for each in found.hypotheses[:5]
        )
        faulty = found.verdict is Verdict.FAULT
        seconds = time.monotonic() - started
        stats = found.stats
        return Answer(
            faulty, suspects if faulty else (), found.faults, stats.steps, stats.api_calls, stats.tokens, seconds
        )

    async def mend(self, incident: Incident, answer: Answer) -> bool:  # noqa: ARG002
        """Not by itself."""
        return False


@dataclass(frozen=True, slots=True)
class Nothing:
    """Finds nothing, and mends nothing: the least that any agent reaches."""

    name: str = "nothing (baseline)"

    async def investigate(self, incident: Incident) -> Answer:  # noqa: ARG002
        """All is well."""
        return Answer(faulty=False)

    async def mend(self, incident: Incident, answer: Answer) -> bool:  # noqa: ARG002
        """Says that it tried."""
        return True


def _midwatch() -> Agent:
    """Loaded here, once, rather than in each process that a trial is forked into."""
    load()
    return Midwatch()


_KNOWN: Mapping[str, Callable[[], Agent]] = {"midwatch": _midwatch, "nothing": Nothing}


def agent_of(text: str) -> Agent:
    """`midwatch`, `nothing`, `python:MODULE:FACTORY` (a callable that returns an agent), or `command:PROGRAM`.

    Raises `UsageError`.
    """
    kind, _, rest = text.partition(":")
    if text in _KNOWN:
        return _KNOWN[text]()
    if kind == "command" and rest:
        return Command(rest)
    module, _, factory = rest.partition(":")
    if kind != "python" or not factory:
        names = ", ".join(_KNOWN)
        raise UsageError(f"--agent {text!r}: say {names}, python:MODULE:FACTORY or command:PROGRAM ARGUMENTS")
    try:
        return cast("Agent", getattr(importlib.import_module(module), factory)())
    except (ImportError, AttributeError) as error:
        raise UsageError(f"--agent {text!r} cannot be loaded: {error}") from error
