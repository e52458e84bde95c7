"""How an object in a cluster is named."""

from __future__ import annotations

from typing import NamedTuple


class Ref(NamedTuple):
    """Identity of one Kubernetes object inside one cluster.

    `kind` is the Kubernetes kind (`Pod`); a custom kind that collides with a built-in one is qualified by its
    group (`Service.serving.knative.dev`). `namespace` is empty for cluster-scoped objects.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
