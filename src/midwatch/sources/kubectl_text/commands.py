"""Commands and arguments, which kubectl prints without their borders.

`describe` writes an argument's lines one below the other and a probe's command with single blanks between its
words, so borders inside are lost. One thing is certain enough to restore them: what follows a shell's `-c` is
one script.
"""

from __future__ import annotations

from collections.abc import Sequence

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})


def argv(line: str) -> list[str]:
    """The words of a command printed in one line."""
    words = line.split(" ")
    at = _script(words)
    return words if at is None else [*words[:at], " ".join(words[at:])]


def lines(shown: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """The arguments printed one below the other, after the words already read."""
    at = _script([*before, *shown])
    if at is None or at < len(before):
        return list(shown)
    own = at - len(before)
    return [*shown[:own], "\n".join(shown[own:])]


def _script(words: Sequence[str]) -> int | None:
    """Where the script begins in `sh -c script`, None where there is none."""
    if not words or words[0].rpartition("/")[2] not in _SHELLS:
        return None
    for at, option in enumerate(words[1:], 1):
        if not option.startswith("-"):
            return None
        if option.endswith("c") and not option.startswith("--"):
            return at + 1 if at + 1 < len(words) else None
    return None
