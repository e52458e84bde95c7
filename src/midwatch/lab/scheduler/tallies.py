"""How many pods of which set run on which node, kept up to date as pods come and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from midwatch.lab.scheduler.selection import Selection
from midwatch.lab.scheduler.template import Term


@dataclass(eq=False)
class Tally:
    """The pods of one set by node; `leaving` are those among them that are being deleted."""

    selection: Selection
    by_node: dict[str, int] = field(default_factory=dict[str, int])
    leaving: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, node: str, amount: int, *, leaving: bool) -> None:
        """Pods appear on a node, or (negative) go."""
        _count(self.by_node, node, amount)
        if leaving:
            _count(self.leaving, node, amount)

    def staying(self, node: str) -> int:
        """Pods on a node that are not being deleted."""
        return self.by_node.get(node, 0) - self.leaving.get(node, 0)


def _count(found: dict[str, int], key: str, amount: int) -> None:
    total = found.get(key, 0) + amount
    if total:
        found[key] = total
    else:
        found.pop(key, None)


@dataclass(eq=False)
class Kin:
    """Pods with the same labels in the same namespace, and the tallies (by key of their set) that they count in.

    One that has had no pods for a while is `dead`: `Tallies.current` finds its successor.
    """

    namespace: str
    labels: Mapping[str, str]
    pods: int = 0
    dead: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict[str, Tally])
    nodes: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])


@dataclass(eq=False)
class Bearers:
    """The pods that bear one anti-affinity term, by node."""

    term: Term
    by_node: dict[str, int] = field(default_factory=dict[str, int])


_KIN_MOST = 20_000


class Tallies:
    """All sets that anybody asked about."""

    def __init__(self, namespace_labels: Callable[[str], Mapping[str, str]]) -> None:
        self._namespace_labels = namespace_labels
        self._kin: dict[tuple[str, frozenset[tuple[str, str]]], Kin] = {}
        self._tallies: dict[str, Tally] = {}
        self._room = _KIN_MOST
        self.repelling: dict[tuple[str, str], Bearers] = {}

    def of(self, selection: Selection) -> Tally:
        """The tally of a set, counted now when nobody asked before."""
        known = self._tallies.get(selection.key)
        if known is None:
            known = self._tallies[selection.key] = Tally(selection)
            for kin in self._kin.values():
                self._join(kin, known)
        return known

    def kin(self, namespace: str, labels: Mapping[str, str]) -> Kin:
        """The pods that look like this."""
        key = namespace, frozenset(labels.items())
        known = self._kin.get(key)
        if known is None:
            if len(self._kin) >= self._room:
                self._forget()
            known = self._kin[key] = Kin(namespace, labels)
            for tally in self._tallies.values():
                self._join(known, tally)
        return known

    def current(self, kin: Kin) -> Kin:
        """Itself, or what took its place."""
        return self.kin(kin.namespace, kin.labels) if kin.dead else kin

    def place(self, kin: Kin, node: str, terms: tuple[Term, ...], amount: int, *, leaving: bool) -> None:
        """A pod (`amount` 1) appears on a node, or (-1) goes."""
        kin.pods += amount
        pods, gone = kin.nodes.get(node, (0, 0))
        kin.nodes[node] = (pods + amount, gone + (amount if leaving else 0))
        if kin.nodes[node] == (0, 0):
            del kin.nodes[node]
        for tally in kin.tallies.values():
            tally.add(node, amount, leaving=leaving)
        for term in terms:
            _count(self._bearers(term).by_node, node, amount)

    def recount(self) -> None:
        """Namespaces got other labels: count all anew."""
        for tally in self._tallies.values():
            tally.by_node.clear()
            tally.leaving.clear()
        for kin in self._kin.values():
            kin.tallies.clear()
            for tally in self._tallies.values():
                self._join(kin, tally)

    def _bearers(self, term: Term) -> Bearers:
        known = self.repelling.get(term.key)
        if known is None:
            known = self.repelling[term.key] = Bearers(term)
            self.of(term.selection)
        return known

    def _forget(self) -> None:
        for key in [key for key, each in self._kin.items() if not each.pods]:
            self._kin.pop(key).dead = True
        self._room = max(_KIN_MOST, 2 * len(self._kin))

    def _join(self, kin: Kin, tally: Tally) -> None:
        if not tally.selection.takes(kin.namespace, self._namespace_labels(kin.namespace), kin.labels):
            return
        kin.tallies[tally.selection.key] = tally
        for node, (pods, leaving) in kin.nodes.items():
            _count(tally.by_node, node, pods)
            _count(tally.leaving, node, leaving)
