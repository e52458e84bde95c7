"""The measurements of the lab as tables."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.lab_bench.results import LabBench, Large
from midwatch.evals.tables import table

_MIB = 1024.0**2


def page(bench: LabBench, *, markdown: bool) -> str:
    """Start, size, lists and watches, losses."""
    return "\n".join(_lines(bench, markdown))


def _lines(bench: LabBench, markdown: bool) -> Iterator[str]:
    start = bench.started
    yield (
        f"Start: {start.answered:.2f} s to the first answer ({start.answered / start.loading:.1f} x loading an "
        f"HTTP server), {start.ran:.2f} s until the shop has a past."
    )
    yield ""
    head = ("pods", "ready", "nodes", "settled s", "CPU s", "ms a pod", "writes a s", "simulated s", "peak MiB")
    yield from table(head, [_size(each) for each in bench.large], markdown=markdown)
    yield ""
    yield "Lists of all pods as multiples of their mere encoding; changes of pods told to watchers."
    yield ""
    head = ("pods", "MB", "encoding s", "in pages", "pages", "kept MiB", "whole", "watchers", "events a s")
    yield from table(head, [_served(each) for each in bench.large], markdown=markdown)
    yield ""
    head = ("pods", "change", "new pods", "ready", "s", "simulated s")
    yield from table(head, [row for each in bench.large for row in _upsets(each)], markdown=markdown)
    for each in bench.large:
        for crash in each.crashes:
            yield f"CRASH at {each.settled.pods} pods: {crash}"


def _size(large: Large) -> tuple[str, ...]:
    found = large.settled
    return (
        str(found.pods), str(found.ready), str(found.nodes), f"{found.seconds:.1f}", f"{found.cpu:.1f}",
        f"{found.cpu / found.pods * 1000:.2f}", f"{found.writes / found.seconds:.0f}", f"{found.simulated:.0f}",
        f"{found.peak / _MIB:.0f}",
    )  # fmt: skip


def _served(large: Large) -> tuple[str, ...]:
    lists, watches = large.listed, large.watched
    return (
        str(lists.pods), f"{lists.bytes / 1e6:.1f}", f"{lists.encoding:.3f}",
        f"{lists.paged / lists.encoding:.1f}", str(lists.pages), f"{lists.grown / _MIB:.1f}",
        f"{lists.whole / lists.encoding:.1f}",
        str(watches.watchers), f"{watches.events / watches.seconds:.0f}",
    )  # fmt: skip


def _upsets(large: Large) -> Iterator[tuple[str, ...]]:
    for each in large.upsets:
        yield (
            str(large.settled.pods), each.what, str(each.replaced), str(each.ready), f"{each.seconds:.1f}",
            f"{each.simulated:.0f}",
        )  # fmt: skip
