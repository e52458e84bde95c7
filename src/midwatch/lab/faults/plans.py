"""The usual plans: one change to the target, which is the culprit."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from midwatch.domain.resource import Ref
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.change import Change
from midwatch.lab.faults.fault import Create, Delete, Disturb, Edit, Plan, Stop, View
from midwatch.lab.world.disturbances import Disturbance

Planner: TypeAlias = Callable[[View, Ref, Random], Plan]


def edits(change: Change) -> Planner:
    """Edit the target."""
    return lambda view, target, random: Plan((target,), (Edit(target, change),))


def deletes() -> Planner:
    """Delete the target."""
    return lambda view, target, random: Plan((target,), (Delete(target),))


def disturbs(make: Callable[[Ref], Disturbance]) -> Planner:
    """Disturb the target from outside the API."""
    return lambda view, target, random: Plan((target,), (Disturb(make(target)),))


def stops(component: Callable[[Ref], str]) -> Planner:
    """Stop a component that belongs to the target."""
    return lambda view, target, random: Plan((target,), (Stop(component(target)),))


def creates(make: Callable[[Ref], Obj]) -> Planner:
    """Create an object that hurts the target; the object is the culprit."""

    def plan(view: View, target: Ref, random: Random) -> Plan:
        obj = make(target)
        head = obj["metadata"]
        return Plan((Ref(obj["kind"], head.get("namespace", ""), head["name"]), target), (Create(obj),))

    return plan
