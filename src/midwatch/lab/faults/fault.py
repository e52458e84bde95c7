"""What a fault is: where it can strike, what it does, what shows, which cause explains it, and what repairs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol, TypeAlias

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.world.disturbances import Disturbance
from midwatch.lab.world.world import World


class View(Protocol):
    """What a fault sees of a cluster, simulated or real."""

    def get(self, ref: Ref) -> Obj | None:
        """One object, or None."""
        ...

    def list(self, kind: str, namespace: str = "") -> Sequence[Obj]:
        """All objects of a kind, in a namespace or in all."""
        ...


@dataclass(frozen=True, slots=True)
class Edit:
    """Change an object: `change` gets its current state and returns the wanted one."""

    ref: Ref
    change: Callable[[Obj], Obj]


@dataclass(frozen=True, slots=True)
class Create:
    """Create an object."""

    obj: Obj


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an object; `force` at once, without grace."""

    ref: Ref
    force: bool = False


@dataclass(frozen=True, slots=True)
class Disturb:
    """Begin a disturbance outside the API."""

    disturbance: Disturbance


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a component of the control plane or of a node (`midwatch.lab.core.health`)."""

    component: str


@dataclass(frozen=True, slots=True)
class Tamper:
    """Change the declared world otherwise (a registry, an outside host, a driver); `restore` undoes it."""

    change: Callable[[World], None]
    restore: Callable[[World], None]


@dataclass(frozen=True, slots=True)
class Restart:
    """Roll a workload's pods, as `kubectl rollout restart` does."""

    ref: Ref


Action: TypeAlias = Edit | Create | Delete | Disturb | Stop | Tamper | Restart
API_LEVEL = (Edit, Create, Delete, Restart)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done, in order, and which objects may rightly be called the culprit (the best one first)."""

    culprits: tuple[Ref, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `causes` are the ids of the cause catalogue that name it rightly: first the exact one, then what the evidence
    alone cannot tell from it. No causes: nothing is wrong, and nothing may be found. `targets` are the
    objects it can strike; `patience` is how long (simulated seconds) its symptoms take to show.
    """

    name: str
    causes: tuple[str, ...]
    title: Text
    symptom: Text
    repair: Text
    targets: Callable[[View], Sequence[Ref]]
    plan: Callable[[View, Ref, Random], Plan]
    patience: float = 600.0
    tags: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def harmless(self) -> bool:
        """Whether nothing is wrong after it."""
        return not self.causes
