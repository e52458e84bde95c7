"""Controllers of the cluster level: endpoints, volumes, nodes, disruption budgets, autoscaling, addresses."""

from midwatch.lab.controllers.cluster.evictions import Wish, evict
from midwatch.lab.controllers.cluster.install import install

__all__ = ["Wish", "evict", "install"]
