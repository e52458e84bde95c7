"""The controllers of workloads, and those that clear away: garbage, pods, namespaces, finished Jobs."""

from __future__ import annotations

from midwatch.lab.controllers.workloads.cronjob.controller import CronJobs
from midwatch.lab.controllers.workloads.daemonset.controller import DaemonSets
from midwatch.lab.controllers.workloads.deployment.controller import Deployments
from midwatch.lab.controllers.workloads.garbage.collector import GarbageCollector
from midwatch.lab.controllers.workloads.job.controller import Jobs
from midwatch.lab.controllers.workloads.namespace.controller import Namespaces
from midwatch.lab.controllers.workloads.podgc import PodCollector
from midwatch.lab.controllers.workloads.replicaset.controller import ReplicaSets
from midwatch.lab.controllers.workloads.shared.context import new_context
from midwatch.lab.controllers.workloads.statefulset.controller import StatefulSets
from midwatch.lab.controllers.workloads.ttl import FinishedJobs
from midwatch.lab.core.env import Env


def install(env: Env) -> None:
    """Start them all; objects that exist already are looked at first."""
    context = new_context(env)
    Deployments(context)
    ReplicaSets(context)
    StatefulSets(context)
    DaemonSets(context)
    Jobs(context)
    CronJobs(context)
    FinishedJobs(context)
    GarbageCollector(env)
    PodCollector(env)
    Namespaces(env)
