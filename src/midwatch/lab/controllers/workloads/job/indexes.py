"""Sets of completion indexes as a status writes them: `0-2,5`.

Source: kubernetes/pkg/controller/job/indexed_job_utils.go (orderedIntervals).
"""

from __future__ import annotations

from collections.abc import Iterable


def parse(text: str) -> set[int]:
    """The indexes of a text."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def write(indexes: Iterable[int]) -> str:
    """The text for some indexes; two neighbours are listed, three are a range."""
    runs: list[list[int]] = []
    for each in sorted(set(indexes)):
        if runs and runs[-1][-1] == each - 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    return ",".join(map(_run, runs))


def _run(run: list[int]) -> str:
    if len(run) == 1:
        return str(run[0])
    return f"{run[0]}{',' if len(run) == 2 else '-'}{run[-1]}"
