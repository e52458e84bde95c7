"""One measurement in its own process: `start`, or `large PODS`; prints JSON."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from midwatch.evals.lab_bench.results import Large, Started
from midwatch.evals.lab_bench.serving import measure_lists, measure_watches
from midwatch.evals.lab_bench.settling import lose_node, release, settle
from midwatch.evals.lab_bench.starting import measure_start
from midwatch.lab.memory import collect_seldom


def run(step: str, *arguments: str) -> Started | Large:
    """The result of one step."""
    return measure_start() if step == "start" else _large(int(arguments[0]))


def _large(pods: int) -> Large:
    collect_seldom()
    cluster, settled = settle(pods)
    listed = asyncio.run(measure_lists(cluster))
    watched = asyncio.run(measure_watches(cluster))
    upsets = release(cluster), lose_node(cluster)
    crashes = tuple(f"{each.component} {each.doing}: {each.error}" for each in cluster.env.components.crashes)
    return Large(settled, upsets, listed, watched, crashes)


sys.stdout.buffer.write(msgspec.json.encode(run(*sys.argv[1:])))
