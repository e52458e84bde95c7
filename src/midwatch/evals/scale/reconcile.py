"""Let the controllers catch up after pods or Services of a cluster were changed by hand."""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.evals.scale.cluster import Cluster, cluster_of
from midwatch.evals.synthetic.controllers import caught_up, identity
from midwatch.evals.synthetic.values import Obj, labels_of, namespace_of


def changed(cluster: Cluster, new: Iterable[Obj], gone: Iterable[Obj] = ()) -> Cluster:
    """The cluster with objects replaced, added and removed, and what controllers derive from them."""
    replaced = {identity(each): each for each in new}
    dropped = {identity(each) for each in gone}
    objects: list[Obj] = []
    for found in cluster.objects.values():
        for each in found:
            key = identity(each)
            if key not in dropped:
                objects.append(replaced.pop(key, each))
    objects.extend(replaced.values())
    return cluster_of(caught_up(objects, cluster.now), cluster.now)


def pods_of(cluster: Cluster, namespace: str, app: str) -> list[Obj]:
    """The pods of an application."""
    return [
        each
        for each in cluster.all("Pod")
        if namespace_of(each) == namespace and labels_of(each).get("app") == app
    ]
