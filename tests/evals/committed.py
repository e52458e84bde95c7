"""The committed cases, each parsed once in a session."""

from __future__ import annotations

from functools import cache

from cases.builders.write import MANIFESTS
from midwatch.evals.manifests.case import Case, find_cases, load_case

NAMES = [each.name for each in find_cases(MANIFESTS)]


@cache
def case_of(name: str) -> Case:
    """One case."""
    return load_case(MANIFESTS / name)
