"""The scores as a page of text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.manifests.scores import Group, Scores
from midwatch.evals.tables import table

_HEAD = ("Family", "cases", "A@1", "A@3", "cause", "culprit", "false alarms")


def page(scores: Scores, *, markdown: bool) -> str:
    """Headline, families, what went wrong."""
    return "\n".join(_lines(scores, markdown))


def _lines(scores: Scores, markdown: bool) -> Iterator[str]:
    found = scores.all
    mark = "## " if markdown else ""
    yield f"{mark}Manifests: A@1 {found.a1:.3f}  A@3 {found.a3:.3f}  ({found.cases} cases and their twins)"
    yield ""
    yield (
        f"first answer: cause {found.cause:.3f}, culprit {found.culprit:.3f}, the very cause {scores.exact:.3f} · "
        f"verdict right {scores.verdicts:.3f}"
    )
    yield ""
    yield (
        f"false alarms on repaired twins: {found.false_alarms} of {found.cases} · "
        f"calibration error {scores.calibration_error:.3f} · "
        f"median {scores.median_seconds:.3f} s a diagnosis"
    )
    yield ""
    yield from table(_HEAD, [_row(each) for each in (*scores.families, found)], markdown=markdown)
    yield from _wrong(scores, markdown)
    for each in scores.broken:
        yield f"skipped {each.id}: {each.why}"
    if scores.broken:
        yield f"{len(scores.broken)} cases could not be read"


def _wrong(scores: Scores, markdown: bool) -> Iterator[str]:
    if scores.confusions:
        yield ""
        rows = [
            (each.case, each.truth, each.answer, each.verdict, "yes" if each.among_three else "no")
            for each in scores.confusions
        ]
        yield from table(("case", "truth", "our first answer", "verdict", "in A@3"), rows, markdown=markdown)
    if scores.false_alarms:
        yield ""
        found = [(each.case, each.verdict, each.answer or "-") for each in scores.false_alarms]
        yield from table(("repaired twin of", "verdict", "our first answer"), found, markdown=markdown)


def _row(group: Group) -> tuple[str, ...]:
    shares = (f"{each:.3f}" for each in (group.a1, group.a3, group.cause, group.culprit))
    return group.name, str(group.cases), *shares, str(group.false_alarms)
