"""What every component of the simulated cluster is given."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.health import Components
from midwatch.lab.core.kinds import Kinds
from midwatch.lab.core.metrics import Metrics
from midwatch.lab.core.recorder import Recorder
from midwatch.lab.core.registry import Registry
from midwatch.lab.core.runtime import Runtime
from midwatch.lab.core.spans import Spans
from midwatch.lab.core.store import Store
from midwatch.lab.world.world import World


@dataclass(frozen=True)
class Env:
    """One simulated cluster's parts."""

    clock: Clock
    store: Store
    kinds: Kinds
    registry: Registry
    recorder: Recorder
    components: Components
    runtime: Runtime
    world: World
    metrics: Metrics
    spans: Spans


def new_env(world: World, start: float, seed: int = 0) -> Env:
    """An empty cluster at a time."""
    clock = Clock(start, seed)
    store = Store()
    kinds = Kinds()
    registry = Registry(clock, store, kinds)
    components, recorder = Components(clock), Recorder(clock, store)
    return Env(clock, store, kinds, registry, recorder, components, Runtime(), world, Metrics(), Spans())
