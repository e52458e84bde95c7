"""All faults by name: every module of the families' packages has one as `FAULT` (or several as `FAULTS`)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from midwatch.errors import UnknownName
from midwatch.lab import faults
from midwatch.lab.faults.fault import Fault


@cache
def all_faults() -> dict[str, Fault]:
    """Every fault, by name, in the order of names."""
    return {name: fault for name, (_, fault) in _known().items()}


def family_of(name: str) -> str:
    """The family of a fault: the folder that its file lies in."""
    return _known()[name][0]


def fault_named(name: str) -> Fault:
    """One fault; raises `UnknownName`."""
    found = all_faults().get(name)
    if found is None:
        raise UnknownName(f"there is no fault {name!r}: `midwatch lab faults` lists them")
    return found


@cache
def _known() -> dict[str, tuple[str, Fault]]:
    found = {each.name: (module.__name__.split(".")[-2], each) for module in _modules() for each in _of(module)}
    return dict(sorted(found.items()))


def _modules() -> Iterator[ModuleType]:
    for each in pkgutil.walk_packages(faults.__path__, f"{faults.__name__}."):
        if not each.ispkg and each.name.count(".") == faults.__name__.count(".") + 2:
            yield importlib.import_module(each.name)


def _of(module: ModuleType) -> Iterator[Fault]:
    if isinstance(found := getattr(module, "FAULT", None), Fault):
        yield found
    yield from getattr(module, "FAULTS", ())
