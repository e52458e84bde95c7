"""Synthetic clusters of any size: healthy, consistent in every field, the same for the same seed.

They show what a survey of a large cluster costs, and that midwatch is silent when nothing is wrong.
"""

from midwatch.evals.scale.cluster import Cluster
from midwatch.evals.scale.faults import FAULTS, break_something
from midwatch.evals.scale.generate import generate

__all__ = ["FAULTS", "Cluster", "break_something", "generate"]
