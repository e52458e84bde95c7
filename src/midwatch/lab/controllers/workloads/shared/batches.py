"""Slow start: try one, then two, four and so on, so that what is refused is refused once.

Source: kubernetes/pkg/controller/replicaset/replica_set.go (slowStartBatch).
"""

from __future__ import annotations

from collections.abc import Callable

from midwatch.lab.core.errors import ApiError


def slow_start(count: int, attempt: Callable[[int], None]) -> ApiError | None:
    """Call `attempt` with 0..count-1 in batches that double; stop after a batch in which one failed.

    Returns the first error, None when all went well.
    """
    done, size = 0, 1
    while done < count:
        failed: ApiError | None = None
        batch = min(size, count - done)
        for index in range(done, done + batch):
            try:
                attempt(index)
            except ApiError as error:
                failed = failed or error
        if failed is not None:
            return failed
        done += batch
        size *= 2
    return None
