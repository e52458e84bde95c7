"""The place a controller works from: its name to the API, its events and its queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.env import Env
from midwatch.lab.core.objects import Obj, name_of, namespace_of
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.recorder import NORMAL, WARNING
from midwatch.lab.core.registry import Registry, User, controller_user
from midwatch.lab.core.store import Store

Key: TypeAlias = tuple[str, str]
"""Namespace and name of what a controller looks after."""

MANAGER = "kube-controller-manager"


def key_of(found: Mapping[str, Any]) -> Key:
    """The key under which a controller's queue knows an object."""
    return namespace_of(found), name_of(found)


class Desk:
    """One controller's identity. `name` is its account's; `source` the component its events carry."""

    def __init__(self, env: Env, name: str, source: str = "") -> None:
        self.env = env
        self.name = name
        self.source = source or name
        self.user: User = controller_user(name)

    @property
    def clock(self) -> Clock:
        """The cluster's time."""
        return self.env.clock

    @property
    def store(self) -> Store:
        """Where it reads."""
        return self.env.store

    @property
    def registry(self) -> Registry:
        """Where it writes."""
        return self.env.registry

    def queue(self, handle: Callable[[Key], None], *, base: float = 0.005, most: float = 1000.0) -> WorkQueue[Key]:
        """Its work queue; waits while kube-controller-manager is stopped. `base` and `most` bound its retries."""
        parts = self.env.components
        return WorkQueue(self.env.clock, parts, MANAGER, self.name, handle, base=base, most=most)

    def normal(self, about: Obj, reason: str, message: str) -> None:
        """Record that something went as it should."""
        self.env.recorder.event(about, NORMAL, reason, message, component=self.source)

    def warn(self, about: Obj, reason: str, message: str) -> None:
        """Record that something did not."""
        self.env.recorder.event(about, WARNING, reason, message, component=self.source)
