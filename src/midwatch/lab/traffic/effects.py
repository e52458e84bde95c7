"""What makes a process misbehave at the moment: its release, its feature flags, and defects from outside."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from midwatch.domain.resource import Ref
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.parties import Party
from midwatch.lab.world.disturbances import CpuStress, Defect, DiskSlow, Disturbance, MemoryStress
from midwatch.lab.world.programs import Effect
from midwatch.lab.world.world import World

_NONE: tuple[Disturbance, ...] = ()


class Effects:
    """Disturbances by what they are declared on; read again when the world changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._version = -1
        self._on: dict[Ref, tuple[Disturbance, ...]] = {}

    def _look(self) -> None:
        if self._version == self._world.version:
            return
        self._version = self._world.version
        found: dict[Ref, tuple[Disturbance, ...]] = {}
        for each in self._world.disturbances:
            if isinstance(each, Defect | CpuStress | MemoryStress | DiskSlow):
                found[each.target] = (*found.get(each.target, ()), each)
        self._on = found

    def disturbances(self, party: Party) -> tuple[Disturbance, ...]:
        """Those declared on a pod or the workloads above it."""
        self._look()
        if not self._on:
            return _NONE
        return tuple(each for ref in party.refs for each in self._on.get(ref, ()))

    def on_node(self, node: str) -> tuple[Disturbance, ...]:
        """Those declared on a node."""
        self._look()
        return self._on.get(Ref("Node", "", node), _NONE)

    def of(self, process: Process, party: Party) -> tuple[Effect, ...]:
        """The effects on a process."""
        program = process.program
        if program.defect is None and not program.flags and not self._on and self._version == self._world.version:
            return ()
        return tuple(self._all(process, party))

    def _all(self, process: Process, party: Party) -> Iterator[Effect]:
        program = process.program
        if program.defect is not None:
            yield program.defect
        if program.flags:
            enabled = enabled_flags(process.files.get(program.flag_file, ""))
            yield from (effect for name, effect in program.flags.items() if name in enabled)
        for each in self.disturbances(party):
            if isinstance(each, Defect) and each.container in ("", process.container):
                yield each.effect


@lru_cache(maxsize=256)
def enabled_flags(text: str) -> frozenset[str]:
    """The flags that a flag file turns on; a file that cannot be read turns on none."""
    try:
        found = msgspec.json.decode(text or "{}", type=dict[str, Any])
    except msgspec.MsgspecError:
        return frozenset()
    return frozenset(key for key, value in found.items() if value is True)
