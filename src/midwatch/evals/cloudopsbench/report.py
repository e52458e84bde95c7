"""The scores as a page of text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.cloudopsbench.scores import PUBLISHED, Group, Scores
from midwatch.evals.tables import table


def page(scores: Scores, *, markdown: bool) -> str:
    """Headline, tables, confusions."""
    return "\n".join(_lines(scores, markdown))


def _lines(scores: Scores, markdown: bool) -> Iterator[str]:
    mark = "## " if markdown else ""
    yield f"{mark}Cloud-OpsBench: A@1 {scores.a1:.3f}  A@3 {scores.a3:.3f}  ({len(scores.cases)} cases)"
    yield ""
    yield " · ".join(
        (
            f"confidently wrong (>= 0.8): {scores.confidently_wrong:.1%}",
            f"calibration error {scores.calibration_error:.3f}",
            f"median {scores.median_seconds:.2f} s a case",
            f"{scores.mean_reads:.1f} reads a case",
        )
    )
    for title, groups in (
        ("System", scores.by_system),
        ("Category", scores.by_category),
        ("Cause", scores.by_cause),
    ):
        yield ""
        yield from table((title, "cases", "A@1", "A@3"), [_row(each) for each in groups], markdown=markdown)
    yield ""
    ours = {each.name: each.a1 for each in scores.by_system}
    rows = [("midwatch (expert, no model)", _number(ours.get("boutique")), _number(ours.get("trainticket")))]
    rows += [(name, f"{one:.2f}", f"{other:.2f}") for name, one, other in PUBLISHED]
    yield from table(("A@1 beside the published", "boutique", "trainticket"), rows, markdown=markdown)
    if scores.confusions:
        yield ""
        found = [(str(each["case"]), str(each["truth"]), str(each["answer"])) for each in scores.confusions]
        yield from table(("case", "truth", "our first answer"), found, markdown=markdown)
    for each in scores.broken:
        yield f"skipped {each.id}: {each.why}"
    if scores.broken:
        yield f"{len(scores.broken)} cases could not be read"


def _row(group: Group) -> tuple[str, ...]:
    return group.name, str(group.cases), f"{group.a1:.3f}", f"{group.a3:.3f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
