"""Ask many queries at once, within bounds, telling who watches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from midwatch.domain.evidence import Evidence
from midwatch.domain.query import Query
from midwatch.workflow.state import Context


async def gather(context: Context, queries: Sequence[Query], phase: str) -> list[Evidence]:
    """One evidence for each query, in their order."""
    slots = asyncio.Semaphore(context.limits.concurrency)
    done = 0

    async def ask(query: Query) -> Evidence:
        nonlocal done
        async with slots:
            evidence = await context.source.fetch(query)
        done += 1
        context.progress(phase, str(query), done, len(queries))
        return evidence

    return list(await asyncio.gather(*(ask(query) for query in queries)))
