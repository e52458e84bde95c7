"""The indexes that all workload controllers read."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.controllers.workloads.shared.children import Children
from midwatch.lab.controllers.workloads.shared.tally import Tallies
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CONTROLLER_REVISION, JOB, POD, REPLICA_SET


@dataclass(frozen=True)
class Context:
    """Children by type, and the tallies of pods."""

    env: Env
    pods: Children
    replica_sets: Children
    revisions: Children
    jobs: Children
    tallies: Tallies


def new_context(env: Env) -> Context:
    """Index what exists and whatever will."""
    return Context(
        env,
        Children(env, POD),
        Children(env, REPLICA_SET),
        Children(env, CONTROLLER_REVISION),
        Children(env, JOB),
        Tallies(env),
    )
