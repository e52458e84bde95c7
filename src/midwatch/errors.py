"""midwatch's own errors, named by what the caller should do. Each message says what, on what, and what next.

MidwatchError
+-- UsageError            the request cannot be carried out as given: change it (exit code 2)
|   +-- SourceUnusable    the cluster, snapshot or file cannot be read at all
|   +-- UnknownName       a name that does not exist was asked for
+-- MissingExtra          an optional dependency is not installed
"""

from __future__ import annotations


class MidwatchError(Exception):
    """Anything midwatch raises on purpose; its text is meant for people."""


class UsageError(MidwatchError):
    """The request cannot be carried out as given."""


class SourceUnusable(UsageError):
    """A source (cluster, snapshot, file) cannot be read at all."""


class UnknownName(UsageError):
    """A name that does not exist was asked for."""


class MissingExtra(MidwatchError):
    """An optional dependency is needed: `pip install 'midwatch[extra]'`."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an optional part: pip install 'midwatch[{extra}]'")
        self.extra = extra
