"""The type of the fixture that connects to the fake API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from midwatch.sources.kubernetes import KubernetesSource

Open = Callable[..., Awaitable[KubernetesSource]]
