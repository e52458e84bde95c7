"""The requests of the cluster as a fluid: their flow, what it costs, what fails, and all that tells of it."""

from midwatch.lab.traffic.traffic import Traffic, install

__all__ = ["Traffic", "install"]
