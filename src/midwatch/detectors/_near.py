"""Existing Services with a name like one that was asked for and does not exist."""

from __future__ import annotations

from collections import defaultdict

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.knowledge.names import closest

_MAX_LOOKUPS = 200


class NearServices:
    """Answers each question once, and a bounded number of them (use with `derive`)."""

    def __init__(self, inventory: Inventory) -> None:
        self._services: dict[str, dict[str, Service]] = defaultdict(dict)
        for each in inventory.all(Service):
            self._services[each.namespace][each.name] = each
        self._known: dict[tuple[str, str], Service | None] = {}

    def find(self, namespace: str, name: str) -> Service | None:
        """The Service whose name `name` looks like a slip for."""
        key = namespace, name
        if key not in self._known and len(self._known) < _MAX_LOOKUPS:
            services = self._services.get(namespace, {})
            self._known[key] = services.get(closest(name, services) or "")
        return self._known.get(key)
