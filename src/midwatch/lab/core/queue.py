"""Work queues of controllers (k8s.io/client-go/util/workqueue): each key once, late when it fails."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from midwatch.lab.core.clock import Clock, Timer
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.health import Components

Key = TypeVar("Key", bound=Hashable)

_BASE, _MOST = 0.005, 1000.0  # workqueue.DefaultTypedControllerRateLimiter
LATENCY = 0.02
"""Seconds between a change and the controller that acts on it."""


class WorkQueue(Generic[Key]):
    """Calls `handle(key)` soon after `add(key)`, once however often it was added meanwhile.

    A handler that raises is called again, later each time. An `ApiError` is the cluster's business; anything else
    is a crash of the component, which is remembered in `Components.crashes` and stops nobody else. Retries come
    after `base` seconds, then twice as late each time, up to `most`.
    """

    def __init__(
        self,
        clock: Clock,
        components: Components,
        component: str,
        name: str,
        handle: Callable[[Key], None],
        *,
        base: float = _BASE,
        most: float = _MOST,
    ) -> None:
        self._clock = clock
        self._components = components
        self._component = component
        self._name = name
        self._handle = handle
        self._base = base
        self._most = most
        self._timers: dict[Key, Timer] = {}
        self._failures: dict[Key, int] = {}

    def add(self, key: Key, after: float = LATENCY) -> None:
        """Handle a key after some seconds; sooner when it is due sooner already."""
        when = self._clock.now + after
        known = self._timers.get(key)
        if known is not None:
            if known.when <= when:
                return
            known.cancel()
        self._timers[key] = self._clock.at(when, lambda: self._due(key))

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        component = self._components.get(self._component)
        if not component.running:
            component.waiting.append(lambda: self.add(key))
            return
        try:
            self._handle(key)
        except ApiError:
            self._again(key)
        except Exception as error:  # noqa: BLE001 - one controller's bug must not take the cluster down unseen
            self._components.crashed(self._component, f"{self._name} {key}", error)
            self._again(key)
        else:
            self._failures.pop(key, None)

    def _again(self, key: Key) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        self.add(key, min(self._base * 2 ** min(failures, 20), self._most))
