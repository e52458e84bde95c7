"""Which layer each box goes to, and in which order the boxes of a layer stand so that few edges cross.

Kozo Sugiyama et al., "Methods for Visual Understanding of Hierarchical System Structures" (1981).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

_SWEEPS = 16

Item: TypeAlias = Hashable
"""A node's id (text), or a bend: the place where a long edge crosses a layer."""
Near: TypeAlias = Mapping[Item, Sequence[Item]]
Directed: TypeAlias = list[tuple[str, str, bool]]
Chains: TypeAlias = dict[tuple[str, str], list[Item]]


def without_cycles(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> Directed:
    """Edges as (left, right, reversed): those that close a cycle in a depth-first search are turned around."""
    targets: defaultdict[str, list[str]] = defaultdict(list)
    entered = {target for _, target in edges}
    for source, target in edges:
        targets[source].append(target)
    done: set[str] = set()
    active: set[str] = set()
    turned: set[tuple[str, str]] = set()
    for root in sorted(nodes, key=lambda each: each in entered):
        stack = [(root, iter(targets[root]))] if root not in done else []
        active.update([root] if stack else [])
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                active.discard(node)
                done.add(node)
            elif following in active:
                turned.add((node, following))
            elif following not in done:
                active.add(following)
                stack.append((following, iter(targets[following])))
    return [(b, a, True) if (a, b) in turned else (a, b, False) for a, b in edges]


def assign_layers(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path from the left; then each node moves right as long as that shortens its edges."""
    after: defaultdict[str, list[str]] = defaultdict(list)
    before: defaultdict[str, list[str]] = defaultdict(list)
    for left, right in edges:
        after[left].append(right)
        before[right].append(left)
    waiting = {each: len(before[each]) for each in nodes}
    order = [each for each in nodes if not waiting[each]]
    layer = dict.fromkeys(nodes, 0)
    for node in order:  # grows while it is read: Kahn's topological order
        for each in after[node]:
            layer[each] = max(layer[each], layer[node] + 1)
            waiting[each] -= 1
            if not waiting[each]:
                order.append(each)
    for node in reversed(order):
        if len(after[node]) > len(before[node]):
            layer[node] = min(layer[each] for each in after[node]) - 1
    return layer


def with_bends(layer_of: Mapping[str, int], edges: Directed) -> tuple[list[list[Item]], Chains]:
    layers: list[list[Item]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for node, at in layer_of.items():
        layers[at].append(node)
    chains: Chains = {}
    for left, right, _ in edges:
        if (left, right) in chains:
            continue
        bends: list[Item] = [(left, right, at) for at in range(layer_of[left] + 1, layer_of[right])]
        for at, bend in enumerate(bends, layer_of[left] + 1):
            layers[at].append(bend)
        chains[left, right] = [left, *bends, right]
    return [each for each in layers if each], chains


def neighbours(chains: Chains) -> tuple[Near, Near]:
    before: defaultdict[Item, list[Item]] = defaultdict(list)
    after: defaultdict[Item, list[Item]] = defaultdict(list)
    for chain in chains.values():
        for left, right in pairwise(chain):
            after[left].append(right)
            before[right].append(left)
    return before, after


def order(layers: list[list[Item]], before: Near, after: Near) -> list[list[Item]]:
    """Sweeps to and fro that sort each layer by the mean place of its neighbours; the best order is kept."""
    current = best = layers
    fewest = _crossings(layers, after)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forth = sweep % 2 == 0
        current = _sweep(current, before if forth else after, forth)
        crossings = _crossings(current, after)
        if crossings < fewest:
            best, fewest = current, crossings
    return best


def _sweep(layers: list[list[Item]], near: Near, forth: bool) -> list[list[Item]]:
    result = [list(each) for each in layers]
    indices = range(1, len(result)) if forth else range(len(result) - 2, -1, -1)
    for at in indices:
        fixed = {item: place for place, item in enumerate(result[at - 1 if forth else at + 1])}
        mean = {
            item: sum(fixed[each] for each in near.get(item, ())) / len(near[item])
            if near.get(item)
            else float(place)
            for place, item in enumerate(result[at])
        }
        result[at].sort(key=mean.__getitem__)
    return result


def _crossings(layers: Sequence[Sequence[Item]], after: Near) -> int:
    """Pairs of edges that cross, counted as inversions."""
    total = 0
    for here, following in pairwise(layers):
        place = {item: at for at, item in enumerate(following)}
        seen: list[int] = []
        for item in here:
            ends = sorted(place[each] for each in after.get(item, ()))
            total += sum(1 for end in ends for each in seen if each > end)
            seen.extend(ends)
    return total
