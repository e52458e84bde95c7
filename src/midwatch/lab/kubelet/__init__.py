"""The kubelets: the true life of pods on their nodes, and of the nodes themselves.

Here belongs what a node does and reports. What is between pods is the network's and the traffic's.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.kubelet.kubelets import Kubelets
from midwatch.lab.kubelet.peers import Network

__all__ = ["Kubelets", "install"]


def install(env: Env, network: Network) -> Kubelets:
    """One kubelet for each Node object, now and as nodes come and go."""
    return Kubelets(env, network)
