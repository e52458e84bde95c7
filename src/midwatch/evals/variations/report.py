"""The scores as a page of text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.tables import table
from midwatch.evals.variations.scores import Row, Scores

_HEAD = ("Variation", "cases", "A@1", "A@3", "confidently wrong", "required", "satisfied")
_UNNAMED = ("repaired",)
"""Kinds in which no fault is left to be named."""


def page(scores: Scores, *, markdown: bool) -> str:
    """The table, then every violation with what was said instead."""
    return "\n".join(_lines(scores, markdown))


def _lines(scores: Scores, markdown: bool) -> Iterator[str]:
    yield f"{'## ' if markdown else ''}Variations of recorded cases (seed {scores.seed})"
    yield ""
    yield from table(_HEAD, [_cells(each) for each in scores.rows], markdown=markdown)
    for row in scores.rows:
        if row.violations:
            yield ""
            yield f"{'### ' if markdown else ''}{row.kind}: {len(row.violations)} without the required property"
            yield ""
            found = [(each.id, each.note) for each in row.violations]
            yield from table(("case", "what happened"), found, markdown=markdown)
    for each in scores.broken:
        yield f"skipped {each['id']}: {each['why']}"
    if scores.broken:
        yield f"{len(scores.broken)} cases could not be read"


def _cells(row: Row) -> tuple[str, ...]:
    named = row.kind not in _UNNAMED
    return (
        row.kind,
        str(row.cases),
        f"{row.a1:.3f}" if named else "-",
        f"{row.a3:.3f}" if named else "-",
        f"{row.confidently_wrong:.1%}",
        row.required,
        "-" if row.satisfied is None else f"{row.satisfied:.1%}",
    )
