"""Who is scored: any agent, by a small protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from midwatch.domain.resource import Ref


@dataclass(frozen=True, slots=True)
class Incident:
    """What an agent is given: access to a cluster, the namespace of its application, the URL of its telemetry
    (Prometheus, Loki, Tempo and Alertmanager in one), the labels of the alerts that fire, and the time there
    (epoch seconds).
    """

    kubeconfig: Path
    namespace: str
    telemetry: str
    alerts: tuple[Mapping[str, str], ...]
    now: float

    def plain(self) -> Mapping[str, object]:
        """As a JSON document."""
        return {
            "kubeconfig": str(self.kubeconfig),
            "namespace": self.namespace,
            **dict.fromkeys(("prometheus", "loki", "tempo", "alertmanager"), self.telemetry),
            "alerts": list(self.alerts),
            "now": self.now,
        }


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

    The first `faults` suspects are said to be faults of their own, the others are alternatives. `requests` to the
    API and to telemetry, `steps` of its loop, model `tokens`, and wall `seconds`.
    """

    faulty: bool
    suspects: tuple[Suspect, ...] = ()
    faults: int = 1
    steps: int = 0
    requests: int = 0
    tokens: int = 0
    seconds: float = 0.0


class Agent(Protocol):
    """An agent under test. Whatever it raises of `MidwatchError` ends the suite; it should answer instead."""

    @property
    def name(self) -> str:
        """For reports."""
        ...

    async def investigate(self, incident: Incident) -> Answer:
        """What is wrong."""
        ...

    async def mend(self, incident: Incident, answer: Answer) -> bool:
        """Change the cluster by its API, by whatever path; False when the agent does not try."""
        ...
