"""How the work on a pod ends early."""

from __future__ import annotations


class SyncFailed(Exception):
    """This attempt is over; another comes after `delay` seconds (default: the pod worker's back-off).

    Source: kubernetes/pkg/kubelet/pod_workers.go (completeWork).
    """

    def __init__(self, delay: float = 10.0) -> None:
        super().__init__(f"another attempt in {delay:g} s")
        self.delay = delay


class StartFailed(Exception):
    """A container could not be started: `reason` and `message` of its waiting state.

    Source: kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go, kubernetes/pkg/kubelet/images/types.go.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class ConfigMissing(Exception):
    """A ConfigMap, Secret, key or field that a pod refers to does not exist."""
