"""Make a healthy cluster of a size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from midwatch.evals.scale.apps import guards, rollout, surroundings
from midwatch.evals.scale.cluster import Cluster, cluster_of
from midwatch.evals.scale.happenings import owned_events, rollout_events
from midwatch.evals.scale.plan import Plan, plan
from midwatch.evals.scale.spaces import spaces
from midwatch.evals.scale.stores import cron, store
from midwatch.evals.synthetic.door import door
from midwatch.evals.synthetic.network import settle
from midwatch.evals.synthetic.site import Site, places
from midwatch.evals.synthetic.system import system
from midwatch.evals.synthetic.values import Obj


def generate(pods: int, *, seed: int = 0, now: datetime) -> Cluster:
    """A healthy cluster with exactly so many pods (at least 50), the same for the same arguments."""
    random = Random(seed)
    found = plan(pods, random)
    site = Site(now, now - timedelta(days=140), places(found.workers, found.masters), found.masters)
    objects = [
        *system(site),
        *spaces(found, site),
        *door(site, found.ingress_replicas),
        *_run(found, site, random),
    ]
    return cluster_of([*objects, *settle(objects)], now)


def _run(found: Plan, site: Site, random: Random) -> Iterator[Obj]:
    for app in found.apps:
        made = rollout(app, site, random)
        yield from made.objects
        yield from surroundings(app, site)
        yield from guards(app, made, site)
        yield from rollout_events(made, site.now, random)
    for each in found.stores:
        yield from store(each, site, random)
    for name, space in found.crons:
        made_jobs = list(cron(name, space, site, random))
        yield from made_jobs
        for job, pod in zip(made_jobs[1::2], made_jobs[2::2], strict=True):
            yield from owned_events(job, [pod], site.now, random)
