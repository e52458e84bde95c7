"""Controllers of the cluster level: endpoints, volumes, nodes, disruption budgets, autoscaling, addresses."""

from midwatch.lab.controllers.cluster.evictions import evict
from midwatch.lab.controllers.cluster.install import install

__all__ = ["evict", "install"]
