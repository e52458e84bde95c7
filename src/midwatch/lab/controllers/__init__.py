"""The controllers of the control plane: workloads, and what keeps the cluster itself in order."""

from __future__ import annotations

from midwatch.lab.controllers import cluster, workloads
from midwatch.lab.core.env import Env


def install(env: Env) -> None:
    """Run them all."""
    workloads.install(env)
    cluster.install(env)
