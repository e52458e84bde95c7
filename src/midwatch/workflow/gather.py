"""Ask many queries at once, within bounds, telling who watches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from midwatch.domain.evidence import Evidence
from midwatch.domain.query import Query
from midwatch.protocols.source import Source
from midwatch.workflow.state import Progress


async def gather(
    source: Source, queries: Sequence[Query], concurrency: int, progress: Progress, phase: str
) -> list[Evidence]:
    """One evidence for each query, in their order; at most `concurrency` are under way."""
    slots = asyncio.Semaphore(concurrency)
    done = 0

    async def ask(query: Query) -> Evidence:
        nonlocal done
        async with slots:
            evidence = await source.fetch(query)
        done += 1
        progress(phase, str(query), done, len(queries))
        return evidence

    return list(await asyncio.gather(*(ask(query) for query in queries)))
