"""What the kubelet and the container runtime say about a node, as their sources print it.

Sources: pkg/kubelet/nodestatus/setters.go, pkg/kubelet/runtime.go, pkg/kubelet/pleg/generic.go,
pkg/controller/nodelifecycle/node_lifecycle_controller.go, containerd and CRI-O network status messages.
"""

from __future__ import annotations

_MAX = 4096

_RUNTIMES = ("containerd", "crio", "cri-dockerd", "docker")
_REFUSED = ("no such file or directory", "connection refused", "permission denied")

_RUNTIME = "container-runtime-unavailable"
_NODE_CAUSES: tuple[tuple[str, str, float], ...] = (
    ("container runtime is down", _RUNTIME, 0.95),
    ("container runtime not ready", _RUNTIME, 0.95),
    ("runtimeready=false", _RUNTIME, 0.95),
    ("container runtime sanity check failed", _RUNTIME, 0.95),
    ("runtime network not ready", "cni-failing", 0.93),
    ("network is not ready", "cni-failing", 0.93),
    ("network plugin is not ready", "cni-failing", 0.93),
    ("networkpluginnotready", "cni-failing", 0.93),
    ("cni plugin not initialized", "cni-failing", 0.93),
    ("cni config uninitialized", "cni-failing", 0.93),
    ("no networks found in /etc/cni/net.d", "cni-failing", 0.93),
    ("no cni configuration file in", "cni-failing", 0.93),
    ("pleg is not healthy", _RUNTIME, 0.75),
    ("kubelet stopped posting node status", "kubelet-unavailable", 0.8),
    ("kubelet never posted node status", "kubelet-unavailable", 0.8),
    ("x509: certificate has expired or is not yet valid", "certificate-expired", 0.85),
)
"""Phrases in lower case, the most precise first."""

_SANDBOX_PHRASES = (
    "failed to setup network",
    "failed to set up network",
    "networkplugin cni failed",
    "failed to find plugin",
    'plugin type="',
)


def node_cause(message: str) -> tuple[str, float] | None:
    """The most precise cause that a message about a node names, and how surely; None when it names none."""
    text = message[:_MAX].lower()
    if _dead_socket(text):
        return _RUNTIME, 0.93
    return next(((cause, strength) for phrase, cause, strength in _NODE_CAUSES if phrase in text), None)


def names_dead_socket(message: str) -> bool:
    """Whether a message tells that the socket of the container runtime does not answer."""
    return _dead_socket(message[:_MAX].lower())


def _dead_socket(text: str) -> bool:
    return (
        ".sock" in text
        and "unix" in text
        and any(each in text for each in _RUNTIMES)
        and any(each in text for each in _REFUSED)
    )


def sandbox_cause(message: str) -> tuple[str, float] | None:
    """The node's part in a failed pod sandbox: a runtime that does not answer, a network that is not set up."""
    found = node_cause(message)
    if found is not None:
        return found
    text = message[:_MAX].lower()
    return ("cni-failing", 0.7) if any(each in text for each in _SANDBOX_PHRASES) else None
