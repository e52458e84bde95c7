"""What the scheduler says about a pod it cannot place.

`0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu. preemption: ...`
Source: pkg/scheduler/framework/types.go (FitError) and the reasons of the filter plugins, 1.16 to 1.34.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MAX_MESSAGE = 4096
_TOTAL = re.compile(r"\b0/([0-9]{1,6}) nodes are available")
_SPLIT = re.compile(r", (?=[0-9]{1,6} )")
_REASON = re.compile(r"([0-9]{1,6}) (.{1,300})")
_TAINT = re.compile(r"taint(?:\(s\))? \{([^:}]{0,320}): ?([^}]{0,64})\}")
_CLAIM = re.compile(
    r"unbound (?:immediate )?PersistentVolumeClaims?|persistentvolumeclaim \"[^\"]{1,253}\" (?:not found|is being"
    r" deleted)|find available persistent volumes|bound to non-?existent pv|timed out waiting for the condition"
    r"|enough free storage"
)
PLACEMENT = "placement"
"""Node selector or node affinity: the scheduler's message does not tell which of the two."""

_REASONS = (
    ("were unschedulable", "node-cordoned"),
    ("was unschedulable", "node-cordoned"),
    ("node affinity", PLACEMENT),
    ("node selector", PLACEMENT),
    ("requested node name", "node-name-unknown"),
    ("requested hostname", "node-name-unknown"),
    ("free ports", "host-port-conflict"),
    ("Insufficient cpu", "cpu-insufficient"),
    ("Insufficient memory", "memory-insufficient"),
    ("Insufficient ephemeral-storage", "ephemeral-storage-insufficient"),
    ("Insufficient pods", "node-pods-full"),
    ("Too many pods", "node-pods-full"),
    ("Insufficient ", "extended-resource-insufficient"),
    ("cannot allocate all claims", "extended-resource-insufficient"),
    ("topology spread", "topology-spread-unsatisfiable"),
    ("anti-affinity", "pod-anti-affinity-conflict"),
    ("pod affinity", "pod-affinity-unsatisfied"),
    ("volume count", "volume-attach-limit"),
    ("attach limit", "volume-attach-limit"),
    ("no available disk", "volume-multi-attach"),
    ("ReadWriteOncePod", "volume-multi-attach"),
)
_VOLUME_PLACE = ("volume node affinity conflict", "no available volume zone")
_NODE_TAINTS = {
    "node.kubernetes.io/not-ready": "node-not-ready",
    "node.kubernetes.io/unreachable": "node-not-ready",
    "node.kubernetes.io/memory-pressure": "node-memory-pressure",
    "node.kubernetes.io/disk-pressure": "node-disk-pressure",
    "node.kubernetes.io/pid-pressure": "node-pid-pressure",
    "node.kubernetes.io/network-unavailable": "node-network-unavailable",
    "node.kubernetes.io/unschedulable": "node-cordoned",
}
CONTROL_PLANE_TAINTS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


class Reason(NamedTuple):
    """`nodes` nodes are out for `cause`; `taint` is the key when a taint is to blame."""

    cause: str
    nodes: int
    text: str
    taint: str = ""


class FitError(NamedTuple):
    """A message taken apart; `about_claims`: the pod waits for its volumes, which no other node would solve."""

    nodes: int
    reasons: tuple[Reason, ...]
    about_claims: bool


def read_fit_error(message: str) -> FitError:
    """The reasons in a message of the scheduler; none when it is of another shape."""
    text = message[:_MAX_MESSAGE]
    total = _TOTAL.search(text)
    body = text.partition("nodes are available: ")[2].partition(" preemption: ")[0]
    body = body.replace(", that the pod didn't tolerate", "").replace(", which the pod didn't tolerate", "")
    found = (_REASON.match(part.strip()) for part in _SPLIT.split(body))
    reasons = tuple(each for match in found if match for each in _reason(int(match[1]), match[2].rstrip(". ")))
    return FitError(int(total[1]) if total else 0, reasons, bool(_CLAIM.search(text)) and not reasons)


def taint_cause(key: str) -> str:
    """Who is to blame for a taint: the node's own trouble, or a pod that does not tolerate it."""
    return _NODE_TAINTS.get(key, "taint-not-tolerated")


def _reason(count: int, text: str) -> tuple[Reason, ...]:
    if _CLAIM.search(text):
        return ()
    if any(each in text for each in _VOLUME_PLACE):
        return (Reason("volume-node-affinity-conflict", count, text),)
    if "taint" in text:
        taint = _TAINT.search(text)
        key = taint[1] if taint else ""
        return (Reason(taint_cause(key), count, text, key),)
    cause = next((cause for needle, cause in _REASONS if needle in text), None)
    return (Reason(cause, count, text),) if cause else ()
