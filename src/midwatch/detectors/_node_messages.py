"""What the kubelet and the container runtime say about a node, as their sources print it.

Sources: pkg/kubelet/nodestatus/setters.go, pkg/kubelet/runtime.go, pkg/kubelet/pleg/generic.go,
pkg/controller/nodelifecycle/node_lifecycle_controller.go, containerd and CRI-O network status messages.
"""

from __future__ import annotations

import re

_MAX = 4096

_NETWORK = re.compile(
    r"network plugin is not ready|network is not ready|runtime network not ready|NetworkPluginNotReady|"
    r"cni plugin not initialized|cni config uninitialized|no networks found in /etc/cni/net\.d|"
    r"No CNI configuration file in /etc/cni",
    re.IGNORECASE,
)
_RUNTIME_DOWN = re.compile(
    r"container runtime is down|container runtime not ready|RuntimeReady=false|"
    r"Container runtime sanity check failed",
    re.IGNORECASE,
)
_RUNTIMES = ("containerd", "crio", "cri-dockerd", "docker")
_REFUSED = ("no such file or directory", "connection refused", "permission denied")
_PLEG = re.compile(r"PLEG is not healthy", re.IGNORECASE)
_SILENT = re.compile(r"Kubelet stopped posting node status|Kubelet never posted node status", re.IGNORECASE)
_CERTIFICATE = re.compile(r"x509: certificate has expired or is not yet valid", re.IGNORECASE)

_NODE_CAUSES: tuple[tuple[re.Pattern[str], str, float], ...] = (
    (_RUNTIME_DOWN, "container-runtime-unavailable", 0.95),
    (_NETWORK, "cni-failing", 0.93),
    (_PLEG, "container-runtime-unavailable", 0.75),
    (_SILENT, "kubelet-unavailable", 0.8),
    (_CERTIFICATE, "certificate-expired", 0.85),
)


def node_cause(message: str) -> tuple[str, float] | None:
    """The most precise cause that a message about a node names, and how surely; None when it names none."""
    text = message[:_MAX]
    if names_dead_socket(text):
        return "container-runtime-unavailable", 0.93
    return next(((cause, strength) for pattern, cause, strength in _NODE_CAUSES if pattern.search(text)), None)


def names_dead_socket(message: str) -> bool:
    """Whether a message tells that the socket of the container runtime does not answer."""
    text = message[:_MAX].lower()
    return (
        ".sock" in text
        and "unix" in text
        and any(each in text for each in _RUNTIMES)
        and any(each in text for each in _REFUSED)
    )


_SANDBOX = re.compile(
    r"(?:failed to (?:set ?up|setup) network|networkPlugin cni failed|"
    r"plugin type=\"[^\"]{0,60}\"[^\n]{0,40}failed|failed to find plugin)",
    re.IGNORECASE,
)


def sandbox_cause(message: str) -> tuple[str, float] | None:
    """The node's part in a failed pod sandbox: a runtime that does not answer, a network that is not set up."""
    found = node_cause(message)
    if found is None and _SANDBOX.search(message[:_MAX]):
        return "cni-failing", 0.7
    return found
