"""Delay, loss and dead nodes between two parties, as the world's disturbances have it."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.lab.network.parties import Party
from midwatch.lab.world.disturbances import NetworkDelay, NetworkLoss, NodeDown
from midwatch.lab.world.world import World

ROUND_TRIP = 0.0004
"""Seconds that a round trip inside a cluster takes when nothing is wrong."""


class Weather:
    """What is wrong on the way; read again whenever the world changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._version = -1
        self._on: dict[Ref, list[NetworkDelay | NetworkLoss]] = {}
        self._down: frozenset[str] = frozenset()
        self._by_node = False

    @property
    def by_node(self) -> bool:
        """Whether it matters on which node one is."""
        self._look()
        return self._by_node

    def _look(self) -> None:
        if self._version == self._world.version:
            return
        self._version = self._world.version
        self._on = {}
        for each in self._world.disturbances:
            if isinstance(each, NetworkDelay | NetworkLoss):
                self._on.setdefault(each.target, []).append(each)
        others = [each.other for found in self._on.values() for each in found]
        self._by_node = any(each is not None and each.kind == "Node" for each in (*self._on, *others))
        self._down = frozenset(each.node for each in self._world.disturbances if isinstance(each, NodeDown))

    def down(self, node: str) -> bool:
        """Whether a node is dead."""
        self._look()
        return node in self._down

    def touches(self, party: Party) -> bool:
        """Whether its node is dead, or its pod alone disturbed, so that it differs from its siblings."""
        self._look()
        return party.node in self._down or (bool(party.refs) and party.refs[0] in self._on)

    def between(self, one: Party, two: Party) -> tuple[float, float]:
        """Seconds of a round trip, and the share of packets lost."""
        self._look()
        seconds, kept = ROUND_TRIP, 1.0
        for each in self._hitting(one, two):
            if isinstance(each, NetworkDelay):
                seconds += each.seconds
            else:
                kept *= 1 - each.fraction
        return seconds, 1 - kept

    def jitter(self, one: Party, two: Party) -> float:
        """How much the round trip varies, in seconds."""
        return sum(each.jitter for each in self._hitting(one, two) if isinstance(each, NetworkDelay))

    def _hitting(self, one: Party, two: Party) -> list[NetworkDelay | NetworkLoss]:
        if not self._on:
            return []
        found: list[NetworkDelay | NetworkLoss] = []
        for this, peer in ((one, two), (two, one)):
            for key in _keys(this, peer):
                found += [each for each in self._on.get(key, ()) if _meant(each, peer) and each not in found]
        return found


def _keys(this: Party, peer: Party) -> tuple[Ref, ...]:
    """What a disturbance of it may be declared on: packets within a node do not pass its network card."""
    if not this.node or this.node == peer.node:
        return this.refs
    return (*this.refs, Ref("Node", "", this.node))


def _meant(each: NetworkDelay | NetworkLoss, peer: Party) -> bool:
    return each.other is None or each.other in peer.refs or each.other == Ref("Node", "", peer.node)
