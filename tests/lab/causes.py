"""The ids of all causes."""

from __future__ import annotations

from midwatch.causes.catalogue import CATALOGUE

KNOWN = frozenset(CATALOGUE)
