"""The measurements as tables of text or Markdown, and as one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from midwatch.evals.bench.measure import PHASES
from midwatch.evals.bench.suite import Measured
from midwatch.evals.tables import table

MOST_JUDGING = 2.0
"""Detection and ranking may cost so many times the decoding of their input."""
REFERENCE_PODS = 10_000
MOST_SECONDS = 5.0
MOST_BYTES = int(1.5 * 1024**3)
MOST_GROWTH = 1.25
"""Of the cost of diagnosing one pod, from the smallest cluster to the largest."""
_TELLING = 0.01
"""Seconds below which growth is noise."""
_MIB = 1024**2


class Row(msgspec.Struct, frozen=True):
    """One cluster. `ratios` to the decoding of the same bytes; `growth` a pod, 1.0 being linear."""

    measured: Measured
    ratios: dict[str, float]
    growth: dict[str, float]


class Bench(msgspec.Struct, frozen=True):
    """Everything measured, and the bounds with whether they hold."""

    rows: list[Row]
    bounds: dict[str, bool]


def bench_of(found: Sequence[Measured]) -> Bench:
    """Ratios and growth of all measurements; growth is relative to the smallest cluster of the same variant."""
    smallest = {each.fault: each for each in sorted(found, key=lambda each: -each.pods)}
    rows = [Row(each, _ratios(each), _growth(each, smallest[each.fault])) for each in found]
    return Bench(rows, dict(_bounds(rows)))


def _costs(found: Measured) -> dict[str, float]:
    together = {"detection + ranking": found.judging, "diagnosis": found.seconds}
    return {"decoding": found.decoding} | found.phases | together


def _ratios(found: Measured) -> dict[str, float]:
    return {name: round(seconds / found.decoding, 3) for name, seconds in _costs(found).items()}


def _growth(found: Measured, smallest: Measured) -> dict[str, float]:
    """Only of what takes long enough to be told from noise."""
    before, size = _costs(smallest), found.pods / smallest.pods
    return {
        name: round(seconds / before[name] / size, 3)
        for name, seconds in _costs(found).items()
        if seconds >= _TELLING and before[name] > 0
    } | {"memory": round(found.peak / smallest.peak / size, 3)}


def _bounds(rows: Sequence[Row]) -> Iterator[tuple[str, bool]]:
    """Each bound that these clusters can test. In CPU seconds: elapsed ones depend on what else runs."""
    found = [each.measured for each in rows]
    if large := [each for each in found if each.pods >= REFERENCE_PODS]:
        name = f"detection + ranking at most {MOST_JUDGING:g} x the decoding from {REFERENCE_PODS} pods on"
        yield name, all(each.judging <= MOST_JUDGING * each.decoding for each in large)
    if reference := [each for each in found if each.pods == REFERENCE_PODS]:
        name = f"{REFERENCE_PODS} pods diagnosed in less than"
        yield f"{name} {MOST_SECONDS:g} s", all(each.seconds < MOST_SECONDS for each in reference)
        yield f"{name} {MOST_BYTES / 1024**3:g} GiB", all(each.peak < MOST_BYTES for each in reference)
    if len({each.pods for each in found}) > 1:
        name = f"linear: the diagnosis of one pod costs at most {MOST_GROWTH:g} x that in the smallest cluster"
        yield name, all(each.growth.get("diagnosis", 0.0) <= MOST_GROWTH for each in rows)
    yield "every answer right", all(each.right for each in found)


def page(bench: Bench, *, markdown: bool) -> str:
    """Times, growth, bounds."""
    return "\n".join(_lines(bench, markdown))


def _lines(bench: Bench, markdown: bool) -> Iterator[str]:
    yield "Phases as multiples of reading and decoding the same bytes; CPU seconds, the best repetition."
    yield ""
    middle = (*PHASES, "detection + ranking")
    head = (
        "cluster", "pods", "objects", "MB", "decoding s", *middle, "diagnosis s", "x", "elapsed s", "peak MiB",
        "answer",
    )  # fmt: skip
    yield from table(head, [_times(each, middle) for each in bench.rows], markdown=markdown)
    least = {each.measured.fault: each.measured.pods for each in reversed(bench.rows)}
    grown = [each for each in bench.rows if each.measured.pods > least[each.measured.fault]]
    if grown:
        yield ""
        yield "Growth of the cost of one pod, relative to the smallest cluster (linear = 1.0)."
        yield ""
        names = ("decoding", *PHASES, "diagnosis", "memory")
        yield from table(("cluster", "pods", *names), [_grown(each, names) for each in grown], markdown=markdown)
    yield ""
    mark = "- " if markdown else ""
    for name, holds in bench.bounds.items():
        yield f"{mark}{'holds' if holds else 'DOES NOT HOLD'}: {name}"


def _times(row: Row, middle: Sequence[str]) -> tuple[str, ...]:
    found = row.measured
    return (
        found.fault,
        str(found.pods),
        str(found.objects),
        f"{found.bytes / 1e6:.1f}",
        f"{found.decoding:.3f}",
        *(f"{row.ratios[name]:.2f}" for name in middle),
        f"{found.seconds:.2f}",
        f"{row.ratios['diagnosis']:.2f}",
        f"{found.elapsed:.2f}",
        f"{found.peak / _MIB:.0f}",
        found.answer if found.right else f"WRONG: {found.answer}",
    )


def _grown(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    cells = (f"{row.growth[name]:.2f}" if name in row.growth else "-" for name in names)
    return row.measured.fault, str(row.measured.pods), *cells
