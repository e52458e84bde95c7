"""A live cluster, read by GET requests only. Importing this costs a second (the Kubernetes client): do it late."""

from midwatch.sources.kubernetes.connect import open_kubernetes
from midwatch.sources.kubernetes.source import KubernetesSource

__all__ = ["KubernetesSource", "open_kubernetes"]
