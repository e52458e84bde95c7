"""One log line in its place, and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from midwatch.domain.finding import Claim, Fact
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text


class Line(NamedTuple):
    """A line, the pod and container that wrote it (None when the survey saw no such pod), and their workload."""

    namespace: str
    client: Ref
    pod: Pod | None
    container: str
    text: str

    @property
    def spec(self) -> Container | None:
        """The container that wrote it."""
        if self.pod is None:
            return None
        containers = (*self.pod.spec.containers, *self.pod.spec.init_containers)
        return next((each for each in containers if each.name == self.container), None)


class Meaning(NamedTuple):
    """What a line speaks for; `words` where they are more precise than those of its class."""

    client: Ref
    claims: tuple[Claim, ...]
    words: Text | None = None
    facts: tuple[Fact, ...] = ()


def claims_for(culprit: Ref, causes: Iterable[tuple[str, float]]) -> tuple[Claim, ...]:
    """Claims of several causes at one culprit."""
    return tuple(Claim(cause, culprit, strength) for cause, strength in causes)
