"""Why a node is not for a pod."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.core.objects import Obj, name_of, namespace_of, uid_of
from midwatch.lab.scheduler.tallies import Kin
from midwatch.lab.scheduler.template import Template


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reasons of one filter plugin; `final` when no preemption could help (UnschedulableAndUnresolvable)."""

    plugin: str
    reasons: tuple[str, ...]
    final: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Pod:
    """A pod in the scheduler's cache. `started` orders the victims of preemption."""

    obj: Obj
    template: Template
    kin: Kin
    leaving: bool = False

    @property
    def uid(self) -> str:
        """Its UID."""
        return uid_of(self.obj)

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return namespace_of(self.obj)

    @property
    def name(self) -> str:
        """Its name."""
        return name_of(self.obj)
