"""The form of a class of log errors."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from midwatch.domain.text import Text


class Scope(StrEnum):
    """Whom a class of errors blames, and what has to be found out for it."""

    SELF = "self"  # the workload that logs it
    TARGET = "target"  # the workload that logs it; the address it cannot reach is looked up
    DATABASE = "database"  # the database it talks to, where that can be told
    CREDENTIALS = "credentials"  # the client; in a server's own log, the client whose address it names
    FILES = "files"  # the workload, with its mounts
    SPACE = "space"  # the workload and its volumes
    CRASH = "crash"  # the workload, and only if its container fails


class Rule(NamedTuple):
    """One class: its name, what finds it, what it speaks for (strongest first) and what it means in words."""

    name: str
    pattern: re.Pattern[str]
    scope: Scope
    claims: tuple[tuple[str, float], ...]
    words: Text


def rule(name: str, scope: Scope, pattern: str, en: str, zh: str, *claims: tuple[str, float]) -> Rule:
    """A class whose words are found in any case."""
    return Rule(name, re.compile(pattern, re.IGNORECASE), scope, claims, Text(en, zh))
