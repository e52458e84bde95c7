"""The scores as a page of text or Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.lab.scores import Group, Scores
from midwatch.evals.tables import table


def page(scores: Scores, *, markdown: bool) -> str:
    """Headline, families, what went wrong."""
    return "\n".join(_lines(scores, markdown))


def _lines(scores: Scores, markdown: bool) -> Iterator[str]:
    shares = "  ".join(f"{task} {share:.3f}" for task, share in scores.all.passed.items())
    yield f"{'## ' if markdown else ''}Lab, {scores.agent}: {shares}  ({scores.all.trials} faults struck)"
    yield ""
    yield (
        f"false alarms: {len(scores.false_alarms)} of {scores.quiet} runs without a fault · "
        f"further faults claimed: {scores.extra:.2f} a run · harm: {scores.harmed} runs"
    )
    yield ""
    yield (
        f"asked {scores.simulated:g} simulated s after the fault (median; first alert {_alerted(scores)}) · "
        f"{scores.seconds:.2f} s an answer (median) · "
        f"mean {scores.requests:g} requests, {scores.steps:g} steps, {scores.tokens:g} tokens"
    )
    yield ""
    tasks = list(scores.all.passed)
    yield from table(
        ("Family", "runs", *tasks),
        [_row(each, tasks) for each in (*scores.families, scores.all)],
        markdown=markdown,
    )
    yield from _wrong(scores, markdown)
    yield from _failed(scores)


def _alerted(scores: Scores) -> str:
    found = "never" if scores.alerted is None else f"after {scores.alerted:g} s"
    return f"{found}, none in {scores.unalerted} runs" if scores.unalerted else found


def _row(group: Group, tasks: list[str]) -> tuple[str, ...]:
    return (
        group.name,
        str(group.trials),
        *(f"{group.passed[task]:.3f}" if task in group.passed else "-" for task in tasks),
    )


def _wrong(scores: Scores, markdown: bool) -> Iterator[str]:
    if scores.wrong:
        yield ""
        rows = [
            (
                str(each.trial),
                f"{each.expected} {each.culprit}",
                each.answers[0] if each.answers else "nothing",
                ", ".join(task for task, passed in each.passed.items() if not passed),
            )
            for each in scores.wrong
        ]
        yield from table(("run", "truth", "first answer", "missed"), rows, markdown=markdown)
    if scores.false_alarms:
        yield ""
        found = [(str(each.trial), each.target, "; ".join(each.answers) or "-") for each in scores.false_alarms]
        yield from table(("false alarm in", "struck harmlessly", "answers"), found, markdown=markdown)


def _failed(scores: Scores) -> Iterator[str]:
    for each in scores.skipped:
        yield f"skipped {each.trial}: {each.skipped}"
    for each in scores.crashes:
        yield f"a part of the lab crashed, please report it: {each}"
