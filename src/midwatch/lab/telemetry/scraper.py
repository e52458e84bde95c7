"""Reads all metrics at regular times into the database, as Prometheus scrapes its targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.database import Database
from midwatch.lab.telemetry.targets import powerless_nodes, silent_nodes

Families: TypeAlias = Iterable[tuple[str, Mapping[Labels, float]]]


class Scraper:
    """Every `interval` seconds of simulated time, unless it is not `enabled` (large runs do without)."""

    def __init__(
        self, env: Env, database: Database, sources: Sequence[Callable[[], Families]], interval: float = 15.0
    ) -> None:
        self._env = env
        self._database = database
        self._sources = sources
        self.enabled = True
        env.clock.every(interval, self._due)

    def _due(self) -> None:
        if self.enabled:
            self.scrape()

    def scrape(self) -> None:
        """Read everything now."""
        self._database.append(self._env.clock.now, self.families())

    def families(self) -> Iterator[tuple[str, Mapping[Labels, float]]]:
        """All families that can be scraped at the moment; the first source of a name is the one that counts."""
        lost = {"container": silent_nodes(self._env), "node": powerless_nodes(self._env)}
        lost["kubelet"] = lost["container"]
        seen: set[str] = set()
        for source in (self._env.metrics.collect, *self._sources):
            for name, values in source():
                if name not in seen:
                    seen.add(name)
                    yield name, _reachable(values, lost.get(name.partition("_")[0], frozenset()))


def _reachable(values: Mapping[Labels, float], lost: frozenset[str]) -> Mapping[Labels, float]:
    """What a kubelet or an exporter tells of its node cannot be had when nobody answers there."""
    if not lost:
        return values
    return {
        at: value for at, value in values.items() if not any(key == "node" and each in lost for key, each in at)
    }
