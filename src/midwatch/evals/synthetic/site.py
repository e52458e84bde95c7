"""The machines of a cluster, and addresses for pods on them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from midwatch.evals.synthetic.containers import Run, running
from midwatch.evals.synthetic.pods import Life, Place


def places(workers: int, masters: int, zones: int = 3) -> tuple[Place, ...]:
    """Control plane nodes first, then workers, spread over zones."""
    names = [f"control-plane-{i + 1}" for i in range(masters)] + [f"worker-{i + 1:03d}" for i in range(workers)]
    return tuple(
        Place(name, f"10.0.{i // 250}.{10 + i % 250}", f"zone-{'abc'[i % zones]}", i)
        for i, name in enumerate(names)
    )


@dataclass
class Site:
    """Where and when a cluster is: `places` with the `masters` first; `now` is when it is looked at.

    It hands out pod addresses, so it changes with use; `lean` leaves out what admission adds to each pod.
    """

    now: datetime
    created: datetime
    places: tuple[Place, ...]
    masters: int
    lean: bool = False
    _used: Counter[str] = field(default_factory=Counter[str])

    @property
    def workers(self) -> tuple[Place, ...]:
        """Nodes that take ordinary pods."""
        return self.places[self.masters :]

    def cidr(self, index: int) -> str:
        """The pod network of a node, by its index."""
        return f"{self._network(index)}.0/24"

    def _network(self, index: int) -> str:
        return f"10.{240 + index // 256}.{index % 256}"

    def address(self, place: Place) -> str:
        """The next free pod address of a node."""
        self._used[place.name] += 1
        return f"{self._network(place.index)}.{1 + self._used[place.name]}"

    def life(self, place: Place, created: datetime, *runs: Run, host: bool = False, containers: int = 1) -> Life:
        """A pod that started well (unless `runs` say how it fares)."""
        begun = created + timedelta(seconds=4)
        return Life(
            created,
            place,
            place.ip if host else self.address(place),
            runs or tuple(running(begun) for _ in range(containers)),
            ready_at=begun + timedelta(seconds=8),
        )
